//! The class that users know. Its doc comments are the typings' own; `lib/push-notifications.js` has its public signatures.

use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::Arc;

use beams::bulk::driver::{BulkOptions, BulkPublish as Bulk, MAX_CONCURRENCY};
use beams::client::{Client, Outcome};
use beams::config::{Config, RequestOptions};
use beams::error::{Error, Result};
use beams::publish::{BodyPrefix, Publish};
use beams::targets::kind::{INTERESTS, MAX_TARGET_LEN, TargetKind, USERS};
use beams::targets::list::IdBatch;
use beams::targets::user_id::{EncodedUserId, UserId};
use napi::bindgen_prelude::{External, Uint32ArraySlice, Unknown};
use napi::{Env, ValueType};
use napi_derive::napi;

use crate::bulk::BulkPublish;
use crate::environment::Environment;
use crate::error::{catch_panic, error_json};
use crate::ffi::{throw, utf16, utf16_len};
use crate::numbers::{backdate, milliseconds, retries};
use crate::options::{CallOptions, ManyUsersOptions, PushNotificationsOptions, TokenOptions};
use crate::output::Output;
use crate::pending_calls::CallId;

/// The longest payload that is copied, in UTF-16 units. It is far beyond the service's limits, which are in bytes and are
/// checked on the worker's thread, whose error says how large the body is.
const MAX_PAYLOAD_LEN: usize = 1 << 22;

/// A client for one [Pusher Beams](https://pusher.com/docs/beams/) instance.
///
/// Create one and share it in the whole process: it reuses its connections, and opens none before the first call.
///
/// ### Example
///
/// ```js
/// const { PushNotifications } = require('beams-native')
///
/// const beams = new PushNotifications({
///   instanceId: process.env.BEAMS_INSTANCE_ID,
///   secretKey: process.env.BEAMS_SECRET_KEY,
/// })
/// ```
#[napi]
pub struct PushNotifications {
    environment: Rc<Environment>,
    pub(crate) client: Arc<Client>,
    number: u32,
    /// Whether it sends what the official SDK sends, with its texts.
    is_compat: bool,
}

#[napi]
impl PushNotifications {
    /// Validates the options. Opens no connection.
    ///
    /// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if an option is missing, invalid or unknown.
    #[napi(constructor, catch_unwind, ts_args_type = "options: PushNotificationsOptions")]
    pub fn new(env: Env, options: PushNotificationsOptions, is_compat: bool) -> napi::Result<Self> {
        let environment = Environment::of(&env)?;
        let client = catch_panic(|| Client::new(Config::try_from(options)?));
        let client = client.map_err(|error| throw(&env, &error_json(&error, 0, None)))?;
        let number = environment.next_client();
        Ok(Self { environment, client: Arc::new(client), number, is_compat })
    }

    /// A warning about insecure options, if there is one.
    #[napi(skip_typescript)]
    pub fn warning(&self) -> Option<String> {
        self.client.config().warning()
    }

