//! Every error of this crate, and whether the request behind it may have been processed.

pub mod connection;
mod delivery;
pub mod recorded;

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::checks::findings::Finding;
use crate::error::connection::{ConnectionError, ConnectionErrorKind, classify_io};
use crate::error::recorded::RecordedError;

pub use crate::error::delivery::Delivery;

/// The result of everything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

/// Which limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeoutKind {
    /// Of making a connection: name lookup, TCP, proxy and TLS.
    Connect,
    /// The same limit, over HTTP/2: waiting for a free stream, or making a new connection.
    Stream,
    /// Of one attempt, from the first byte of the request to the last byte of the response.
    Response,
    /// Of the whole call, with all retries and waits.
    Deadline,
}

/// Every way in which an operation fails. Each variant says whether a retry can help; [`crate::retry`] acts on it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An argument or option breaks a documented rule. Never retried.
    #[error("{0}")]
    InvalidArgument(Cow<'static, str>),

    /// A device would show nothing of the payload, and the client is configured to reject such payloads. Never retried.
    #[error("{}", payload_message(findings))]
    Payload {
        /// Why nothing would be shown: what Beams refuses and what platforms drop.
        findings: Vec<Finding>,
    },

    /// A response with a status that is not 2xx. Retried on 408, 429, and a 503 of the service itself; deletes on any 5xx.
    #[error("{message}")]
    Status {
        /// The text to show: the official SDK's where it has one.
        message: String,
        /// The HTTP status.
        status: u16,
        /// The service's own short title, if the response has one.
        error: Option<String>,
        /// The service's own explanation, if the response has one.
        description: Option<String>,
        /// How long the service asked to wait. [`Duration::MAX`] where the number is too large.
        retry_after: Option<Duration>,
        /// Whether the service itself has refused the request.
        delivery: Delivery,
    },

    /// A 2xx response that does not say what it should. Never retried.
    #[error("{message}")]
    BadResponse {
        /// The text to show.
        message: Cow<'static, str>,
        /// The HTTP status.
        status: u16,
    },

    /// A time limit was reached. Retried where the request was not sent, or where repeating is harmless; never after the
    /// call's own deadline.
    #[error("{}", timeout_message(*kind, *limit, source.as_deref()))]
    Timeout {
        /// Which one.
        kind: TimeoutKind,
        /// The limit.
        limit: Duration,
        /// Whether the request may have been processed.
        delivery: Delivery,
        /// How the last attempt failed, where there was no time for another.
        source: Option<Box<Error>>,
    },

    /// The connection failed. Retried where the request was not sent, or where repeating is harmless.
    #[error("{error}")]
    Connection {
        /// What failed, and with which host.
        error: ConnectionError,
        /// Whether the request may have been processed.
        delivery: Delivery,
        /// The library's error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The client was closed before the call began, or before it had made all of its requests. Never retried.
    #[error("the client is closed")]
    Closed,

    /// The client was closed with a time limit, and the call was still running when that was reached. Never retried.
    #[error("{}", closed_message(source.as_deref()))]
    ClosedInFlight {
        /// Whether the request may have been processed.
        delivery: Delivery,
        /// The error of the last attempt, if a retry was to follow.
        source: Option<Box<Error>>,
    },

    /// A call of many requests was stopped, by its caller, before the last of them. Never retried.
    #[error("the call was stopped early; its report says what became of the users")]
    Interrupted,

    /// The journal of a bulk publish cannot be opened, or can no longer be written. Never retried.
    #[error("{message}")]
    Journal {
        /// The reason, and what to do about it.
        message: String,
        /// The error of the system call.
        #[source]
        source: Option<Arc<io::Error>>,
    },

    /// The error of an earlier process, from the journal of a bulk publish. Never retried.
    #[error("{}", .0.message)]
    Recorded(RecordedError),

    /// A webhook is not signed by the service. Never retried.
    #[error("invalid webhook signature: {0}")]
    WebhookSignature(&'static str),

    /// A webhook is signed by the service, but is not a Beams event. Never retried.
    #[error("not a Beams event: {0}")]
    WebhookPayload(String),

    /// A defect of this library, caught before it could end the process. Never retried.
    #[error("internal error in beams-native, please report it: {0}")]
    Internal(String),
}

impl Error {
    /// An [`Error::InvalidArgument`] with this text.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidArgument(message.into())
    }

    /// The error of a call that failed before it had a connection, because this process or machine lacks a resource.
    pub fn local(error: io::Error, host: &str) -> Self {
        let kind = classify_io(&error).unwrap_or(ConnectionErrorKind::Other);
        let connection_error = ConnectionError { kind, host: host.to_owned() };
        Self::Connection { error: connection_error, delivery: Delivery::NotSent, source: error.into() }
    }

    /// Applies `redact` to the texts that came from the server: some quote the headers of the request.
    pub(crate) fn redacted(mut self, redact: impl Fn(&mut String)) -> Self {
        if let Self::Status { message, error, description, .. } = &mut self {
            [Some(message), error.as_mut(), description.as_mut()].into_iter().flatten().for_each(redact);
        }
        self
    }

    /// The documented code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidArgument(_) | Self::Payload { .. } => "ERR_BEAMS_INVALID_ARGUMENT",
            Self::Status { status, .. } => match status {
                401 | 403 => "ERR_BEAMS_UNAUTHORIZED",
                402 => "ERR_BEAMS_PAYMENT_REQUIRED",
                404 => "ERR_BEAMS_NOT_FOUND",
                422 => "ERR_BEAMS_UNPROCESSABLE",
                429 => "ERR_BEAMS_RATE_LIMITED",
                400..=499 => "ERR_BEAMS_INVALID_ARGUMENT",
                500..=599 => "ERR_BEAMS_SERVER",
                _ => "ERR_BEAMS_BAD_RESPONSE",
            },
            Self::BadResponse { .. } => "ERR_BEAMS_BAD_RESPONSE",
            Self::Timeout { .. } => "ERR_BEAMS_TIMEOUT",
            Self::Connection { .. } => "ERR_BEAMS_CONNECTION",
            Self::Closed | Self::ClosedInFlight { .. } => "ERR_BEAMS_CLOSED",
            Self::Interrupted => "ERR_BEAMS_INTERRUPTED",
            Self::Journal { .. } => "ERR_BEAMS_JOURNAL",
            Self::Recorded(error) => error.code,
            Self::WebhookSignature(_) => "ERR_BEAMS_WEBHOOK_SIGNATURE",
            Self::WebhookPayload(_) => "ERR_BEAMS_WEBHOOK_PAYLOAD",
            Self::Internal(_) => "ERR_BEAMS_INTERNAL",
        }
    }

    /// What became of the request.
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::InvalidArgument(_)
            | Self::Payload { .. }
            | Self::Closed
            | Self::Interrupted
            | Self::Journal { .. }
            | Self::WebhookSignature(_)
            | Self::WebhookPayload(_) => Delivery::NotSent,
            Self::BadResponse { .. } | Self::Internal(_) => Delivery::Unknown,
            Self::Status { delivery, .. }
            | Self::Timeout { delivery, .. }
            | Self::Connection { delivery, .. }
            | Self::ClosedInFlight { delivery, .. }
            | Self::Recorded(RecordedError { delivery, .. }) => *delivery,
        }
    }

    /// The same error of an attempt that follows one after which the request may have been processed.
    pub(crate) fn after_unknown(mut self) -> Self {
        if let Self::Status { delivery, .. }
        | Self::Timeout { delivery, .. }
        | Self::Connection { delivery, .. }
        | Self::ClosedInFlight { delivery, .. } = &mut self
        {
            *delivery = Delivery::Unknown;
        }
        self
    }

    /// The same error of a request that an earlier process may have made already.
    pub(crate) fn after_earlier_process(self) -> Self {
        let error = self.after_unknown();
        if error.delivery() == Delivery::Unknown {
            return error;
        }
        Self::Recorded(RecordedError { delivery: Delivery::Unknown, ..RecordedError::from(&error) })
    }

    /// The HTTP status, where a response came back.
    pub fn status(&self) -> Option<u16> {
        match self.of_last_attempt() {
            Self::Status { status, .. } | Self::BadResponse { status, .. } => Some(*status),
            Self::Recorded(error) => error.status,
            _ => None,
        }
    }

    /// How long the service asked to wait, where it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.of_last_attempt() {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The service's own short title, where the response had one.
    pub fn title(&self) -> Option<&str> {
        match self.of_last_attempt() {
            Self::Status { error, .. } => error.as_deref(),
            Self::Recorded(recorded) => recorded.error.as_deref(),
            _ => None,
        }
    }

    /// The service's own explanation, where the response had one.
    pub fn description(&self) -> Option<&str> {
        match self.of_last_attempt() {
            Self::Status { description, .. } => description.as_deref(),
            Self::Recorded(recorded) => recorded.description.as_deref(),
            _ => None,
        }
    }

    /// The error of the last attempt, where the call ended before it could make another.
    fn of_last_attempt(&self) -> &Self {
        match self {
            Self::Timeout { source: Some(last), .. } | Self::ClosedInFlight { source: Some(last), .. } => last,
            error => error,
        }
    }
}

