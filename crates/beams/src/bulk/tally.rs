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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::chunker::tests::requests;
    use crate::error::Delivery;

    fn users(count: usize) -> JsonIds {
        let mut users = JsonIds::default();
        (0..count).for_each(|number| users.push_json(&number.to_string()));
        users
    }

    fn outcome(result: Result<&str, Error>, attempts: u32, status: Option<u16>) -> Outcome<String> {
        Outcome { attempts, status, ..Outcome::without_request(result.map(str::to_owned)) }
    }

    fn accepted(attempts: u32) -> Outcome<String> {
        outcome(Ok("p"), attempts, Some(200))
    }

    fn lost() -> Outcome<String> {
        outcome(Err(Error::BadResponse { message: "lost".into(), status: 200 }), 2, None)
    }

    fn chunk(count: usize, is_repeated: bool) -> Chunk {
        let request = requests(&[1000]).iter().next().unwrap().clone();
        Chunk { request, users: users(count), is_repeated }
    }

    fn report(tally: Tally) -> Report {
        tally.into_report(&mut Intake::new(&requests(&[1000]), true))
    }

    #[test]
    fn each_request_adds_to_the_counts_of_its_outcome() {
        let mut tally = Tally::default();
        let progress = tally.count_request(users(3), accepted(1), false).unwrap();
        assert_eq!((progress.published_count, progress.failed_count), (3, 0));
        assert_eq!(progress.publish_id.as_deref(), Some("p"));
        tally.count_request(users(4), accepted(3), false).unwrap();
        tally.count_request(users(5), lost(), false).unwrap();
        let progress = tally.count_request(users(6), lost(), false).unwrap();
        assert_eq!((progress.published_count, progress.failed_count), (7, 11));
        assert_eq!(progress.publish_id, None);
        let report = report(tally);
        assert_eq!(report.publishes.iter().map(|publish| publish.users).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(report.failures.iter().map(|failure| failure.users[0].count).collect::<Vec<_>>(), [5, 6]);
        assert_eq!((report.attempts, report.status, report.user_count()), (8, Some(200), 18));
        assert_eq!(report.stop_reason, None);
    }

    #[test]
    fn the_counts_of_the_intake_are_part_of_the_progress_and_of_the_report() {
        let mut intake = Intake::new(&requests(&[1000]), true);
        (intake.duplicate_count, intake.resumed_count) = (4, 5);
        let rejected = vec!["1".into(), "2".into()];
        intake.add(crate::bulk::intake::UserBatch { rejected, ..Default::default() }, |_| Ok(()));
        let mut tally = Tally::default();
        tally.count_input(&intake);
        let progress = tally.count_request(users(3), lost(), false).unwrap();
        assert_eq!((progress.failed_count, progress.duplicate_count, progress.resumed_count), (3 + 2, 4, 5));
        let report = tally.into_report(&mut intake);
        assert_eq!((report.duplicate_count, report.resumed_count), (4, 5));
        assert_eq!(report.failures.iter().map(|failure| failure.users[0].count).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn the_first_reason_to_stop_is_reported() {
        let mut tally = Tally::default();
        tally.count_request(users(1), lost(), false);
        assert_eq!(tally.report.stop_reason, None, "not every failure stops the call");
        tally.count_request(users(1), lost(), true);
        tally.count_request(users(1), lost(), true);
        tally.stop(StopReason::Deadline, Error::Interrupted);
        assert_eq!((tally.report.stop_reason, tally.report.stop_error.is_some()), (Some(StopReason::Failed(1)), false));

        let mut tally = Tally::default();
        tally.stop(StopReason::Deadline, Error::Internal("first".into()));
        tally.stop(StopReason::Journal, Error::Internal("second".into()));
        tally.count_request(users(1), lost(), true);
        assert_eq!(tally.report.stop_reason, Some(StopReason::Deadline));
        assert!(tally.report.error().unwrap().to_string().ends_with("first"));
    }

    #[test]
    fn users_without_a_request_are_unsent() {
        let mut tally = Tally::default();
        tally.count_unsent(chunk(2, false));
        assert_eq!(tally.count_request(users(3), outcome(Err(Error::Interrupted), 0, None), false), None);
        let journal = || Error::Journal { message: "the disk is full".into(), source: None };
        assert_eq!(tally.count_request(users(4), outcome(Err(journal()), 0, None), false), None);
        let report = report(tally);
        assert_eq!(report.unsent.iter().map(|users| users.count).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!((report.stop_reason, report.failures.len()), (Some(StopReason::Journal), 0));
        assert_eq!(report.error().unwrap().code(), "ERR_BEAMS_JOURNAL");
    }

    #[test]
    fn users_to_whom_an_earlier_process_may_have_published_are_not_unsent() {
        let mut tally = Tally::default();
        tally.count_unsent(chunk(2, true));
        let report = report(tally);
        assert_eq!((report.unsent.len(), report.failures.len(), report.attempts), (0, 1, 0));
        assert_eq!((report.failures[0].users[0].count, report.failures[0].error.delivery()), (2, Delivery::Unknown));
    }
}