    /// Publishes a notification to all devices that are subscribed to at least one of the interests.
    ///
    /// The service accepts the publish and delivers it later; a publish id does not mean that a device has shown it.
    /// See [Publish to interests](https://pusher.com/docs/beams/reference/publish-api/#publish-to-device-interests).
    ///
    /// @param interests 1 to 100 interests, each of 1 to 164 ASCII letters, digits and `_-=@,.;`. Duplicates are removed.
    /// @param publishRequest The payload for at least one platform. The whole request body may have up to 10 KiB.
    /// @param options Options of this call.
    /// @returns The publish id, which [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) refer to.
    /// @throws {BeamsError} Always as a rejection. `delivery` says whether the notification may have gone out.
    ///
    /// ### Example
    ///
    /// ```js
    /// const { publishId } = await beams.publishToInterests(['hello'], {
    ///   web: { notification: { title: 'Hello', body: 'Hello, world!' } },
    /// })
    /// ```
    #[napi(
        catch_unwind,
        ts_args_type = "interests: readonly string[], publishRequest: PublishRequest, options?: CallOptions",
        ts_return_type = "Promise<PublishResponse>"
    )]
    #[allow(clippy::too_many_arguments, reason = "numbers and strings cross faster than the members of an object")]
    pub fn publish_to_interests<'env>(
        &self,
        env: &'env Env,
        call: f64,
        is_traced: bool,
        interests: Unknown<'_>,
        lengths: Uint32ArraySlice<'_>,
        count: u32,
        not_a_string: Option<String>,
        payload: Unknown<'_>,
        options: Option<CallOptions>,
    ) -> napi::Result<Unknown<'env>> {
        let targets = Targets { kind: &INTERESTS, text: interests, lengths: &lengths, count, not_a_string };
        self.publish(env, self.call(call), is_traced, targets, &payload, options)
    }

    /// Publishes a notification to all devices of the users; otherwise the same as
    /// {@link PushNotifications.publishToInterests}.
    ///
    /// See [Publish to users](https://pusher.com/docs/beams/reference/publish-api/#publish-to-users).
    ///
    /// @param users 1 to 1 000 user ids, each of 1 to 164 UTF-16 code units. Duplicates are removed.
    /// @param publishRequest The payload for at least one platform. The whole request body may have up to 200 KiB.
    ///
    /// ### Example
    ///
    /// ```js
    /// const { publishId } = await beams.publishToUsers(['user-1'], {
    ///   apns: { aps: { alert: { title: 'Hello', body: 'Hello, world!' } } },
    ///   fcm: { notification: { title: 'Hello', body: 'Hello, world!' } },
    /// })
    /// ```
    #[napi(
        catch_unwind,
        ts_args_type = "users: readonly string[], publishRequest: PublishRequest, options?: CallOptions",
        ts_return_type = "Promise<PublishResponse>"
    )]
    #[allow(clippy::too_many_arguments, reason = "numbers and strings cross faster than the members of an object")]
    pub fn publish_to_users<'env>(
        &self,
        env: &'env Env,
        call: f64,
        is_traced: bool,
        users: Unknown<'_>,
        lengths: Uint32ArraySlice<'_>,
        count: u32,
        not_a_string: Option<String>,
        payload: Unknown<'_>,
        options: Option<CallOptions>,
    ) -> napi::Result<Unknown<'env>> {
        let targets = Targets { kind: &USERS, text: users, lengths: &lengths, count, not_a_string };
        self.publish(env, self.call(call), is_traced, targets, &payload, options)
    }

    /// Generates the token that associates a device with a user: your auth endpoint responds to the client SDKs with `{ token }`.
    ///
    /// It is a JWT, signed with the secret key (HS256) and valid for 24 hours. No request is made.
    /// See [Authenticated users](https://pusher.com/docs/beams/concepts/authenticated-users/).
    ///
    /// @param userId 1 to 164 UTF-16 code units. Take it from the session, never from the request alone.
    /// @param options Options of this token.
    /// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if the user id is missing or invalid.
    ///
    /// ### Example
    ///
    /// ```js
    /// response.json({ token: beams.generateToken('user-1') })
    /// ```
    #[napi(catch_unwind, ts_args_type = "userId: string, options?: TokenOptions")]
    pub fn generate_token(
        &self,
        env: &Env,
        user_id: Unknown<'_>,
        options: Option<TokenOptions>,
    ) -> napi::Result<String> {
        let token = catch_panic(|| {
            let user_id = read_user_id(&user_id, "userId argument", "userId")?;
            let user = UserId::new(&user_id)?;
            let value = options.and_then(|options| options.backdate);
            self.client.generate_token(user, value.map(|value| backdate("backdate", value)).transpose()?)
        });
        token.map_err(|error| throw(env, &error_json(&error, 0, None)))
    }

    /// Deletes a user and all of their devices from the instance.
    ///
    /// See [Delete user](https://pusher.com/docs/beams/reference/customer-api/#delete-user).
    ///
    /// @param userId 1 to 164 UTF-16 code units, neither `.` nor `..`.
    /// @param options Options of this call.
    /// @throws {BeamsError} Always as a rejection.
    ///
    /// ### Example
    ///
    /// ```js
    /// await beams.deleteUser('user-1')
    /// ```
    #[napi(catch_unwind, ts_args_type = "userId: string, options?: CallOptions", ts_return_type = "Promise<void>")]
    pub fn delete_user<'env>(
        &self,
        env: &'env Env,
        call: f64,
        is_traced: bool,
        user_id: Unknown<'_>,
        options: Option<CallOptions>,
    ) -> napi::Result<Unknown<'env>> {
        self.environment.call(env, self.call(call), is_traced, || {
            let user = EncodedUserId::new(&read_user_id(&user_id, "User ID argument", "User ID argument")?)?;
            let options = self.request_options(options)?;
            let (client, token) = (self.client.clone(), self.client.track()?);
            Ok(async move { client.delete_user(token, &user, &options).await.map(Output::Deleted) })
        })
    }

    /// Rejects new calls, waits for those in flight, and closes the connections.
    ///
    /// Calls that are made from now on reject with `ERR_BEAMS_CLOSED`; so does a `publishToManyUsers` in flight, once its
    /// requests in flight are complete, and its error lists the users that were not published to. Closing twice is harmless.
    /// The process can end without it. In TypeScript 5.2 and later, `await using beams = new PushNotifications(…)` closes
    /// automatically.
    ///
    /// ### Example
    ///
    /// ```js
    /// process.on('SIGTERM', async () => {
    ///   server.close()
    ///   await beams.close()
    /// })
    /// ```
    #[napi(catch_unwind, ts_args_type = "", ts_return_type = "Promise<void>")]
    pub fn close<'env>(&self, env: &'env Env, call: f64) -> napi::Result<Unknown<'env>> {
        self.client.close();
        self.environment.call(env, self.call(call), false, || {
            let client = self.client.clone();
            Ok(async move {
                client.wait_closed().await;
                Outcome::without_request(Ok(Output::Done))
            })
        })
    }

    /// Publishes a notification to any number of users, in requests of up to 1 000, and accounts for each of them.
    ///
    /// Requests start as fast as `maxRequestsPerSecond` allows, and `users` is read only as fast as they do, so a database
    /// cursor of any length will do. Each request is retried as `publishToUsers` is; one that fails in the end does not stop
    /// the others, unless all would fail (401, 402, 403, 404).
    ///
    /// There is no such method for interests: a device that is subscribed to interests in two requests would be notified
    /// twice.
    ///
    /// @param users The user ids: an array, an iterable, or an async iterable. An invalid id (not a string, empty, longer
    /// than 164 UTF-16 code units) is reported in `failures`. When the call is stopped, the iterator's `return()` is called,
    /// a stream is destroyed, and a pending read is awaited for up to a second.
    /// @param publishRequest The payload for at least one platform. Up to 199 KiB as JSON.
    /// @param options Options of this call.
    /// @returns What became of every user, even if not all were published to.
    /// @throws {BeamsError} Always as a rejection. If it was stopped early (by the service, `stopOnError`, `signal`,
    /// `close()`, or because reading `users` or `onProgress` threw), the error has the `report` so far and, in `remaining`,
    /// the users that were read and not sent. `delivery` is then about the call as a whole.
    ///
    /// ### Example
    ///
    /// ```js
    /// const report = await beams.publishToManyUsers(cursorOfUserIds, {
    ///   web: { notification: { title: 'Hello', body: 'Hello, everybody!' } },
    /// })
    /// console.log(report.publishedCount, report.duplicateCount)
    /// for (const { users, error } of report.failures) console.error(error.delivery, users)
    /// ```
    #[napi(
        catch_unwind,
        ts_args_type = "users: Iterable<string> | AsyncIterable<string>, publishRequest: PublishRequest, options?: ManyUsersOptions",
        ts_return_type = "Promise<ManyUsersReport>"
    )]
    #[allow(clippy::too_many_arguments, reason = "numbers and strings cross faster than the members of an object")]
    pub fn publish_to_many_users(
        &self,
        env: &Env,
        payload: Unknown<'_>,
        options: Option<ManyUsersOptions>,
    ) -> napi::Result<External<BulkPublish>> {
        let bulk = catch_panic(|| {
            let prefix = BodyPrefix::new(&USERS, &read_payload(&payload, MAX_PAYLOAD_LEN)?)?;
            let options = options.unwrap_or_default();
            let deadline = options.deadline;
            let mut request_options = self.request_options(Some(CallOptions {
                timeout: options.timeout,
                max_retries: options.max_retries,
                deadline,
                signal: None,
            }))?;
            // A campaign takes as long as it takes, unless its caller says otherwise.
            request_options.deadline = request_options.deadline.filter(|_| deadline.is_some());
            let options = BulkOptions {
                concurrency: check_concurrency(options.concurrency)?,
                dedupe: options.dedupe.unwrap_or(true),
                stop_on_error: options.stop_on_error.unwrap_or(false),
            };
            let (bulk, driver) =
                Bulk::new(self.client.clone(), self.client.track()?, prefix, request_options, options)?;
            self.environment.spawn(env, driver)?;
            Ok(bulk)
        });
        let bulk = bulk.map_err(|error| throw(env, &error_json(&error, 0, None)))?;
        Ok(External::new(BulkPublish::new(self.environment.clone(), bulk)))
    }

    /// Throws what is wrong with the targets of a publish, if anything is.
    #[napi(catch_unwind, skip_typescript)]
    pub fn check_targets(
        &self,
        env: &Env,
        operation: String,
        text: Unknown<'_>,
        lengths: Uint32ArraySlice<'_>,
        count: u32,
        not_a_string: Option<String>,
    ) -> napi::Result<()> {
        let kind = if operation == "publishToUsers" { &USERS } else { &INTERESTS };
        let targets = Targets { kind, text, lengths: &lengths, count, not_a_string };
        let checked = catch_panic(|| {
            kind.check_list(&targets.read(self.is_compat)?)?;
            targets.not_a_string.as_deref().map_or(Ok(()), |shown| Err(kind.not_a_string(shown)))
        });
        checked.map_err(|error| throw(env, &error_json(&error, 0, None)))
    }

    /// Aborts a call in flight; its promise rejects with `null`.
    #[napi(skip_typescript)]
    pub fn abort(&self, env: &Env, call: f64) -> napi::Result<()> {
        self.environment.abort(env, self.call(call))
    }

    fn publish<'env>(
        &self,
        env: &'env Env,
        id: CallId,
        is_traced: bool,
        targets: Targets<'_>,
        payload: &Unknown<'_>,
        options: Option<CallOptions>,
    ) -> napi::Result<Unknown<'env>> {
        self.environment.call(env, id, is_traced, || {
            let kind = targets.kind;
            let ids = targets.read(self.is_compat)?;
            let max_len = if self.is_compat { usize::MAX } else { MAX_PAYLOAD_LEN };
            let publish = Publish {
                kind,
                targets: ids,
                not_a_string: targets.not_a_string,
                payload: read_payload(payload, max_len)?,
                enforce_body_limit: !self.is_compat,
            };
            let options = self.request_options(options)?;
            let (client, token) = (self.client.clone(), self.client.track()?);
            Ok(async move { client.publish(token, publish, &options).await.map(Output::Published) })
        })
    }

    fn request_options(&self, options: Option<CallOptions>) -> Result<RequestOptions> {
        let options = options.unwrap_or_default();
        let timeout = options.timeout.map(|value| milliseconds("timeout", value)).transpose()?;
        let deadline = options.deadline.map(|value| milliseconds("deadline", value)).transpose()?;
        self.client.config().limits().with(timeout, options.max_retries.map(retries).transpose()?, deadline)
    }

    /// Numbers of JavaScript are integers up to 2^53.
    fn call(&self, call: f64) -> CallId {
        CallId { client: self.number, call: call as u64 }
    }
}

