//! A message is rejected, or becomes a request that Beams accepts and every platform shows, unless it is too large.
//!
//! The input is the JSON of a message.

use std::time::{Duration, UNIX_EPOCH};

use beams::checks::check_json;
use beams::message::from_json;
use serde_json::{Map, Value};

use crate::input::text;

/// What a correct form does not prevent: sizes, and texts and links that are no use to anybody.
const CONTENT: [&str; 13] = [
    "/deep-link-insecure",
    "/deep-link-local",
    "/deep-link-missing",
    "/flutter-info",
    "/icon-not-reachable",
    "/image-url",
    "/large",
    "/placeholder-in-link",
    "/placeholder-text",
    "/text-is-json",
    "/too-deep",
    "/too-large",
    "/too-large-for-interests",
];

/// Builds a request, and checks it.
pub fn check(input: &[u8]) {
    let now = UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let Ok(Value::Object(mut message)) = serde_json::from_str(text(input)) else { return };
    // With these, too, it must not panic; but what they override is the caller's.
    let _ = from_json(text(input), &[], now);
    for platform in ["apns", "fcm", "web"] {
        message.remove(platform);
    }
    let message = Value::Object(message).to_string();
    let Ok(request) = from_json(&message, &[], now) else { return };
    let parts: Map<String, Value> = match serde_json::from_str(&request) {
        Ok(parts) => parts,
        // A part is deeper than the message.
        Err(error) => return assert!(error.to_string().starts_with("recursion limit"), "{error}"),
    };
    assert!(!parts.is_empty() && parts.keys().all(|name| ["apns", "fcm", "web"].contains(&name.as_str())));
    if let Some(Value::Object(data)) = parts.get("fcm").and_then(|fcm| fcm.get("data")) {
        assert!(data.values().all(Value::is_string), "{request}");
    }
    for finding in check_json(&request, None).expect("a request is JSON") {
        let is_content = CONTENT.iter().any(|rule| finding.rule.ends_with(rule));
        assert!(is_content, "{message} becomes {request}: {}: {}", finding.rule, finding.describe());
    }
}
