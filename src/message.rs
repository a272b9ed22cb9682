//! The message builder. Its doc comment is the typings' own; `lib/message.js` has its public signature.

use std::time::SystemTime;

use beams::error::Error;
use beams::message;
use napi::Env;
use napi::bindgen_prelude::{Either3, Null, Undefined};
use napi_derive::napi;

use crate::error::{catch_panic, error_json};
use crate::ffi::throw;

/// Turns one message into a payload for each platform, in the form that it needs: a date or a duration, strings in `fcm.data`,
/// absolute URLs. The table at {@link Message} says what each member becomes.
///
/// @param message What to say. With `silent: true`, it wakes the apps and shows nothing.
/// @returns What `publishToUsers`, `publishToInterests` and `publishToManyUsers` take.
/// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if a member is missing, mistyped or unknown, or cannot work on a platform.
///
/// ### Example
///
/// ```js
/// const { toPublishRequest } = require('beams-native')
///
/// const publishRequest = toPublishRequest({
///   title: 'Your order',
///   body: 'It is on its way.',
///   link: '/orders/7',
///   baseUrl: 'https://example.com',
///   data: { orderId: 7 },
///   ttl: 3600,
/// })
/// await beams.publishToUsers(['user-001'], publishRequest)
/// ```
#[napi(catch_unwind, ts_args_type = "message: Message", ts_return_type = "PublishRequest")]
pub fn to_publish_request(
    env: &Env,
    message: Either3<String, Null, Undefined>,
    lost: Vec<Vec<String>>,
) -> napi::Result<String> {
    let built = catch_panic(|| {
        let json = match message {
            Either3::A(json) => Ok(json),
            Either3::B(Null) => Err(Error::invalid("message argument must be a plain object")),
            Either3::C(()) => Err(Error::invalid("message argument is required")),
        }?;
        message::from_json(&json, &lost, SystemTime::now())
    });
    built.map_err(|error| throw(env, &error_json(&error, 0, None)))
}
