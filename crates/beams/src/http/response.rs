//! What the service answered, read whatever its content type says.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

use crate::error::{Error, Result};

/// The official SDK's text for a body that makes no sense.
const UNREADABLE: &str = "Could not parse response body";

/// One reply, whole.
#[derive(Debug)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The id of an accepted publish.
    ///
    /// # Errors
    ///
    /// [`Error::Status`] where the status is not 2xx, [`Error::BadResponse`] where the body names no publish.
    pub fn publish_id(self) -> Result<String> {
        self.check_status()?;
        let mut body: Value = self.json()?;
        match body.get_mut("publishId").map(Value::take) {
            Some(Value::String(publish_id)) if !publish_id.is_empty() => Ok(publish_id),
            _ => Err(self.bad_response("the service accepted the request but named no publishId")),
        }
    }

    /// The body of an accepted deletion, as JSON text: nothing, by the service's documentation.
    ///
    /// # Errors
    ///
    /// [`Error::Status`] where the status is not 2xx, [`Error::BadResponse`] where there is a body that is not JSON.
    pub fn deletion(self) -> Result<Option<String>> {
        self.check_status()?;
        if self.body.is_empty() {
            return Ok(None);
        }
        self.json()?;
        Ok(Some(self.text().into_owned()))
    }

    fn check_status(&self) -> Result<()> {
        if (200..300).contains(&self.status) {
            return Ok(());
        }
        let status = self.status;
        let (mut error, mut description) = (None, None);
        let message = if self.body.is_empty() {
            format!("{status} - the reply had no body")
        } else {
            let mut body = self.json().unwrap_or_default();
            let mut member = |name| body.get_mut(name).map(Value::take).and_then(shown);
            (error, description) = (member("error"), member("description"));
            match (&error, &description) {
                (Some(error), Some(description)) => format!("{status} {error} - {description}"),
                _ => UNREADABLE.to_owned(),
            }
        };
        Err(Error::Status { message, status, error, description, retry_after: self.retry_after })
    }

    fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.text()).map_err(|_| self.bad_response(UNREADABLE))
    }

    fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body))
    }

    fn bad_response(&self, message: &'static str) -> Error {
        Error::BadResponse { message: message.into(), status: self.status }
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

    fn reply(status: u16, body: impl AsRef<[u8]>) -> Response {
        Response { status, retry_after: None, body: body.as_ref().to_vec() }
    }

    fn refusal(status: u16, body: &str) -> (String, Option<String>, Option<String>) {
        match reply(status, body).publish_id() {
            Err(Error::Status { message, error, description, status: seen, .. }) if seen == status => {
                (message, error, description)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_accepted_publish_has_an_id() {
        for body in ["{\"publishId\":\"pubid-1\"}\n", "\u{feff}{\"publishId\":\"pubid-1\",\"more\":[1]}"] {
            assert_eq!(reply(200, body).publish_id().unwrap(), "pubid-1");
        }
    }

    #[test]
    fn a_2xx_that_names_no_publish_is_no_success() {
        let deep = "[".repeat(100_000);
        for body in ["", "null", "[]", "\"x\"", "{}", "{\"publishId\":\"\"}", "{\"publishId\":1}", "<html>", &deep] {
            let error = reply(200, body).publish_id().unwrap_err();
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
    fn a_refusal_keeps_its_status_whatever_its_body() {
        for body in
            ["null", "[]", "1", "\"\"", "<html>", "404 page not found\n", "{\"error\":\"\",\"description\":\"x\"}", "{"]
        {
            assert_eq!(refusal(503, body).0, UNREADABLE, "{body}");
        }
        assert_eq!(refusal(503, "").0, "503 - the reply had no body");
        assert_eq!(refusal(302, "").0, "302 - the reply had no body");
    }

    #[test]
    fn a_deletion_may_have_a_body_but_only_json() {
        assert_eq!(reply(200, "").deletion().unwrap(), None);
        assert_eq!(reply(200, "{\"a\":1}").deletion().unwrap().as_deref(), Some("{\"a\":1}"));
        assert_eq!(reply(200, "<html>").deletion().unwrap_err().to_string(), UNREADABLE);
    }

    /// Bytes that look like replies more often than chance would have it.
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
        fn any_reply_to_a_publish_is_read_to_an_answer(status in 100u16..1000, body in bodies()) {
            let answer = reply(status, &body).publish_id();
            match &answer {
                Ok(publish_id) => prop_assert!((200..300).contains(&status) && !publish_id.is_empty()),
                Err(error) => prop_assert_eq!(error.status(), Some(status)),
            }
        }

        #[test]
        fn any_reply_to_a_deletion_is_read_to_an_answer(status in 100u16..1000, body in bodies()) {
            match reply(status, &body).deletion() {
                Ok(None) => prop_assert!(body.is_empty()),
                Ok(Some(json)) => prop_assert!(serde_json::from_str::<Value>(&json).is_ok()),
                Err(error) => prop_assert_eq!(error.status(), Some(status)),
            }
        }
    }
}
