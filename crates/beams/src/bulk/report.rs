//! What has become of the users of a bulk publish.

use crate::client::{AttemptRecord, Outcome};
use crate::error::{Delivery, Error};
use crate::targets::list::JsonIds;

/// How far a bulk publish has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// How many users were published to.
    pub published_count: usize,
    /// How many could not be published to.
    pub failed_count: usize,
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
    /// What became of each request, where the request options ask for it.
    pub records: Vec<AttemptRecord>,
    /// Why the call ended early, if it did.
    pub stop_reason: Option<StopReason>,
    /// The error of a call that was stopped by its deadline.
    pub deadline_error: Option<Error>,
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
    /// The client was closed.
    Closed,
    /// The caller stopped it.
    Aborted,
}

/// A report in the making.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) report: Report,
    failed_count: usize,
    invalid: Vec<JsonIds>,
}

impl Tally {
    /// Counts ids that break a rule, and the duplicates so far.
    pub(crate) fn count_input(&mut self, invalid: Vec<JsonIds>, duplicate_count: usize) {
        self.failed_count += invalid.iter().map(|ids| ids.count).sum::<usize>();
        self.invalid.extend(invalid);
        self.report.duplicate_count = duplicate_count;
    }

    /// Counts the outcome of one request. `stops` tells that no more requests are made because of it.
    pub(crate) fn count_request(&mut self, users: JsonIds, outcome: Outcome<String>, stops: bool) -> Option<Progress> {
        let report = &mut self.report;
        report.attempts += outcome.attempts;
        report.status = outcome.status.or(report.status);
        report.records.extend(outcome.records);
        let publish_id = match outcome.result {
            Ok(publish_id) => {
                report.published_count += users.count;
                report.publishes.push(Published { publish_id: publish_id.clone(), users: users.count });
                Some(publish_id)
            }
            Err(Error::Interrupted) => {
                report.unsent.push(users);
                return None;
            }
            Err(error) => {
                if stops && report.stop_reason.is_none() {
                    report.stop_reason = Some(StopReason::Failed(report.failures.len()));
                }
                self.failed_count += users.count;
                report.failures.push(Failure { users: vec![users], error, attempts: outcome.attempts });
                None
            }
        };
        Some(Progress {
            published_count: self.report.published_count,
            failed_count: self.failed_count,
            duplicate_count: self.report.duplicate_count,
            publish_id,
        })
    }

    /// The complete report.
    pub(crate) fn into_report(mut self) -> Report {
        if !self.invalid.is_empty() {
            let error = Error::invalid("a user id must be a string of 1 to 164 UTF-16 code units");
            self.report.failures.push(Failure { users: self.invalid, error, attempts: 0 });
        }
        self.report
    }
}

impl Report {
    /// How many user ids there are in it, each as often as it came in.
    pub fn user_count(&self) -> usize {
        let listed = self.failures.iter().flat_map(|failure| &failure.users).chain(&self.unsent);
        self.published_count + self.duplicate_count + listed.map(|ids| ids.count).sum::<usize>()
    }

    /// The error that ended the call early, if one did, with the number of attempts it is about.
    pub fn error(&self) -> Option<&Error> {
        Some(match self.stop_reason? {
            StopReason::Failed(index) => self.failures.get(index).map_or(&Error::Interrupted, |failure| &failure.error),
            StopReason::Deadline => self.deadline_error.as_ref().unwrap_or(&Error::Interrupted),
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
