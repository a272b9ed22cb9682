//! The report of a bulk publish.

use crate::error::{Delivery, Error};
use crate::targets::list::JsonIds;

/// How far a bulk publish has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// How many users were published to.
    pub published_count: usize,
    /// How many could not be published to.
    pub failed_count: usize,
    /// How many were skipped because an earlier process has published to them.
    pub resumed_count: usize,
    /// How many came more than once.
    pub duplicate_count: usize,
    /// The publish that was just accepted; `None` where one has just failed.
    pub publish_id: Option<String>,
}

/// The account of all users: each id that came in is counted once.
#[derive(Debug, Default)]
pub struct Report {
    /// The publishes that were accepted.
    pub publishes: Vec<Published>,
    /// How many users they were for.
    pub published_count: usize,
    /// How many ids were skipped because an earlier process has published to them, according to the journal.
    pub resumed_count: usize,
    /// How many ids were left out because they had come before.
    pub duplicate_count: usize,
    /// The users that could not be published to.
    pub failures: Vec<Failure>,
    /// The users that came in and were not sent, in lists of bounded length.
    pub unsent: Vec<JsonIds>,
    /// How many requests were made.
    pub attempts: u32,
    /// The last response's status, if one came.
    pub status: Option<u16>,
    /// Why the call ended early, if it did.
    pub stop_reason: Option<StopReason>,
    /// The error of a call that was stopped by its deadline or its journal.
    pub stop_error: Option<Error>,
}

/// A publish that was accepted.
#[derive(Debug)]
pub struct Published {
    /// Its id.
    pub publish_id: String,
    /// How many users it was for.
    pub users: usize,
}

/// Users that could not be published to, for one reason.
#[derive(Debug)]
pub struct Failure {
    /// The users, in lists of bounded length.
    pub users: Vec<JsonIds>,
    /// Why.
    pub error: Error,
    /// How many requests were made.
    pub attempts: u32,
}

/// Why a bulk publish ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// A publish failed, at this index of [`Report::failures`], and the others would have failed alike, or were not wanted
    /// any more.
    Failed(usize),
    /// The deadline passed while users were read.
    Deadline,
    /// The journal could not be written any more.
    Journal,
    /// The client was closed.
    Closed,
    /// The caller stopped it.
    Aborted,
}

impl Report {
    /// How many user ids there are in it, each as often as it came in.
    pub fn user_count(&self) -> usize {
        let listed = self.failures.iter().flat_map(|failure| &failure.users).chain(&self.unsent);
        self.published_count + self.resumed_count + self.duplicate_count + listed.map(|ids| ids.count).sum::<usize>()
    }

    /// The error that ended the call early, if one did.
    pub fn error(&self) -> Option<&Error> {
        Some(match self.stop_reason? {
            StopReason::Failed(index) => self.failures.get(index).map_or(&Error::Interrupted, |failure| &failure.error),
            StopReason::Deadline | StopReason::Journal => self.stop_error.as_ref().unwrap_or(&Error::Interrupted),
            StopReason::Closed => &Error::Closed,
            StopReason::Aborted => &Error::Interrupted,
        })
    }

    /// What became of the requests as a whole.
    pub fn delivery(&self) -> Delivery {
        let mut failed =
            self.failures.iter().filter(|failure| failure.attempts > 0).map(|failure| failure.error.delivery());
        if !self.publishes.is_empty() || failed.clone().any(|delivery| delivery == Delivery::Unknown) {
            return Delivery::Unknown;
        }
        if failed.any(|delivery| delivery == Delivery::Refused) { Delivery::Refused } else { Delivery::NotSent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(count: usize) -> JsonIds {
        JsonIds { json: String::new(), count }
    }

    fn failure(delivery: Delivery, attempts: u32) -> Failure {
        let error = Error::ClosedInFlight { delivery, source: None };
        Failure { users: vec![users(1)], error, attempts }
    }

    #[test]
    fn every_id_is_counted_once() {
        let failures = vec![Failure { users: vec![users(1000), users(200)], error: Error::Closed, attempts: 1 }];
        let report = Report {
            published_count: 10_000,
            resumed_count: 30,
            duplicate_count: 4,
            failures,
            unsent: vec![users(500), users(60)],
            ..Report::default()
        };
        assert_eq!(report.user_count(), 10_000 + 30 + 4 + 1200 + 560);
    }

    #[test]
    fn the_reason_to_stop_decides_the_error() {
        let report = |stop_reason, stop_error| Report {
            failures: vec![
                failure(Delivery::Refused, 1),
                Failure { error: Error::invalid("b"), ..failure(Delivery::Refused, 1) },
            ],
            stop_reason,
            stop_error,
            ..Report::default()
        };
        let journal = || Some(Error::Journal { message: "the disk is full".into(), source: None });
        for (reason, error, code) in [
            (None, None, None),
            (Some(StopReason::Failed(1)), None, Some("ERR_BEAMS_INVALID_ARGUMENT")),
            (Some(StopReason::Failed(0)), None, Some("ERR_BEAMS_CLOSED")),
            (Some(StopReason::Journal), journal(), Some("ERR_BEAMS_JOURNAL")),
            (Some(StopReason::Closed), None, Some("ERR_BEAMS_CLOSED")),
            (Some(StopReason::Aborted), None, Some("ERR_BEAMS_INTERRUPTED")),
        ] {
            assert_eq!(report(reason, error).error().map(Error::code), code, "{reason:?}");
        }
    }

    #[test]
    fn the_delivery_is_that_of_the_requests_as_a_whole() {
        let accepted = || vec![Published { publish_id: "p".into(), users: 1 }];
        for (publishes, failures, expected) in [
            (vec![], vec![], Delivery::NotSent),
            (accepted(), vec![], Delivery::Unknown),
            (accepted(), vec![failure(Delivery::Refused, 1)], Delivery::Unknown),
            (vec![], vec![failure(Delivery::NotSent, 1)], Delivery::NotSent),
            (vec![], vec![failure(Delivery::NotSent, 1), failure(Delivery::Refused, 1)], Delivery::Refused),
            (vec![], vec![failure(Delivery::Refused, 1), failure(Delivery::Unknown, 2)], Delivery::Unknown),
            // Without a request of this call.
            (vec![], vec![failure(Delivery::Unknown, 0)], Delivery::NotSent),
        ] {
            let report = Report { publishes, failures, ..Report::default() };
            assert_eq!(report.delivery(), expected, "{report:?}");
        }
    }
}