impl From<&Error> for RecordedError {
    fn from(error: &Error) -> Self {
        if let Error::Recorded(error) = error {
            return error.clone();
        }
        Self {
            message: error.to_string(),
            code: error.code(),
            delivery: error.delivery(),
            status: error.status(),
            error: error.title().map(str::to_owned),
            description: error.description().map(str::to_owned),
        }
    }
}

fn timeout_message(kind: TimeoutKind, limit: Duration, last: Option<&Error>) -> String {
    // As it is applied: timers have a resolution of a millisecond, and round up.
    let limit = limit.as_nanos().div_ceil(1_000_000);
    match (kind, last) {
        (TimeoutKind::Connect, _) => format!("connecting to the service took longer than {limit} ms"),
        (TimeoutKind::Stream, _) => {
            format!("waiting for a free HTTP/2 stream or a new connection took longer than {limit} ms")
        }
        (TimeoutKind::Response, _) => format!("the service did not respond within {limit} ms"),
        (TimeoutKind::Deadline, None) => format!("the call could not be completed before its deadline of {limit} ms"),
        (TimeoutKind::Deadline, Some(last)) => {
            format!("the deadline of {limit} ms leaves no time for another attempt; the last one failed: {last}")
        }
    }
}

fn payload_message(findings: &[Finding]) -> String {
    let first = findings.first().map(Finding::describe).unwrap_or_default();
    match findings.len() {
        0 | 1 => format!("nothing would be shown: {first}"),
        count => format!("nothing would be shown: {first} ({} more in `findings`)", count - 1),
    }
}

fn closed_message(last: Option<&Error>) -> String {
    let message = "the client was closed before the call was complete";
    last.map_or_else(|| message.to_owned(), |last| format!("{message}; the last attempt failed: {last}"))
}

#[cfg(test)]
mod tests;
