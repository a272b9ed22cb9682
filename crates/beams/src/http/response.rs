//! A response and what it means, whatever its content type.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

use crate::error::{Delivery, Error, Result};

/// The official SDK's text for a body that cannot be parsed.
const UNREADABLE: &str = "Could not parse response body";

/// A response.
#[derive(Debug)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// The error if it was cut off.
    pub(crate) body: Result<Vec<u8>>,
}

impl Response {
    /// The id of an accepted publish.
    ///
    /// # Errors
    ///
    /// [`Error::Status`] where the status is not 2xx, [`Error::BadResponse`] where the body has no publish id, and the error of a
    /// body that was cut off.
    pub fn publish_id(self) -> Result<String> {
        let status = self.status;
        let mut body: Value = parse(status, &self.accepted_body()?)?;
        match body.get_mut("publishId").map(Value::take) {
            Some(Value::String(publish_id)) if !publish_id.is_empty() => Ok(publish_id),
            _ => Err(bad_response(status, "the response has no publishId")),
        }
    }

    /// The body of an accepted deletion, as JSON text: nothing, by the service's documentation.
    ///
    /// # Errors
    ///
    /// [`Error::Status`] where the status is not 2xx, [`Error::BadResponse`] where there is a body that is not JSON, and the
    /// error of a body that was cut off.
    pub fn deletion(self) -> Result<Option<String>> {
        let status = self.status;
        let body = self.accepted_body()?;
        if body.is_empty() {
            return Ok(None);
        }
        parse(status, &body)?;
        Ok(Some(decode(&body).into_owned()))
    }

    /// The body, if the status is 2xx. Another status stands even if the body was cut off: a 404 is still a 404.
    fn accepted_body(self) -> Result<Vec<u8>> {
        let Self { status, retry_after, body } = self;
        if (200..300).contains(&status) {
            return body;
        }
        let mut json = body.as_ref().ok().and_then(|body| parse(status, body).ok()).unwrap_or_default();
        let delivery = delivery(status, &json);
        let mut member = |name| json.get_mut(name).map(Value::take).and_then(shown);
        let (error, description) = (member("error"), member("description"));
        let message = match (&body, &error, &description) {
            (Err(_), ..) => format!("{status} - the response was cut off"),
            (Ok(body), ..) if body.is_empty() => format!("{status} - the response had no body"),
            (_, Some(error), Some(description)) => format!("{status} {error} - {description}"),
            _ => UNREADABLE.to_owned(),
        };
        Err(Error::Status { message, status, error, description, retry_after, delivery })
    }
}

fn parse(status: u16, body: &[u8]) -> Result<Value> {
    serde_json::from_str(&decode(body)).map_err(|_| bad_response(status, UNREADABLE))
}

fn decode(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}

fn bad_response(status: u16, message: &'static str) -> Error {
    Error::BadResponse { message: message.into(), status }
}

/// Whether the service itself refused. A router also responds with 503 when it gave up on a request that the service goes
/// on to process (Heroku's router, Envoy), with or without `Retry-After` (Varnish). Only the service's own JSON tells them
/// apart; a 4xx counts as the service's own, whatever its body.
fn delivery(status: u16, body: &Value) -> Delivery {
    let is_own = || ["error", "description"].iter().all(|name| body.get(name).is_some_and(Value::is_string));
    match status {
        400..=499 => Delivery::Refused,
        503 if is_own() => Delivery::Refused,
        _ => Delivery::Unknown,
    }
}

