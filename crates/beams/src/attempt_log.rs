//! The log of a call's attempts, which can be read at any moment: an aborted call has no outcome.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How many attempts of a call are recorded, at most. A bulk publish may make millions; this many are a publish to ten million users.
pub const MAX_RECORDS: usize = 10_000;

/// The attempts of one call. Clones share the log.
#[derive(Debug, Clone, Default)]
pub struct AttemptLog(Arc<Mutex<Attempts>>);

#[derive(Debug, Default)]
struct Attempts {
    records: Vec<AttemptRecord>,
    count: usize,
    last_status: Option<u16>,
}

/// One attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptRecord {
    /// 1 for the first attempt of a request, 2 for its first retry, and so on. A bulk publish makes many requests.
    pub attempt: u32,
    /// When it started.
    pub started: Instant,
    /// How long it took; `None` if it has not ended.
    pub duration: Option<Duration>,
    /// The response's status, if one came.
    pub status: Option<u16>,
    /// The error's documented code, if it failed.
    pub code: Option<&'static str>,
}

impl AttemptLog {
    /// The attempts so far, in the order in which they started: the first [`MAX_RECORDS`].
    pub fn records(&self) -> Vec<AttemptRecord> {
        self.lock().records.clone()
    }

    /// How many attempts have started.
    pub fn count(&self) -> usize {
        self.lock().count
    }

    /// The status of the last response.
    pub fn last_status(&self) -> Option<u16> {
        self.lock().last_status
    }

    /// Records the start of an attempt, and returns its index.
    pub(crate) fn start(&self, attempt: u32, started: Instant) -> usize {
        let mut attempts = self.lock();
        if attempts.count < MAX_RECORDS {
            attempts.records.push(AttemptRecord { attempt, started, duration: None, status: None, code: None });
        }
        attempts.count += 1;
        attempts.count - 1
    }

    /// Records the end of an attempt.
    pub(crate) fn end(&self, index: usize, duration: Duration, status: Option<u16>, code: Option<&'static str>) {
        let mut attempts = self.lock();
        attempts.last_status = status.or(attempts.last_status);
        if let Some(record) = attempts.records.get_mut(index) {
            *record = AttemptRecord { duration: Some(duration), status, code, ..*record };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Attempts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_all_attempts_are_counted() {
        let log = AttemptLog::default();
        for _ in 0..=MAX_RECORDS {
            let index = log.start(1, Instant::now());
            log.end(index, Duration::ZERO, Some(200), None);
        }
        let last = log.start(2, Instant::now());
        assert_eq!((log.records().len(), log.count(), log.last_status()), (MAX_RECORDS, MAX_RECORDS + 2, Some(200)));
        log.end(last, Duration::ZERO, Some(422), None);
        assert_eq!(log.last_status(), Some(422));
        log.end(last, Duration::ZERO, None, Some("ERR_BEAMS_TIMEOUT"));
        assert_eq!(log.last_status(), Some(422), "a timeout has no status");
        assert!(log.records().iter().all(|record| record.status == Some(200)));
    }
}
