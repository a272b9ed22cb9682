//! The outcome of a call.

use crate::deadline::Expired;
use crate::error::{Delivery, Error, Result};
use crate::payload_checks::PayloadFindings;

/// The outcome of a call.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The value that the call resolves to, or its error.
    pub result: Result<T>,
    /// How many requests were made.
    pub attempts: u32,
    /// The last response's status, if one came.
    pub status: Option<u16>,
    /// The findings for the payload, if it was checked.
    pub findings: PayloadFindings,
}

impl<T> Outcome<T> {
    /// The outcome of a call that made no request.
    pub fn without_request(result: Result<T>) -> Self {
        Self { result, attempts: 0, status: None, findings: None }
    }

    /// The same outcome with another form of the result.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Outcome<U> {
        let Self { result, attempts, status, findings } = self;
        Outcome { result: result.map(form), attempts, status, findings }
    }

    /// The same outcome, with findings for the payload.
    pub fn with_findings(self, findings: PayloadFindings) -> Self {
        Self { findings, ..self }
    }

    /// The outcome of a call that has reached a limit before it could make another attempt.
    pub(crate) fn expired(self, limit: Expired) -> Self {
        let error = match self.result {
            Err(last) if self.attempts > 0 => limit.error_after(last),
            _ => limit.error(Delivery::NotSent),
        };
        Self { result: Err(error), ..self }
    }

    /// Whether the last attempt may have been processed.
    pub(crate) fn may_be_processed(&self) -> bool {
        self.attempts > 0 && self.result.as_ref().is_err_and(|error: &Error| error.delivery() == Delivery::Unknown)
    }
}