/// A list of targets as `lib/arguments.js` passes it.
struct Targets<'a> {
    kind: &'static TargetKind,
    /// The targets in one text; `undefined` where the argument is missing, `null` where it is not an array.
    text: Unknown<'a>,
    /// How long each of them is.
    lengths: &'a [u32],
    /// How many elements the array has.
    count: u32,
    /// How JavaScript prints the first element that is not a string; `text` holds those before it.
    not_a_string: Option<String>,
}

impl Targets<'_> {
    fn read(&self, is_compat: bool) -> Result<IdBatch> {
        match self.text.get_type().map_err(unreadable)? {
            ValueType::String => (),
            ValueType::Undefined => return Err(self.kind.required()),
            _ => return Err(self.kind.not_an_array()),
        }
        self.check_count(is_compat)?;
        let text = utf16(&self.text, usize::MAX).map_err(unreadable)?.unwrap_or_default();
        Ok(IdBatch { text, lengths: self.lengths.to_vec() })
    }

    fn check_count(&self, is_compat: bool) -> Result<()> {
        match self.kind.check_count(self.count as usize) {
            // The official SDK has one text for both kinds.
            Err(_) if is_compat && self.count == 0 => INTERESTS.check_count(0),
            Err(error) if !is_compat && self.count > 0 && self.kind == &USERS => {
                Err(Error::invalid(format!("{error} publishToManyUsers takes any number of them.")))
            }
            checked => checked,
        }
    }
}

