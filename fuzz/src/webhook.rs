//! A webhook is accepted only if one of the secrets signed it, and an event is read only from an event.
//!
//! The first line is the `Webhook-Signature` header, the second has the secrets, with spaces between them, and the rest is
//! the body.

use beams::webhook::{Event, sign, verify};
use serde_json::Value;

use crate::input::{split_line, text};

/// Verifies and reads a webhook.
pub fn check(input: &[u8]) {
    let (signature, rest) = split_line(input);
    let (line, body) = split_line(rest);
    let secrets: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let is_signed = |signature: &str| {
        secrets.iter().any(|secret| sign(body, secret).is_ok_and(|own| own.eq_ignore_ascii_case(signature)))
    };
    let are_usable = secrets.iter().all(|secret| !secret.is_empty());
    assert_eq!(verify(body, Some(signature), &secrets).is_ok(), are_usable && is_signed(signature));
    assert!(verify(body, None, &secrets).is_err());
    for own in secrets.iter().filter_map(|secret| sign(body, secret).ok()) {
        assert_eq!(verify(body, Some(&own), &secrets).is_ok(), are_usable);
        assert!(verify(&[body, b"x"].concat(), Some(&own), &secrets).is_err());
        assert_eq!(hex::decode(own).map(|bytes| bytes.len()), Ok(20));
    }

    let body = text(body);
    if let Ok(event) = Event::read(body) {
        let json: Value = serde_json::from_str(body).expect("an event is JSON");
        assert!(json["payload"].is_object());
        assert_eq!(json["metadata"]["event_id"], event.event_id);
        assert!(event.event_type == "unknown" || json["metadata"]["event_type"] == event.event_type);
        // JavaScript has no later or earlier date.
        assert!(event.created_at.timestamp_millis().unsigned_abs() <= 8_640_000_000_000_000);
    }
}
