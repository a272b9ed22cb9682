//! One representation of a publish: the payload's JSON and a list of targets, assembled into a request body in one place.

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::targets::json::utf8;
use crate::targets::kind::{MAX_TARGET_LEN, TargetKind};
use crate::targets::list::{IdBatch, JsonIds};

/// The most bytes that one target takes in a body: each unit as `\u0000`, between quotes.
const MAX_TARGET_BYTES: usize = MAX_TARGET_LEN * 6 + 2;

/// What follows the targets in a body.
const SUFFIX: &str = "]}";

/// A publish as it comes from the caller, unchecked. Checking it is left to the worker's thread.
#[derive(Debug)]
pub struct Publish {
    /// Which kind of targets it has.
    pub kind: &'static TargetKind,
    /// The targets.
    pub targets: IdBatch,
    /// How its language prints the first target that is not a string; `targets` holds those before it.
    pub not_a_string: Option<String>,
    /// The payload: a JSON object without targets, in UTF-16.
    pub payload: Vec<u16>,
    /// Whether the service's documented limit on the body is enforced before sending.
    pub enforce_body_limit: bool,
}

/// A checked publish: the body of its request.
#[derive(Debug)]
pub struct PublishBody {
    pub(crate) kind: &'static TargetKind,
    pub(crate) json: Bytes,
}

/// The start of a body, up to the first target.
#[derive(Debug)]
pub struct BodyPrefix {
    kind: &'static TargetKind,
    json: Vec<u8>,
}

impl Publish {
    /// Checks the targets, removes duplicates and assembles the body.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for the first rule that is broken, in the official SDK's order.
    pub fn into_body(self) -> Result<PublishBody> {
        let targets = self.kind.check_list(&self.targets)?;
        if let Some(shown) = self.not_a_string {
            return Err(self.kind.not_a_string(&shown));
        }
        let body = BodyPrefix::new(self.kind, &self.payload)?.assemble(&targets);
        if self.enforce_body_limit && body.json.len() > self.kind.max_body_bytes {
            return Err(Error::invalid(format!(
                "the request body would be {} bytes long, and the service accepts at most {} bytes for a publish to {}",
                body.json.len(),
                self.kind.max_body_bytes,
                self.kind.key
            )));
        }
        Ok(body)
    }
}

impl BodyPrefix {
    /// The prefix for a payload, a JSON object without targets in UTF-16.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the payload is not an object.
    pub fn new(kind: &'static TargetKind, payload: &[u16]) -> Result<Self> {
        let mut json = Vec::from(utf8(payload));
        if !json.starts_with(b"{") || json.pop() != Some(b'}') {
            return Err(Error::invalid("publishRequest argument must be a plain object"));
        }
        if json.len() > 1 {
            json.push(b',');
        }
        json.extend_from_slice(format!("\"{}\":[", kind.key).as_bytes());
        Ok(Self { kind, json })
    }

    /// How many bytes the targets of one body may take, so that it is within the service's limit.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where there is no room for one target.
    pub fn max_target_bytes(&self) -> Result<usize> {
        let max_bytes = self.kind.max_body_bytes.saturating_sub(self.json.len() + SUFFIX.len());
        if max_bytes < MAX_TARGET_BYTES {
            return Err(Error::invalid(format!(
                "publishRequest argument is too large: with one {} it exceeds the maximum of {} bytes",
                self.kind.singular, self.kind.max_body_bytes
            )));
        }
        Ok(max_bytes)
    }

    /// The body for these targets.
    pub fn assemble(&self, targets: &JsonIds) -> PublishBody {
        let json = [&self.json, targets.json.as_bytes(), SUFFIX.as_bytes()].concat().into();
        PublishBody { kind: self.kind, json }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::kind::{INTERESTS, USERS};
    use crate::targets::list::tests::{batch_of, units};

    fn publish(kind: &'static TargetKind, targets: &[&str], payload: &str) -> Publish {
        Publish {
            kind,
            targets: batch_of(targets),
            not_a_string: None,
            payload: units(payload),
            enforce_body_limit: true,
        }
    }

    fn body(publish: Publish) -> String {
        publish.into_body().map_or_else(|error| error.to_string(), |body| String::from_utf8(body.json.into()).unwrap())
    }

    #[test]
    fn targets_come_last_in_the_body() {
        for (kind, targets, payload, expected) in [
            (&INTERESTS, &["a", "b"][..], r#"{"web":{"x":["é"]}}"#, r#"{"web":{"x":["é"]},"interests":["a","b"]}"#),
            (&USERS, &["é\"", "[]}"], "{}", r#"{"users":["é\"","[]}"]}"#),
        ] {
            assert_eq!(body(publish(kind, targets, payload)), expected);
        }
    }

    #[test]
    fn a_payload_that_is_not_an_object_is_refused() {
        for payload in ["", "[]", "1", "null", "\"{}\"", "{"] {
            let text = body(publish(&USERS, &["a"], payload));
            assert_eq!(text, "publishRequest argument must be a plain object", "{payload}");
        }
    }

    #[test]
    fn a_body_over_the_service_s_limit_is_refused_unless_the_limit_is_not_enforced() {
        for (kind, max_bytes) in [(&INTERESTS, 10 * 1024), (&USERS, 200 * 1024)] {
            let overhead = body(publish(kind, &["a"], r#"{"x":""}"#)).len();
            let payload = |bytes: usize| format!(r#"{{"x":"{}"}}"#, "x".repeat(bytes - overhead));
            assert_eq!(body(publish(kind, &["a"], &payload(max_bytes))).len(), max_bytes);
            let text = body(publish(kind, &["a"], &payload(max_bytes + 1)));
            assert!(text.contains(&format!("{} bytes", max_bytes + 1)) && text.contains(&format!("{max_bytes} bytes")));
            let unlimited = Publish { enforce_body_limit: false, ..publish(kind, &["a"], &payload(max_bytes + 1)) };
            assert_eq!(body(unlimited).len(), max_bytes + 1);
        }
    }

    #[test]
    fn the_first_fault_among_the_targets_is_reported() {
        let with_fault = |targets| Publish { not_a_string: Some("5".into()), ..publish(&INTERESTS, targets, "{}") };
        assert_eq!(body(with_fault(&["a"])), "interest 5 is not a string");
        assert!(body(with_fault(&["|"])).contains("forbidden character"));
    }

    #[test]
    fn a_payload_leaves_room_for_a_target_or_is_refused() {
        let prefix = |bytes| {
            let payload = units(&format!(r#"{{"x":"{}"}}"#, "x".repeat(bytes)));
            BodyPrefix::new(&USERS, &payload).unwrap().max_target_bytes()
        };
        // The longest target there is, for which every unit is escaped.
        let longest = "\0".repeat(164);
        let overhead = body(publish(&USERS, &[&longest], r#"{"x":""}"#)).len();
        let room = 200 * 1024 - overhead;
        assert_eq!(prefix(room).unwrap(), serde_json::to_string(&longest).unwrap().len());
        assert_eq!(prefix(room - 5).unwrap(), prefix(room).unwrap() + 5);
        for bytes in [room + 1, 204_000, 300_000] {
            assert!(prefix(bytes).unwrap_err().to_string().contains("maximum of 204800 bytes"), "{bytes}");
        }
    }
}
