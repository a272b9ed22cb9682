//! Arguments that must be inspected before they are copied: strings of any length, and values whose type decides the error.

use beams::error::{Error, Result};
use beams::targets::kind::{INTERESTS, MAX_TARGET_LEN, TargetKind, USERS};
use beams::targets::list::IdBatch;
use napi::ValueType;
use napi::bindgen_prelude::Unknown;

use crate::ffi::{utf16, utf16_len};

/// A list of targets as `lib/arguments.js` passes it.
pub struct Targets<'a> {
    /// The kind of the targets.
    pub kind: &'static TargetKind,
    /// The concatenated targets; `undefined` if the argument is missing, `null` if it is not an array.
    pub text: Unknown<'a>,
    /// The length of each target.
    pub lengths: &'a [u32],
    /// How many elements the array has.
    pub count: u32,
    /// How JavaScript prints the first element that is not a string; `text` holds those before it.
    pub not_a_string: Option<String>,
}

impl Targets<'_> {
    /// Reads the targets.
    pub fn read(&self, is_compat: bool) -> Result<IdBatch> {
        match self.text.get_type().map_err(unreadable)? {
            ValueType::String => (),
            ValueType::Undefined => return Err(self.kind.required()),
            _ => return Err(self.kind.not_an_array()),
        }
        self.check_count(is_compat)?;
        let text = utf16(&self.text, usize::MAX).map_err(unreadable)?.unwrap_or_default();
        Ok(IdBatch { text, lengths: self.lengths.to_vec() })
    }

    fn check_count(&self, is_compat: bool) -> Result<()> {
        match self.kind.check_count(self.count as usize) {
            // The official SDK has the same message for both kinds.
            Err(_) if is_compat && self.count == 0 => INTERESTS.check_count(0),
            Err(error) if !is_compat && self.count > 0 && self.kind == &USERS => {
                Err(Error::invalid(format!("{error} publishToManyUsers takes any number of them.")))
            }
            checked => checked,
        }
    }
}

/// Reads the payload's JSON. It is `undefined` if the argument is missing, and `null` if it is not an object.
pub fn read_payload(payload: &Unknown<'_>, max_len: usize) -> Result<Vec<u16>> {
    match payload.get_type().map_err(unreadable)? {
        ValueType::Undefined => Err(Error::invalid("publishRequest argument is required")),
        ValueType::String if utf16_len(payload).map_err(unreadable)?.is_some_and(|length| length > max_len) => Err(
            Error::invalid(format!("publishRequest argument is too large: it exceeds {max_len} characters as JSON")),
        ),
        ValueType::String => Ok(utf16(payload, max_len).map_err(unreadable)?.unwrap_or_default()),
        _ => Err(Error::invalid("publishRequest argument must be a plain object")),
    }
}

/// Copies at most one unit more than the limit, which suffices to reject the id.
pub fn read_user_id(user_id: &Unknown<'_>, missing: &str, mistyped: &str) -> Result<Vec<u16>> {
    match user_id.get_type().map_err(unreadable)? {
        ValueType::Undefined | ValueType::Null => Err(Error::invalid(format!("{missing} is required"))),
        ValueType::String => Ok(utf16(user_id, MAX_TARGET_LEN + 1).map_err(unreadable)?.unwrap_or_default()),
        _ => Err(Error::invalid(format!("{mistyped} must be a string"))),
    }
}

/// Node-API fails to read a value that it has just passed only while the environment ends.
fn unreadable(error: napi::Error) -> Error {
    Error::Internal(format!("an argument could not be read: {error}"))
}
