//! User ids where they stand alone: in a token, and in the path of a deletion.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, Result};
use crate::targets::kind::MAX_TARGET_LEN;

/// What `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A user id that may stand in a token.
#[derive(Debug, Clone, Copy)]
pub struct UserId<'a>(pub(crate) &'a [u16]);

impl<'a> UserId<'a> {
    /// Checks a user id, given in UTF-16.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where it is empty or longer than 164 units.
    pub fn new(user_id: &'a [u16]) -> Result<Self> {
        if user_id.is_empty() {
            return Err(Error::invalid("userId cannot be the empty string"));
        }
        if user_id.len() > MAX_TARGET_LEN {
            return Err(Error::invalid(format!("userId is longer than the maximum length of {MAX_TARGET_LEN}")));
        }
        Ok(Self(user_id))
    }
}

/// A user id that can be the last part of a path, already percent-encoded as `encodeURIComponent` does it.
#[derive(Debug)]
pub struct EncodedUserId(pub(crate) String);

impl EncodedUserId {
    /// Checks and encodes a user id, given in UTF-16.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where it is empty, longer than 164 units, ill-formed, or `.` or `..`, which URL parsers
    /// resolve to another path.
    pub fn new(user_id: &[u16]) -> Result<Self> {
        if user_id.len() > MAX_TARGET_LEN {
            return Err(Error::invalid("User ID argument is too long"));
        }
        let user_id = String::from_utf16(user_id)
            .map_err(|_| Error::invalid("User ID argument must be well-formed: it has an unpaired surrogate"))?;
        match user_id.as_str() {
            "" => Err(Error::invalid("User ID argument cannot be the empty string")),
            "." | ".." => Err(Error::invalid(format!(
                "User ID argument cannot be \"{user_id}\": in a URL it would name another resource"
            ))),
            user_id => Ok(Self(utf8_percent_encode(user_id, COMPONENT).to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::list::tests::units;

    fn encoded(user_id: &str) -> String {
        EncodedUserId::new(&units(user_id)).unwrap().0
    }

    #[test]
    fn a_path_user_is_encoded_as_encode_uri_component_does() {
        for (user_id, expected) in [
            ("abcXYZ019-_.!~*'()", "abcXYZ019-_.!~*'()"),
            ("a/b?c#d", "a%2Fb%3Fc%23d"),
            ("a b+c%", "a%20b%2Bc%25"),
            ("%2e%2e", "%252e%252e"),
            ("...", "..."),
            ("é\u{1f600}\0", "%C3%A9%F0%9F%98%80%00"),
            ("שלום", "%D7%A9%D7%9C%D7%95%D7%9D"),
        ] {
            assert_eq!(encoded(user_id), expected);
        }
    }

    #[test]
    fn a_dot_segment_is_refused_as_a_user_id() {
        for user_id in [".", ".."] {
            let text = EncodedUserId::new(&units(user_id)).unwrap_err().to_string();
            assert!(text.contains("another resource"), "{text}");
        }
    }

    #[test]
    fn a_lone_surrogate_is_refused_in_a_path() {
        assert!(EncodedUserId::new(&[0x61, 0xd800]).unwrap_err().to_string().contains("surrogate"));
    }

    #[test]
    fn length_counts_utf16_units() {
        let (fits, too_long) = ("\u{1f600}".repeat(82), "\u{1f600}".repeat(83));
        assert!(EncodedUserId::new(&units(&fits)).is_ok() && UserId::new(&units(&fits)).is_ok());
        assert!(EncodedUserId::new(&units(&too_long)).is_err() && UserId::new(&units(&too_long)).is_err());
    }

    #[test]
    fn the_empty_id_is_refused_everywhere() {
        assert_eq!(EncodedUserId::new(&[]).unwrap_err().to_string(), "User ID argument cannot be the empty string");
        assert_eq!(UserId::new(&[]).unwrap_err().to_string(), "userId cannot be the empty string");
    }
}
