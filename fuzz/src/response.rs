//! Any response has an outcome, and an error never says more than is known.
//!
//! The first line is the status, the rest the body.

use beams::error::{Delivery, Error};
use beams::fuzzing::{redact, response, through_journal};
use beams::retry::{Idempotency, RetryPolicy};
use serde_json::Value;

use crate::input::split_line;

const SECRET_KEY: &str = "hunter2-hunter2";

/// Reads a response to a publish and to a deletion.
pub fn check(input: &[u8]) {
    let (line, body) = split_line(input);
    let status = line.parse().ok().filter(|status| (100..1000).contains(status)).unwrap_or(200);
    let decoded = String::from_utf8_lossy(body);
    let json: Option<Value> = serde_json::from_str(decoded.strip_prefix('\u{feff}').unwrap_or(&decoded)).ok();

    match response(status, None, body.to_vec()).publish_id() {
        Ok(publish_id) => {
            assert!((200..300).contains(&status) && !publish_id.is_empty());
            assert_eq!(json.as_ref().and_then(|json| json.get("publishId")), Some(&Value::from(publish_id)));
        }
        Err(error) => check_error(error, status, json.as_ref()),
    }
    match response(status, None, body.to_vec()).deletion() {
        Ok(None) => assert!((200..300).contains(&status) && body.is_empty()),
        Ok(Some(text)) => {
            assert!((200..300).contains(&status));
            assert_eq!(serde_json::from_str::<Value>(&text).ok(), json);
        }
        Err(error) => check_error(error, status, json.as_ref()),
    }
}

fn check_error(error: Error, status: u16, json: Option<&Value>) {
    assert_eq!(error.status(), Some(status));
    let is_text = |name| json.and_then(|json| json.get(name)).is_some_and(Value::is_string);
    let is_refused = match status {
        400..500 => true,
        503 => is_text("error") && is_text("description"),
        _ => false,
    };
    assert_eq!(error.delivery(), if is_refused { Delivery::Refused } else { Delivery::Unknown });
    let policy = RetryPolicy { max_retries: 1, retry_unknown: false };
    assert!(is_refused || !policy.allows(&error, Idempotency::NonIdempotent, 0));

    let recorded = through_journal(&error).expect("an error can be recorded");
    assert_eq!((recorded.message.as_str(), recorded.code), (error.to_string().as_str(), error.code()));
    assert_eq!((recorded.delivery, recorded.status), (error.delivery(), error.status()));

    let error = redact(error, SECRET_KEY).expect("the key is valid");
    assert!(!format!("{error} {error:?}").contains(SECRET_KEY), "{error:?}");
}
