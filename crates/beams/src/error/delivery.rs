//! Whether a failed request may have been processed.

/// Whether a failed request may have been processed. The service has no idempotency key, so this decides whether a retry can
/// notify a user twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// No server can have the complete request: no byte of it was sent, it was cancelled before its end, or HTTP/2 guarantees
    /// that it was not processed.
    NotSent,
    /// The service itself did not accept the request: a 4xx, or a 503 in its own JSON.
    Refused,
    /// The request was sent and no usable response came back: it may have been processed.
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

    /// The delivery of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::NotSent, Self::Refused, Self::Unknown].into_iter().find(|delivery| delivery.as_str() == name)
    }
}
