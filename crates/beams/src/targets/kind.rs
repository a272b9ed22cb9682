//! What interests and users have in common: a list with a limit, of strings with a limit.

use crate::error::{Error, Result};

/// The longest interest or user id, in UTF-16 code units.
pub const MAX_TARGET_LEN: usize = 164;

pub(crate) const QUOTE: u16 = b'"' as u16;

/// The kind for one kind of target, with the official SDK's texts.
#[derive(Debug)]
pub struct TargetKind {
    /// What one target is called in messages.
    pub singular: &'static str,
    /// The argument's name, and the key that holds the targets in the request body.
    pub key: &'static str,
    /// How many targets one request may have.
    pub max_count: usize,
    /// The characters a target may consist of, where not all are allowed.
    pub alphabet: Option<fn(u16) -> bool>,
}

impl TargetKind {
    /// The argument is missing.
    pub fn required(&self) -> Error {
        Error::invalid(format!("{} argument is required", self.key))
    }

    /// The argument is no array.
    pub fn not_an_array(&self) -> Error {
        Error::invalid(format!("{} argument is must be an array", self.key))
    }

    /// An element is no string; `shown` is how JavaScript prints it.
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
            return Err(Error::invalid("PublishBody requests must target at least one interest to be delivered"));
        }
        if count > self.max_count {
            return Err(Error::invalid(format!(
                "Number of {} ({count}) exceeds maximum of {}.",
                self.key, self.max_count
            )));
        }
        Ok(())
    }

    /// Checks one target, given in UTF-16.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where it is empty, longer than [`MAX_TARGET_LEN`] or has a character outside the alphabet.
    pub fn check(&self, target: &[u16]) -> Result<()> {
        let shown = || String::from_utf16_lossy(target);
        if target.len() > MAX_TARGET_LEN {
            let (singular, shown) = (self.singular, shown());
            return Err(Error::invalid(format!(
                "{singular} {shown} is longer than the maximum of {MAX_TARGET_LEN} characters"
            )));
        }
        if self.alphabet.is_some_and(|allowed| !target.iter().copied().all(allowed)) {
            return Err(Error::invalid(format!(
                "{} \"{}\" contains a forbidden character. Allowed characters are: ASCII upper/lower-case letters, numbers or one of _-=@,.;",
                self.singular,
                shown()
            )));
        }
        if target.is_empty() {
            return Err(Error::invalid(format!("{} cannot be the empty string", self.singular)));
        }
        Ok(())
    }

    /// Whether a request body ends with this kind of targets, and no character of theirs is outside the alphabet. The body
    /// is JSON in UTF-16, and each target in it is known to be of 1 to [`MAX_TARGET_LEN`] units.
    ///
    /// Looking at the text is what makes long lists cheap. It is enough, because no allowed character is one that JSON
    /// escapes or uses for structure: the last `[` opens the list, or a target has one in it.
    pub fn accepts(&self, body: &[u16]) -> bool {
        let Some(allowed) = self.alphabet else { return true };
        let Some(list) = body.strip_suffix(&b"]}".map(u16::from)) else { return false };
        let Some(start) = list.iter().rposition(|&unit| unit == u16::from(b'[')) else { return false };
        let (before, list) = list.split_at(start);
        let key = format!("\"{}\":", self.key);
        before.ends_with(&key.encode_utf16().collect::<Vec<_>>())
            && list.iter().skip(1).all(|&unit| unit == QUOTE || allowed(unit))
    }
}
