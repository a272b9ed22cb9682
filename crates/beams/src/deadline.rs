//! When a whole call has to have ended, with all of its retries and waits.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::error::{Delivery, Error, TimeoutKind};

/// A point in time, and the limit that it was computed from.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    pub(crate) at: Instant,
    pub(crate) kind: TimeoutKind,
    limit: Duration,
}

/// The limits that end a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallLimits<'a> {
    /// The call's own deadline, if it has one.
    pub(crate) deadline: Option<Deadline>,
    /// Cancelled when a closed client ends its calls.
    pub(crate) cutoff: &'a CancellationToken,
}

/// Which limit a call has reached.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expired {
    Deadline(Deadline),
    Cutoff,
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

    /// Replaces the kind of a deadline for connecting; others stay as they are.
    pub(crate) fn waiting_for(self, kind: TimeoutKind) -> Self {
        if self.kind == TimeoutKind::Connect { Self { kind, ..self } } else { self }
    }

    /// The error where it has passed, or will have.
    pub(crate) fn error(self, delivery: Delivery) -> Error {
        Error::Timeout { kind: self.kind, limit: self.limit, delivery, source: None }
    }
}

impl CallLimits<'_> {
    /// The same limits for a part of an attempt that starts now and has a time limit of its own.
    pub(crate) fn within(self, kind: TimeoutKind, limit: Duration) -> Self {
        Self { deadline: Some(Deadline::of(kind, limit).or(self.deadline)), ..self }
    }

    /// Runs a future until one of the limits is reached.
    pub(crate) async fn run<T>(self, future: impl Future<Output = T>) -> Result<T, Expired> {
        let until_deadline = async {
            match self.deadline {
                Some(deadline) => timeout_at(deadline.at, future).await.map_err(|_| Expired::Deadline(deadline)),
                None => Ok(future.await),
            }
        };
        tokio::select! {
            biased;
            output = until_deadline => output,
            () = self.cutoff.cancelled() => Err(Expired::Cutoff),
        }
    }
}

impl Expired {
    /// The error of a call that has reached the limit.
    pub(crate) fn error(self, delivery: Delivery) -> Error {
        match self {
            Self::Deadline(deadline) => deadline.error(delivery),
            Self::Cutoff => Error::ClosedInFlight { delivery, source: None },
        }
    }

    /// The error of a call that may not make another attempt after this one.
    pub(crate) fn error_after(self, last: Error) -> Error {
        let (delivery, source) = (last.delivery(), Some(Box::new(last)));
        match self {
            Self::Deadline(Deadline { kind, limit, .. }) => Error::Timeout { kind, limit, delivery, source },
            Self::Cutoff => Error::ClosedInFlight { delivery, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_earlier_limit_ends_a_part_of_an_attempt() {
        let cutoff = CancellationToken::new();
        let seconds = Duration::from_secs;
        for (own, whole, expected) in [
            (2, None, (TimeoutKind::Response, 2)),
            (2, Some(3), (TimeoutKind::Response, 2)),
            // At the same time, the attempt's own limit is named: the option that sets it is the one to change.
            (2, Some(2), (TimeoutKind::Response, 2)),
            (2, Some(1), (TimeoutKind::Deadline, 1)),
        ] {
            let limits = CallLimits { deadline: whole.map(|whole| Deadline::after(seconds(whole))), cutoff: &cutoff };
            let start = Instant::now();
            let ended = limits.within(TimeoutKind::Response, seconds(own)).run(std::future::pending::<()>()).await;
            let Err(Expired::Deadline(deadline)) = ended else { panic!("{ended:?}") };
            assert_eq!((deadline.kind, start.elapsed()), (expected.0, seconds(expected.1)));
        }
    }
}
