//! What can go wrong, and what the caller may conclude from it.

pub mod connection;

use std::borrow::Cow;
use std::time::Duration;

use crate::error::connection::ConnectionError;

/// The result of everything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

/// What became of the request. The service has no idempotency key, so this decides whether sending again can notify
/// somebody twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// No byte of the request left this process, or HTTP/2 gave it back untouched.
    NotSent,
    /// The service answered that it did not take the request (4xx or 503).
    Refused,
    /// The request went out and no usable answer came back: it may or may not have been carried out.
    Unknown,
}

impl Delivery {
    /// The word that users see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not-sent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// The part of an attempt in which its time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeoutKind {
    /// Name lookup, TCP, proxy and TLS.
    Connect,
    /// From the first byte of the request to the last of the reply.
    Response,
}

/// Every way in which an operation fails. Each variant says whether a retry can help; [`crate::retry`] acts on it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An argument or option breaks a documented rule. Never retried.
    #[error("{0}")]
    InvalidArgument(Cow<'static, str>),

    /// The service answered with a status that is not 2xx. Retried on 429 and 503; deletes also on other 5xx.
    #[error("{message}")]
    Status {
        /// The text to show: the official SDK's where it has one.
        message: String,
        /// The HTTP status.
        status: u16,
        /// The service's own short title, if the reply held one.
        error: Option<String>,
        /// The service's own explanation, if the reply held one.
        description: Option<String>,
        /// How long the service asked to wait.
        retry_after: Option<Duration>,
    },

    /// The service answered 2xx with something that is no answer. Never retried for a publish, unless asked to.
    #[error("{message}")]
    BadResponse {
        /// The text to show.
        message: Cow<'static, str>,
        /// The HTTP status.
        status: u16,
    },

    /// Time ran out. A connection that was never made is retried; a missing reply only where repeating is harmless.
    #[error("{}", timeout_message(*phase, *limit))]
    Timeout {
        /// Where the time went.
        phase: TimeoutKind,
        /// The limit that was reached.
        limit: Duration,
    },

    /// The connection failed. Retried where nothing was sent, or where repeating is harmless.
    #[error("{fault}")]
    Connection {
        /// What failed, in words a person can act on.
        fault: ConnectionError,
        /// Whether the request was on its way.
        delivery: Delivery,
        /// The library's own account.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The client was closed before the call began, or before it had made all of its requests. Never retried.
    #[error("the client is closed")]
    Closed,

    /// A call of many requests was stopped, by its caller, before the last of them. Never retried.
    #[error("the call was interrupted before it had published to all users")]
    Interrupted,

    /// A webhook is not signed by the service. Never retried.
    #[error("the webhook's signature is wrong: {0}")]
    WebhookSignature(&'static str),

    /// A webhook is signed by the service, but is no event. Never retried.
    #[error("the webhook's body could not be read: {0}")]
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

    /// The documented code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidArgument(_) => "ERR_BEAMS_INVALID_ARGUMENT",
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
            Self::Closed => "ERR_BEAMS_CLOSED",
            Self::Interrupted => "ERR_BEAMS_INTERRUPTED",
            Self::WebhookSignature(_) => "ERR_BEAMS_WEBHOOK_SIGNATURE",
            Self::WebhookPayload(_) => "ERR_BEAMS_WEBHOOK_PAYLOAD",
            Self::Internal(_) => "ERR_BEAMS_INTERNAL",
        }
    }

    /// What became of the request.
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::InvalidArgument(_)
            | Self::Closed
            | Self::Interrupted
            | Self::WebhookSignature(_)
            | Self::WebhookPayload(_) => Delivery::NotSent,
            Self::Status { status: 400..=499 | 503, .. } => Delivery::Refused,
            Self::Status { .. } | Self::BadResponse { .. } | Self::Internal(_) => Delivery::Unknown,
            Self::Timeout { phase: TimeoutKind::Connect, .. } => Delivery::NotSent,
            Self::Timeout { phase: TimeoutKind::Response, .. } => Delivery::Unknown,
            Self::Connection { delivery, .. } => *delivery,
        }
    }

    /// The HTTP status, where a reply came back.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } | Self::BadResponse { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How long the service asked to wait, where it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn timeout_message(phase: TimeoutKind, limit: Duration) -> String {
    let limit = limit.as_millis();
    match phase {
        TimeoutKind::Connect => format!("connecting to the service took longer than {limit} ms"),
        TimeoutKind::Response => format!("the service did not answer within {limit} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Error {
        Error::Status { message: String::new(), status, error: None, description: None, retry_after: None }
    }

    #[test]
    fn a_status_decides_the_code_and_the_delivery() {
        for (code, delivery, statuses) in [
            ("ERR_BEAMS_INVALID_ARGUMENT", Delivery::Refused, &[400, 405, 413, 415, 499][..]),
            ("ERR_BEAMS_UNAUTHORIZED", Delivery::Refused, &[401, 403]),
            ("ERR_BEAMS_PAYMENT_REQUIRED", Delivery::Refused, &[402]),
            ("ERR_BEAMS_NOT_FOUND", Delivery::Refused, &[404]),
            ("ERR_BEAMS_UNPROCESSABLE", Delivery::Refused, &[422]),
            ("ERR_BEAMS_RATE_LIMITED", Delivery::Refused, &[429]),
            ("ERR_BEAMS_SERVER", Delivery::Refused, &[503]),
            ("ERR_BEAMS_SERVER", Delivery::Unknown, &[500, 502, 504, 599]),
            ("ERR_BEAMS_BAD_RESPONSE", Delivery::Unknown, &[301, 302, 304, 308, 600]),
        ] {
            for &number in statuses {
                assert_eq!((status(number).code(), status(number).delivery()), (code, delivery), "{number}");
            }
        }
    }
}