/// The payload's JSON; `undefined` where the argument is missing, `null` where it is not an object.
fn read_payload(payload: &Unknown<'_>, max_len: usize) -> Result<Vec<u16>> {
    match payload.get_type().map_err(unreadable)? {
        ValueType::Undefined => Err(Error::invalid("publishRequest argument is required")),
        ValueType::String if utf16_len(payload).map_err(unreadable)?.is_some_and(|length| length > max_len) => Err(
            Error::invalid(format!("publishRequest argument is too large: it exceeds {max_len} characters as JSON")),
        ),
        ValueType::String => Ok(utf16(payload, max_len).map_err(unreadable)?.unwrap_or_default()),
        _ => Err(Error::invalid("publishRequest argument must be a plain object")),
    }
}

/// One unit more than is allowed is copied, and refused for it.
fn read_user_id(user_id: &Unknown<'_>, missing: &str, mistyped: &str) -> Result<Vec<u16>> {
    match user_id.get_type().map_err(unreadable)? {
        ValueType::Undefined | ValueType::Null => Err(Error::invalid(format!("{missing} is required"))),
        ValueType::String => Ok(utf16(user_id, MAX_TARGET_LEN + 1).map_err(unreadable)?.unwrap_or_default()),
        _ => Err(Error::invalid(format!("{mistyped} must be a string"))),
    }
}

fn check_concurrency(value: Option<f64>) -> Result<NonZeroU32> {
    let value = value.unwrap_or(16.0);
    let is_valid = value.fract() == 0.0 && (1.0..=f64::from(MAX_CONCURRENCY)).contains(&value);
    NonZeroU32::new(value as u32)
        .filter(|_| is_valid)
        .ok_or_else(|| Error::invalid(format!("concurrency must be an integer from 1 to {MAX_CONCURRENCY}")))
}

/// Node-API fails on a value that it has just given only while the environment ends.
fn unreadable(error: napi::Error) -> Error {
    Error::Internal(format!("an argument could not be read: {error}"))
}
