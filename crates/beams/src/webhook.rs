//! Webhooks, by which the service reports the outcome of a publish: <https://pusher.com/docs/beams/concepts/webhooks>.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use ring::hmac;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// How the service writes a time: with an offset, but without the colon in it that RFC 3339 asks for.
const CREATED_AT: &str = "%Y-%m-%dT%H:%M:%S%.f%z";

/// The types that are documented.
const KNOWN_TYPES: [&str; 3] =
    ["v1.PublishToUsersAttempt", "v1.UserNotificationAcknowledgement", "v1.UserNotificationOpen"];

/// The type of all events whose type is not documented.
const UNKNOWN_TYPE: &str = "unknown";

/// The metadata of an event.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// What has happened: one of the documented types, or `unknown`.
    pub event_type: &'static str,
    /// The event's id, the same whenever it is sent again.
    pub event_id: String,
    /// When it happened.
    pub created_at: DateTime<FixedOffset>,
}

/// The members of an object. A structure could also be read from an array.
type Members<'a> = BTreeMap<String, &'a RawValue>;

impl Event {
    /// Reads an event from a body that has been verified.
    ///
    /// # Errors
    ///
    /// [`Error::WebhookPayload`] where the body is not a Beams event.
    pub fn read(body: &str) -> Result<Self> {
        let body: Members<'_> = read(body, "the body")?;
        let _payload: Members<'_> = read_member(&body, "payload")?;
        let metadata: Members<'_> = read_member(&body, "metadata")?;
        let [event_type, event_id, created_at] =
            ["event_type", "event_id", "created_at"].map(|name| read_member::<String>(&metadata, name));
        let (event_type, event_id, created_at) = (event_type?, event_id?, created_at?);
        let created_at = DateTime::parse_from_rfc3339(&created_at)
            .or_else(|_| DateTime::parse_from_str(&created_at, CREATED_AT))
            .map_err(|_| Error::WebhookPayload("metadata.created_at is not a timestamp".into()))?;
        let event_type = KNOWN_TYPES.into_iter().find(|&known| known == event_type).unwrap_or(UNKNOWN_TYPE);
        Ok(Self { event_type, event_id, created_at })
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a str, name: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::WebhookPayload(format!("{name}: {error}")))
}

/// A missing member is read as null, which none may be.
fn read_member<'a, T: Deserialize<'a>>(members: &Members<'a>, name: &str) -> Result<T> {
    read(members.get(name).map_or("null", |value| value.get()), name)
}

/// Whether the type of an [`Event`] may be this one.
pub fn is_event_type(name: &str) -> bool {
    name == UNKNOWN_TYPE || KNOWN_TYPES.contains(&name)
}

/// Checks that a body was signed with one of the secrets. It takes the same time wherever the signature is wrong.
///
/// # Errors
///
/// [`Error::WebhookSignature`] where it was not; [`Error::InvalidArgument`] where there is no secret, or an empty one, with
/// which anybody could sign.
pub fn verify(body: &[u8], signature: Option<&str>, secrets: &[String]) -> Result<()> {
    if secrets.is_empty() || secrets.iter().any(String::is_empty) {
        return Err(no_secret());
    }
    let signature = signature.ok_or(Error::WebhookSignature("the Webhook-Signature header is missing"))?;
    let signature = hex::decode(signature).map_err(|_| Error::WebhookSignature("the signature is not hexadecimal"))?;
    if secrets.iter().any(|secret| hmac::verify(&key(secret), body, &signature).is_ok()) {
        return Ok(());
    }
    Err(Error::WebhookSignature("signature mismatch; was the raw, unparsed body passed?"))
}

/// The signature of a body, as the service writes it.
///
/// # Errors
///
/// [`Error::InvalidArgument`] where the secret is empty.
pub fn sign(body: &[u8], secret: &str) -> Result<String> {
    if secret.is_empty() {
        return Err(Error::invalid(
            "secret must not be empty: it is the secret that the webhook will be verified with",
        ));
    }
    Ok(hex::encode(hmac::sign(&key(secret), body)))
}

fn key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes())
}

