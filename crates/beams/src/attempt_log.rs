//! The log of a call's attempts, which can be read at any moment: an aborted call has no outcome.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The attempts of one call. Clones share the log.
#[derive(Debug, Clone, Default)]
pub struct AttemptLog(Arc<Mutex<Vec<AttemptRecord>>>);

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
    /// The attempts so far, in the order in which they started.
    pub fn records(&self) -> Vec<AttemptRecord> {
        self.lock().clone()
    }

    /// Records the start of an attempt, and returns its index.
    pub(crate) fn start(&self, attempt: u32, started: Instant) -> usize {
        let mut records = self.lock();
        records.push(AttemptRecord { attempt, started, duration: None, status: None, code: None });
        records.len() - 1
    }

    /// Records the end of an attempt.
    pub(crate) fn end(&self, index: usize, duration: Duration, status: Option<u16>, code: Option<&'static str>) {
        if let Some(record) = self.lock().get_mut(index) {
            *record = AttemptRecord { duration: Some(duration), status, code, ..*record };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<AttemptRecord>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
