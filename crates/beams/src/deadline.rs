//! When a whole call has to have ended, with all of its retries and waits.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::error::{Delivery, Error, TimeoutKind};

/// A point in time, and the limit that it came of.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    pub(crate) at: Instant,
    pub(crate) kind: TimeoutKind,
    limit: Duration,
}

impl Deadline {
    /// The deadline of a call that starts now.
    pub fn after(limit: Duration) -> Self {
        Self::of(TimeoutKind::Deadline, limit)
    }

    /// The end of a part of an attempt that starts now.
    pub(crate) fn of(kind: TimeoutKind, limit: Duration) -> Self {
        Self { at: Instant::now() + limit, kind, limit }
    }

    /// Whichever comes first.
    pub(crate) fn or(self, other: Option<Self>) -> Self {
        other.filter(|other| other.at < self.at).unwrap_or(self)
    }

    /// Runs a future until this time.
    pub(crate) async fn run<T>(self, future: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.at, future).await.ok()
    }

    /// The error where it has passed, or will have.
    pub(crate) fn error(self, delivery: Delivery) -> Error {
        Error::Timeout { kind: self.kind, limit: self.limit, delivery, source: None }
    }

    /// The error of a call that has no time left for another attempt after this one.
    pub(crate) fn error_after(self, last: Error) -> Error {
        let delivery = last.delivery();
        Error::Timeout { kind: self.kind, limit: self.limit, delivery, source: Some(Box::new(last)) }
    }
}
