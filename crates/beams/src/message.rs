//! Converts one message for all platforms to the payload of each.
//!
//! What each member becomes is in the table of `types/message.d.ts`. The payloads are right by construction: a property
//! test runs them through [`checks`](crate::checks).

mod members;
mod parse;
mod payloads;

use std::time::SystemTime;

use serde_json::Value;

use crate::checks;
use crate::error::{Error, Result};
use members::{Object, merge};
use parse::Message;

/// Converts a message to a publish request with the payload of each of its platforms. The expiry counts from `now`.
///
/// # Errors
///
/// [`Error::InvalidArgument`] for the first member that is missing, mistyped or unknown.
pub fn to_publish_request(message: &Value, now: SystemTime) -> Result<Value> {
    let members = message.as_object().ok_or_else(|| Error::invalid("message argument must be a plain object"))?;
    let message = Message::read(members)?;
    let mut request = Object::new();
    for platform in message.platforms()? {
        let mut part = match platform {
            "apns" => message.apns(now),
            "fcm" => message.fcm(),
            _ => message.web(),
        }?;
        match members.get(platform) {
            None | Some(Value::Null) => {}
            Some(Value::Object(overrides)) => merge(&mut part, overrides),
            Some(_) => return Err(Error::invalid(format!("message.{platform} must be an object"))),
        }
        request.insert(platform.to_owned(), Value::Object(part));
    }
    Ok(Value::Object(request))
}

/// The JSON of [`to_publish_request`] for the JSON of a message. `lost` are members of it that JSON cannot represent.
///
/// # Errors
///
/// Its errors; and those of a text that is not JSON.
pub fn from_json(message: &str, lost: &[Vec<String>], now: SystemTime) -> Result<String> {
    if let Some(names) = lost.first() {
        return Err(Error::invalid(format!(
            "message.{} cannot be represented in JSON: use plain objects, arrays, strings and finite numbers",
            names.join(".")
        )));
    }
    let message = checks::parse::parse(message)
        .map_err(|error| Error::invalid(format!("message argument could not be read: {error}")))?
        .ok_or_else(|| Error::invalid("message argument is nested too deeply"))?;
    to_publish_request(&message, now).map(|request| request.to_string())
}

#[cfg(test)]
mod tests;