fn no_secret() -> Error {
    Error::invalid("secret must be the webhook's secret from the dashboard, or an array of them, none empty")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &str = r#"{"payload":{},"metadata":{"created_at":"2019-03-11T10:42:16+0000","event_type":"v1.UserNotificationOpen","event_id":"e1","product":"beams"},"custom_data":{}}"#;

    fn secrets(secrets: &[&str]) -> Vec<String> {
        secrets.iter().map(|&secret| secret.into()).collect()
    }

    #[test]
    fn signatures_match_rfc_2202() {
        // Keys beyond ASCII cannot come as text, so these are the vectors with keys that can.
        for (key, data, digest) in [
            ("\u{b}".repeat(20), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
            ("Jefe".into(), "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            ("\u{c}".repeat(20), "Test With Truncation", "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
        ] {
            assert_eq!(sign(data.as_bytes(), &key).unwrap(), digest);
            assert!(verify(data.as_bytes(), Some(digest), std::slice::from_ref(&key)).is_ok());
            assert!(verify(data.as_bytes(), Some(&digest.to_uppercase()), &[key]).is_ok());
        }
    }

    #[test]
    fn one_matching_secret_is_enough() {
        let signature = sign(b"body", "new").unwrap();
        assert!(verify(b"body", Some(&signature), &secrets(&["old", "new"])).is_ok());
        assert_eq!(
            verify(b"body", Some(&signature), &secrets(&["old", "older"])).unwrap_err().code(),
            "ERR_BEAMS_WEBHOOK_SIGNATURE"
        );
    }

    #[test]
    fn an_empty_secret_is_refused() {
        for secrets in [secrets(&[]), secrets(&[""]), secrets(&["s", ""])] {
            assert_eq!(verify(b"", Some(""), &secrets).unwrap_err().code(), "ERR_BEAMS_INVALID_ARGUMENT");
        }
        assert_eq!(sign(b"", "").unwrap_err().code(), "ERR_BEAMS_INVALID_ARGUMENT");
    }

    #[test]
    fn an_invalid_signature_is_refused() {
        let good = sign(b"body", "s").unwrap();
        for signature in
            [None, Some(""), Some("zz"), Some(&good[..39]), Some(&good[..38]), Some(&format!("{good}00")), Some("é")]
        {
            let error = verify(b"body", signature, &secrets(&["s"])).unwrap_err();
            assert_eq!(error.code(), "ERR_BEAMS_WEBHOOK_SIGNATURE", "{signature:?}");
        }
    }

    #[test]
    fn an_event_is_read_with_its_time_in_either_form() {
        let event = Event::read(BODY).unwrap();
        assert_eq!((event.event_type, event.event_id.as_str()), ("v1.UserNotificationOpen", "e1"));
        assert_eq!(event.created_at.timestamp_millis(), 1_552_300_936_000);
        for (time, milliseconds) in [
            ("2019-03-11T10:42:16Z", 1_552_300_936_000),
            ("2019-03-11T12:12:16.250+0130", 1_552_300_936_250),
            ("2019-03-11T10:42:16+00:00", 1_552_300_936_000),
        ] {
            let event = Event::read(&BODY.replace("2019-03-11T10:42:16+0000", time)).unwrap();
            assert_eq!(event.created_at.timestamp_millis(), milliseconds, "{time}");
        }
    }

    #[test]
    fn an_event_of_an_unknown_type_is_accepted() {
        for (event_type, expected) in
            [("v1.UserNotificationOpen", "v1.UserNotificationOpen"), ("v2.Other", "unknown"), ("", "unknown")]
        {
            assert_eq!(Event::read(&BODY.replace("v1.UserNotificationOpen", event_type)).unwrap().event_type, expected);
            assert_eq!(is_event_type(event_type), event_type == expected, "{event_type}");
        }
        assert!(is_event_type("unknown"));
    }

    #[test]
    fn a_body_that_is_not_an_event_is_refused() {
        let deep = format!("{{\"payload\":{}", "[".repeat(100_000));
        for body in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"payload":{},"metadata":{}}"#,
            &BODY.replace(r#""payload":{}"#, r#""payload":[]"#),
            &BODY.replace(r#""event_id":"e1""#, r#""event_id":1"#),
            &BODY.replace("2019-03-11T10:42:16+0000", "yesterday"),
            &format!("{BODY}x"),
            &deep,
            // With the members in the places that they have in a structure.
            r#"[{"created_at":"2019-03-11T10:42:16Z","event_type":"v1.UserNotificationOpen","event_id":"e1"},{}]"#,
            r#"{"payload":{},"metadata":["v1.UserNotificationOpen","e1","2019-03-11T10:42:16Z"]}"#,
        ] {
            assert_eq!(Event::read(body).unwrap_err().code(), "ERR_BEAMS_WEBHOOK_PAYLOAD", "{body:.60}");
        }
    }

    proptest! {
        #[test]
        fn a_body_verifies_and_a_changed_one_does_not(
            body in prop::collection::vec(any::<u8>(), 1..200),
            secret in "\\PC{1,80}",
            bit in any::<prop::sample::Index>(),
        ) {
            let signature = sign(&body, &secret).unwrap();
            let secrets = [secret];
            prop_assert!(verify(&body, Some(&signature), &secrets).is_ok());
            let mut changed = body.clone();
            let bit = bit.index(body.len() * 8);
            changed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(verify(&changed, Some(&signature), &secrets).is_err());
            let mut flipped = hex::decode(&signature).unwrap();
            flipped[bit % 20] ^= 1 << (bit % 8);
            prop_assert!(verify(&body, Some(&hex::encode(flipped)), &secrets).is_err());
        }
    }
}
