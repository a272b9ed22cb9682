//! Errors across: from a typed outcome to a `BeamsError`, made on the JavaScript thread.

use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::bindgen_prelude::{JsObjectValue, Object, Unknown};
use napi::{Env, JsError, JsValue, ValueType};

use crate::host::Host;
use beams::error::Error;

/// Why a call failed.
pub enum Failure {
    /// The client says so.
    Beams(Error),
    /// JavaScript code of the caller's threw while an argument was read: a getter, a `toJSON`, a circular payload.
    Thrown(napi::Error),
}

/// The result of reading arguments.
pub type Result<T> = std::result::Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Beams(error)
    }
}

impl From<napi::Error> for Failure {
    fn from(error: napi::Error) -> Self {
        Self::Thrown(error)
    }
}

/// Runs what reads arguments. A panic in it is a defect of this library, and no reason to end the process.
pub fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Error::Internal("a call panicked".into()).into()))
}

impl Failure {
    /// The `BeamsError` for it. `attempts` is how many requests were made.
    pub fn into_beams_error<'env>(self, env: &'env Env, host: &Host, attempts: u32) -> napi::Result<Unknown<'env>> {
        match self {
            Self::Beams(error) => beams_error(env, host, &error, attempts),
            Self::Thrown(thrown) => {
                let thrown = JsError::from(thrown).into_unknown(*env);
                let message = match thrown.get_type()? {
                    ValueType::Object => {
                        host.read(env, &thrown, "message").and_then(|message| host.text(env, &message))
                    }
                    _ => host.text(env, &thrown),
                };
                let error = Error::invalid(message.unwrap_or_else(|_| "an argument could not be read".into()));
                with_cause(env, host, &error, attempts, Some(thrown))
            }
        }
    }

    /// The same as something that a native function can return, so that it is thrown.
    pub fn into_exception(self, env: &Env, host: &Host) -> napi::Error {
        self.into_beams_error(env, host, 0).map_or_else(|error| error, napi::Error::from)
    }
}

/// The `BeamsError` for an error of the client.
pub fn beams_error<'env>(env: &'env Env, host: &Host, error: &Error, attempts: u32) -> napi::Result<Unknown<'env>> {
    let cause = error.source().map(|source| cause(env, error, source)).transpose()?;
    with_cause(env, host, error, attempts, cause)
}

fn with_cause<'env>(
    env: &'env Env,
    host: &Host,
    error: &Error,
    attempts: u32,
    cause: Option<Unknown<'_>>,
) -> napi::Result<Unknown<'env>> {
    let mut details = Object::new(env)?;
    details.set("code", error.code())?;
    if let Some(status) = error.status() {
        details.set("status", status)?;
    }
    if let Error::Status { error, description, .. } = error {
        error.as_ref().map(|text| details.set("error", text.as_str())).transpose()?;
        description.as_ref().map(|text| details.set("description", text.as_str())).transpose()?;
    }
    if let Some(retry_after) = error.retry_after() {
        details.set("retryAfter", retry_after.as_secs_f64())?;
    }
    details.set("attempts", attempts)?;
    details.set("delivery", error.delivery().as_str())?;
    if let Some(cause) = cause {
        details.set("cause", cause)?;
    }
    host.new_beams_error(env, error.to_string(), &details.to_unknown())
}

/// The chain of sources as one plain `Error`, with the `code` that Node would have given it.
fn cause<'env>(env: &'env Env, error: &Error, source: &(dyn StdError + 'static)) -> napi::Result<Unknown<'env>> {
    let mut message = source.to_string();
    let mut next = source.source();
    while let Some(source) = next {
        let text = source.to_string();
        if !message.ends_with(&text) {
            message = format!("{message}: {text}");
        }
        next = source.source();
    }
    let mut cause = env.create_error(napi::Error::from_reason(message))?;
    let code = match error {
        Error::Connection { fault, .. } => fault.kind.node_code(),
        _ => None,
    };
    match code {
        Some(code) => cause.set_named_property("code", code)?,
        // napi gives every error a code of its own.
        None => drop(cause.delete_named_property("code")?),
    }
    Ok(cause.to_unknown())
}
