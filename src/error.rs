//! Errors across: from a typed error to the JSON text of which `lib/errors.js` makes a `BeamsError`.

use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};

use beams::checks::Finding;
use beams::error::{Error, Result};
use serde::Serialize;

use crate::node_codes::{file_code, node_code};

/// The properties of a `BeamsError`. Text, because parsing it in JavaScript runs no setter of a polluted prototype.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetails<'a> {
    message: String,
    code: &'static str,
    delivery: &'static str,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<&'a [Finding]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
}

/// The chain of sources as one error, with the `code` that Node would have given it.
#[derive(Serialize)]
struct Cause {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

impl<'a> ErrorDetails<'a> {
    /// The details of an error. `attempts` is how many requests were made, `status` that of the last response.
    pub fn new(error: &'a Error, attempts: u32, status: Option<u16>) -> Self {
        let findings = match error {
            Error::Payload { findings } => Some(findings.as_slice()),
            _ => None,
        };
        Self {
            message: error.to_string(),
            code: error.code(),
            delivery: error.delivery().as_str(),
            attempts,
            status: error.status().or(status),
            error: error.title(),
            description: error.description(),
            retry_after: error.retry_after().map(|wait| wait.as_secs_f64()),
            findings,
            cause: error.source().map(|source| Cause::new(error, source)),
        }
    }

    /// The same details with another delivery: of a call as a whole.
    pub fn with_delivery(self, delivery: &'static str) -> Self {
        Self { delivery, ..self }
    }
}

impl Cause {
    fn new(error: &Error, source: &(dyn StdError + 'static)) -> Self {
        let mut message = source.to_string();
        let mut next = source.source();
        while let Some(source) = next {
            let text = source.to_string();
            if !message.ends_with(&text) {
                message = format!("{message}: {text}");
            }
            next = source.source();
        }
        let code = match error {
            Error::Connection { error, .. } => node_code(&error.kind),
            Error::Journal { source: Some(source), .. } => file_code(source.kind()),
            _ => None,
        };
        Self { message, code }
    }
}

/// The JSON text of an error.
pub fn error_json(error: &Error, attempts: u32, status: Option<u16>) -> String {
    serde_json::to_string(&ErrorDetails::new(error, attempts, status)).unwrap_or_default()
}

/// Runs what prepares a call. A panic in it is a defect of this library, and no reason to end the process.
pub fn catch_panic<T>(prepare: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(prepare)).unwrap_or_else(|_| Err(Error::Internal("a call panicked".into())))
}
