//! The secret key, which debug output hides.

use std::fmt;

use reqwest::header::HeaderValue;

use crate::error::{Error, Result};

/// The secret key, as text and as an `Authorization` header.
pub struct Secret {
    pub(crate) key: String,
    pub(crate) bearer: HeaderValue,
}

impl Secret {
    /// Validates a key.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] if it is empty or not valid in a header.
    pub(crate) fn new(key: String) -> Result<Self> {
        if key.trim().is_empty() {
            return Err(Error::invalid("\"secretKey\" must not be empty"));
        }
        // Node's own http module takes no character beyond Latin-1 in a header, and writes the others, in a request with a
        // body, as UTF-8: the bytes that sign tokens, too.
        let mut bearer = key
            .chars()
            .all(|character| character <= '\u{ff}')
            .then(|| HeaderValue::from_bytes(format!("Bearer {key}").as_bytes()).ok())
            .flatten()
            .ok_or_else(|| {
                Error::invalid("\"secretKey\" has a character that an HTTP header cannot hold, such as a line break")
            })?;
        bearer.set_sensitive(true);
        Ok(Self { key, bearer })
    }
}

impl Secret {
    /// Replaces the key in a text that came from a server: some echo the headers of a request. A key of a few characters
    /// is a placeholder, and may be part of any word.
    pub(crate) fn redact(&self, text: &mut String) {
        const MIN_LEN: usize = 8;
        if self.key.len() >= MIN_LEN && text.contains(&self.key) {
            *text = text.replace(&self.key, "[secret]");
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_would_break_the_header_is_refused_and_not_shown() {
        for key in ["", "key\n", "key\r\nX: y", "key\0", "key\u{7f}", "clé\u{20ac}", "\u{1f600}"] {
            let text = Secret::new(key.into()).unwrap_err().to_string();
            assert!(text.starts_with("\"secretKey\" ") && !text.contains("key\\n"), "{text}");
        }
        let secret = Secret::new("clé".into()).unwrap();
        assert_eq!(secret.bearer.as_bytes(), "Bearer clé".as_bytes());
        assert_eq!(format!("{secret:?} {:?}", secret.bearer), "[secret] Sensitive");
    }
}
