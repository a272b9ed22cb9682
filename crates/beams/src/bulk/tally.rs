//! Builds the report of a bulk publish.

use crate::bulk::chunker::Chunk;
use crate::bulk::intake::Intake;
use crate::bulk::report::{Failure, Progress, Published, Report, StopReason};
use crate::error::Error;
use crate::outcome::Outcome;
use crate::targets::list::JsonIds;

/// An incomplete report.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) report: Report,
    /// How many users there are in the report's failures.
    failed_count: usize,
    /// How many users the intake has rejected.
    rejected_count: usize,
}

impl Tally {
    /// Takes over the counts of ids that are in no chunk.
    pub(crate) fn count_input(&mut self, intake: &Intake) {
        self.rejected_count = intake.rejected_count();
        self.report.duplicate_count = intake.duplicate_count;
        self.report.resumed_count = intake.resumed_count;
    }

    /// Stops the call for a reason, unless there was one before.
    pub(crate) fn stop(&mut self, reason: StopReason, error: Error) {
        if self.report.stop_reason.is_none() {
            self.report.stop_reason = Some(reason);
            self.report.stop_error = Some(error);
        }
    }

    /// Counts a chunk for which no request is made.
    pub(crate) fn count_unsent(&mut self, chunk: Chunk) {
        if chunk.is_repeated {
            // An earlier process may have published to them, so they are not safe to publish to.
            let outcome = Outcome::without_request(Err(Error::Interrupted.after_earlier_process()));
            self.count_request(chunk.users, outcome, false);
        } else {
            self.report.unsent.push(chunk.users);
        }
    }

    /// Counts the outcome of one request. `stops` is set if it ends the call.
    pub(crate) fn count_request(&mut self, users: JsonIds, outcome: Outcome<String>, stops: bool) -> Option<Progress> {
        let report = &mut self.report;
        report.attempts += outcome.attempts;
        report.status = outcome.status.or(report.status);
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
            Err(error @ Error::Journal { .. }) => {
                report.unsent.push(users);
                self.stop(StopReason::Journal, error);
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
            failed_count: self.failed_count + self.rejected_count,
            resumed_count: self.report.resumed_count,
            duplicate_count: self.report.duplicate_count,
            publish_id,
        })
    }

    /// The complete report.
    pub(crate) fn into_report(mut self, intake: &mut Intake) -> Report {
        self.report.failures.extend(intake.take_failures());
        self.report
    }
}
