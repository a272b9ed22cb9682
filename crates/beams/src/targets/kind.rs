//! The two kinds of target with their limits: [interests](https://pusher.com/docs/beams/concepts/device-interests) and
//! [users](https://pusher.com/docs/beams/concepts/authenticated-users).

use crate::error::{Error, Result};

/// The longest interest or user id, in UTF-16 code units.
pub const MAX_TARGET_LEN: usize = 164;

/// The rules for one kind of target, with the official SDK's texts.
#[derive(Debug, PartialEq, Eq)]
pub struct TargetKind {
    /// What one target is called in messages.
    pub singular: &'static str,
    /// The argument's name, the last segment of the path, and the key that holds the targets in the request body.
    pub key: &'static str,
    /// How many targets one request may have.
    pub max_count: usize,
    /// How many bytes the body of a request may have, by the
    /// [documentation](https://pusher.com/docs/beams/reference/publish-api).
    pub max_body_bytes: usize,
    /// Whether only ASCII letters, digits and `_-=@,.;` are allowed.
    pub is_restricted: bool,
    /// The operation's name in log lines.
    pub operation: &'static str,
}

/// Up to 100 interests a request, each of 1 to 164 of the characters `A-Z a-z 0-9 _ - = @ , . ;`.
pub static INTERESTS: TargetKind = TargetKind {
    singular: "interest",
    key: "interests",
    max_count: 100,
    max_body_bytes: 10 * 1024,
    is_restricted: true,
    operation: "publish to interests",
};

/// Up to 1 000 users a request, each id of 1 to 164 UTF-16 code units.
pub static USERS: TargetKind = TargetKind {
    singular: "user",
    key: "users",
    max_count: 1000,
    max_body_bytes: 200 * 1024,
    is_restricted: false,
    operation: "publish to users",
};

impl TargetKind {
    /// The argument is missing.
    pub fn required(&self) -> Error {
        Error::invalid(format!("{} argument is required", self.key))
    }

    /// The argument is not an array.
    pub fn not_an_array(&self) -> Error {
        Error::invalid(format!("{} argument is must be an array", self.key))
    }

    /// An element is not a string; `shown` is how its language prints it.
    pub fn not_a_string(&self, shown: &str) -> Error {
        Error::invalid(format!("{} {shown} is not a string", self.singular))
    }

    /// Checks how many targets there are.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where there are none, or more than [`TargetKind::max_count`].
    pub fn check_count(&self, count: usize) -> Result<()> {
        if count == 0 {
            return Err(Error::invalid(format!(
                "Publish requests must target at least one {} to be delivered",
                self.singular
            )));
        }
        if count > self.max_count {
            return Err(Error::invalid(format!(
                "Number of {} ({count}) exceeds maximum of {}.",
                self.key, self.max_count
            )));
        }
        Ok(())
    }

    /// Whether one target, given in UTF-16, obeys the rules. [`TargetKind::check`] says which it breaks.
    pub fn allows(&self, target: &[u16]) -> bool {
        (1..=MAX_TARGET_LEN).contains(&target.len())
            && (!self.is_restricted || target.iter().all(|&unit| is_interest_unit(unit)))
    }

    /// Checks one target, given in UTF-16.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where it is empty, longer than [`MAX_TARGET_LEN`] or has a forbidden character.
    pub fn check(&self, target: &[u16]) -> Result<()> {
        if self.allows(target) {
            return Ok(());
        }
        let (singular, shown) = (self.singular, String::from_utf16_lossy(target));
        Err(Error::invalid(if target.is_empty() {
            format!("{singular} cannot be the empty string")
        } else if target.len() > MAX_TARGET_LEN {
            format!("{singular} {shown} is longer than the maximum of {MAX_TARGET_LEN} characters")
        } else {
            format!(
                "{singular} \"{shown}\" contains a forbidden character. Allowed characters are: ASCII upper/lower-case letters, numbers or one of _-=@,.;"
            )
        }))
    }
}

fn is_interest_unit(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || b"_-=@,.;".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &TargetKind, target: &str) -> String {
        let units: Vec<u16> = target.encode_utf16().collect();
        kind.check(&units).map_or_else(|error| error.to_string(), |()| "ok".into())
    }

    #[test]
    fn every_allowed_character_is_allowed() {
        assert_eq!(check(&INTERESTS, "AZaz09_-=@,.;"), "ok");
        assert_eq!(check(&INTERESTS, &"a".repeat(164)), "ok");
        assert_eq!(check(&USERS, "bad|interest é \u{1f600}"), "ok");
    }

    #[test]
    fn anything_else_is_refused_with_the_official_text() {
        for interest in ["bad|interest", "bad:interest", "a b", "a\n", "é", "\u{1f600}", "\"", "a\\b", "[", "]"] {
            assert!(check(&INTERESTS, interest).contains("contains a forbidden character"), "{interest}");
        }
        assert!(check(&INTERESTS, &"a".repeat(165)).ends_with("is longer than the maximum of 164 characters"));
        assert!(check(&INTERESTS, &"|".repeat(164)).contains("contains a forbidden character"));
        assert_eq!(check(&INTERESTS, ""), "interest cannot be the empty string");
        assert_eq!(check(&USERS, ""), "user cannot be the empty string");
    }

    #[test]
    fn length_counts_utf16_units() {
        assert_eq!(check(&USERS, &"\u{1f600}".repeat(82)), "ok");
        assert!(check(&USERS, &"\u{1f600}".repeat(83)).ends_with("is longer than the maximum of 164 characters"));
    }

    #[test]
    fn the_count_is_checked_with_the_official_texts() {
        assert!(INTERESTS.check_count(100).is_ok() && USERS.check_count(1000).is_ok());
        let text = |kind: &TargetKind, count| kind.check_count(count).unwrap_err().to_string();
        assert_eq!(text(&INTERESTS, 0), "Publish requests must target at least one interest to be delivered");
        assert_eq!(text(&USERS, 0), "Publish requests must target at least one user to be delivered");
        assert_eq!(text(&INTERESTS, 101), "Number of interests (101) exceeds maximum of 100.");
    }
}
