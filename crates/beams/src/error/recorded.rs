//! Errors that are stored in a journal.

use crate::error::delivery::Delivery;

/// An error as it is stored in a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedError {
    /// The text.
    pub message: String,
    /// The documented code.
    pub code: &'static str,
    /// Whether the request may have been processed.
    pub delivery: Delivery,
    /// The HTTP status, where a response came back.
    pub status: Option<u16>,
    /// The service's own short title, if the response had one.
    pub error: Option<String>,
    /// The service's own explanation, if the response had one.
    pub description: Option<String>,
}

/// The codes that a failed publish can have.
const CODES: [&str; 14] = [
    "ERR_BEAMS_BAD_RESPONSE",
    "ERR_BEAMS_CLOSED",
    "ERR_BEAMS_CONNECTION",
    "ERR_BEAMS_INTERNAL",
    "ERR_BEAMS_INTERRUPTED",
    "ERR_BEAMS_INVALID_ARGUMENT",
    "ERR_BEAMS_JOURNAL",
    "ERR_BEAMS_NOT_FOUND",
    "ERR_BEAMS_PAYMENT_REQUIRED",
    "ERR_BEAMS_RATE_LIMITED",
    "ERR_BEAMS_SERVER",
    "ERR_BEAMS_TIMEOUT",
    "ERR_BEAMS_UNAUTHORIZED",
    "ERR_BEAMS_UNPROCESSABLE",
];

impl RecordedError {
    /// The documented code of this name.
    pub(crate) fn code_named(name: &str) -> Option<&'static str> {
        CODES.into_iter().find(|&code| code == name)
    }
}