/// A member of an error body as the official SDK shows it, which takes an empty one for none.
fn shown(member: Value) -> Option<String> {
    match member {
        Value::String(text) => (!text.is_empty()).then_some(text),
        Value::Null | Value::Bool(false) => None,
        Value::Number(number) => (number.as_f64() != Some(0.0)).then(|| number.to_string()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn response(status: u16, body: impl AsRef<[u8]>) -> Response {
        Response { status, retry_after: None, body: Ok(body.as_ref().to_vec()) }
    }

    fn refusal(status: u16, body: &str) -> (String, Option<String>, Option<String>) {
        match response(status, body).publish_id() {
            Err(Error::Status { message, error, description, status: seen, .. }) if seen == status => {
                (message, error, description)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_accepted_publish_has_an_id() {
        for body in ["{\"publishId\":\"pubid-1\"}\n", "\u{feff}{\"publishId\":\"pubid-1\",\"more\":[1]}"] {
            assert_eq!(response(200, body).publish_id().unwrap(), "pubid-1");
        }
    }

    #[test]
    fn a_2xx_without_a_publish_id_is_not_a_success() {
        let deep = "[".repeat(100_000);
        for body in ["", "null", "[]", "\"x\"", "{}", "{\"publishId\":\"\"}", "{\"publishId\":1}", "<html>", &deep] {
            let error = response(200, body).publish_id().unwrap_err();
            assert_eq!((error.code(), error.status()), ("ERR_BEAMS_BAD_RESPONSE", Some(200)), "{body:.20}");
        }
    }

    #[test]
    fn a_refusal_has_the_official_text_and_the_service_s_own_words() {
        assert_eq!(
            refusal(401, r#"{"error":"Unauthorized","description":"Incorrect Secret Key"}"#),
            (
                "401 Unauthorized - Incorrect Secret Key".into(),
                Some("Unauthorized".into()),
                Some("Incorrect Secret Key".into())
            )
        );
    }

    #[test]
    fn a_member_of_a_refusal_that_is_not_text_is_shown_as_the_official_sdk_shows_it() {
        for (member, expected) in [
            ("5", Some("5")),
            ("0.5", Some("0.5")),
            ("0", None),
            ("-0.0", None),
            ("\"\"", None),
            ("null", None),
            ("false", None),
            ("true", Some("true")),
            (r#"{"a":1}"#, Some(r#"{"a":1}"#)),
        ] {
            let (message, error, description) = refusal(400, &format!(r#"{{"error":{member},"description":"D"}}"#));
            assert_eq!((error.as_deref(), description.as_deref()), (expected, Some("D")), "{member}");
            assert_eq!(message, expected.map_or(UNREADABLE.into(), |error| format!("400 {error} - D")));
        }
    }

    #[test]
    fn a_refusal_keeps_its_status_whatever_its_body() {
        for body in
            ["null", "[]", "1", "\"\"", "<html>", "404 page not found\n", "{\"error\":\"\",\"description\":\"x\"}", "{"]
        {
            assert_eq!(refusal(503, body).0, UNREADABLE, "{body}");
        }
        assert_eq!(refusal(503, "").0, "503 - the response had no body");
        assert_eq!(refusal(302, "").0, "302 - the response had no body");
    }

    #[test]
    fn only_the_service_itself_refuses() {
        let own = r#"{"error":"Service Unavailable","description":"Try again"}"#;
        for (status, body, delivery) in [
            (503, own, Delivery::Refused),
            (503, "\u{feff}{\"description\":\"\",\"error\":\"\",\"more\":1}\n", Delivery::Refused),
            (503, "", Delivery::Unknown),
            (503, "<html>", Delivery::Unknown),
            (503, "null", Delivery::Unknown),
            (503, "[\"error\",\"description\"]", Delivery::Unknown),
            (503, r#"{"error":"E"}"#, Delivery::Unknown),
            (503, r#"{"error":"E","description":null}"#, Delivery::Unknown),
            (503, r#"{"error":{"code":503},"description":"D"}"#, Delivery::Unknown),
            (503, r#"{"error":"E","description":"D""#, Delivery::Unknown),
            (500, own, Delivery::Unknown),
            (502, own, Delivery::Unknown),
            (504, own, Delivery::Unknown),
            (599, own, Delivery::Unknown),
            (302, own, Delivery::Unknown),
            (600, own, Delivery::Unknown),
            (400, "<html>", Delivery::Refused),
            (408, "", Delivery::Refused),
            (429, "", Delivery::Refused),
            (499, "", Delivery::Refused),
        ] {
            for retry_after in [None, Some(Duration::ZERO)] {
                let response = Response { retry_after, ..response(status, body) };
                assert_eq!(response.publish_id().unwrap_err().delivery(), delivery, "{status} {body}");
            }
        }
    }

    #[test]
    fn a_response_that_was_cut_off_refuses_only_with_4xx() {
        for (status, delivery) in [(400, Delivery::Refused), (503, Delivery::Unknown)] {
            let cut_off = Err(Error::Internal("it was cut off".into()));
            let error = Response { status, retry_after: None, body: cut_off }.publish_id().unwrap_err();
            assert_eq!(
                (error.to_string(), error.delivery()),
                (format!("{status} - the response was cut off"), delivery)
            );
        }
    }

    #[test]
    fn a_deletion_may_have_a_body_but_only_json() {
        assert_eq!(response(200, "").deletion().unwrap(), None);
        assert_eq!(response(200, "{\"a\":1}").deletion().unwrap().as_deref(), Some("{\"a\":1}"));
        assert_eq!(response(200, "<html>").deletion().unwrap_err().to_string(), UNREADABLE);
    }

    /// Bytes that look like responses more often than chance would have it.
    fn bodies() -> impl Strategy<Value = Vec<u8>> {
        let words = [
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"publishId\"",
            "\"error\"",
            "\"description\"",
            "\"x\"",
            "\"",
            "\\ud800",
            "1e999",
            "null",
        ];
        prop_oneof![
            vec(any::<u8>(), 0..64),
            vec(select(words.to_vec()), 0..16).prop_map(|words| words.concat().into_bytes()),
        ]
    }

    proptest! {
        #[test]
        fn any_response_to_a_publish_has_an_outcome(status in 100u16..1000, body in bodies()) {
            let outcome = response(status, &body).publish_id();
            match &outcome {
                Ok(publish_id) => prop_assert!((200..300).contains(&status) && !publish_id.is_empty()),
                Err(error) => prop_assert_eq!(error.status(), Some(status)),
            }
        }

        #[test]
        fn any_response_to_a_deletion_has_an_outcome(status in 100u16..1000, body in bodies()) {
            match response(status, &body).deletion() {
                Ok(None) => prop_assert!(body.is_empty()),
                Ok(Some(json)) => prop_assert!(serde_json::from_str::<Value>(&json).is_ok()),
                Err(error) => prop_assert_eq!(error.status(), Some(status)),
            }
        }
    }
}
