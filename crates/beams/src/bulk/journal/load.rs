//! Reads the lines of a journal into the state of each user.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use crate::bulk::id_set::IdMap;
use crate::bulk::journal::record::{
    FORMAT_VERSION, Header, MAGIC, Record, RecordedFailure, Version, is_intact, parse_line,
};
use crate::bulk::report::{Failure, Published, Report};
use crate::error::{Delivery, Error};
use crate::targets::list::JsonIds;

/// More than any line has, even one with the text of the largest response. A torn end may be gigabytes of zeros.
pub(super) const MAX_LINE_LEN: u64 = 16 << 20;

/// The state of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdState {
    /// It came in during this call.
    Seen,
    /// An earlier process has published to it.
    Published,
    /// The last publish to it failed, with the failure of this index.
    Failed(usize),
}

/// The contents of a journal.
#[derive(Default)]
pub struct Recorded {
    pub(crate) header: Option<Header>,
    /// The state of each id.
    pub(crate) ids: IdMap<IdState>,
    /// How chunks failed.
    pub(crate) failures: Vec<RecordedFailure>,
    /// The number of the next chunk.
    pub(crate) next_chunk: u64,
    /// How many bytes are intact. Later bytes were being written when the power failed or the process was killed.
    pub(crate) intact_len: u64,
    /// The users of each failure, in the order of the failures; empty unless a report is wanted.
    failed_users: Vec<JsonIds>,
    publishes: Vec<Published>,
}

/// Why a journal cannot be used.
#[derive(Debug)]
pub enum LoadError {
    /// It could not be read.
    Io(io::Error),
    /// It is a file of another kind.
    Foreign,
    /// Its format is of this version.
    Newer(u64),
    /// This line is damaged, though it was complete on the disk.
    Damaged(usize),
}

/// Why a journal is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To resume the call.
    Resume,
    /// For its report.
    Report,
}

/// Reads the lines of a journal.
struct Loader {
    recorded: Recorded,
    purpose: Purpose,
    /// The chunks without an outcome.
    in_flight: BTreeMap<u64, JsonIds>,
}

/// Reads a journal from its beginning.
pub fn load(mut journal: impl BufRead, purpose: Purpose) -> Result<Recorded, LoadError> {
    let mut loader = Loader { recorded: Recorded::default(), purpose, in_flight: BTreeMap::new() };
    let mut line = Vec::new();
    read_header_line(&mut journal, &mut line)?;
    if !line.is_empty() && line.last() != Some(&b'\n') {
        // The process that began it ended before it had sent anything.
        return Ok(loader.recorded);
    }
    loader.recorded.header = read_header(&line)?;
    let mut end = line.len() as u64;
    loader.recorded.intact_len = end;
    let mut number = 1;
    // The first damaged line, and where it begins.
    let mut damage: Option<(usize, u64)> = None;
    loop {
        line.clear();
        let len = read_line(&mut journal, &mut line)?;
        if len == 0 {
            break;
        }
        number += 1;
        let start = end;
        end += len;
        match (parse_line(&line), damage) {
            (None, None) => damage = Some((number, start)),
            (None, Some(_)) => {}
            // Lines after a torn line were not synced either, so that none of their chunks was sent: unless one proves that
            // they were.
            (Some(record), Some((damaged, start))) if loader.proves_sync(&record, start) => {
                return Err(LoadError::Damaged(damaged));
            }
            (Some(_), Some(_)) => {}
            (Some(record), None) => {
                if !loader.add(record) {
                    return Err(LoadError::Damaged(number));
                }
                loader.recorded.intact_len = end;
            }
        }
    }
    Ok(loader.finish())
}

/// Reads the first line, but of a file of another kind, which may have no line breaks, only the first bytes.
fn read_header_line(journal: &mut impl BufRead, line: &mut Vec<u8>) -> Result<(), LoadError> {
    while line.len() < MAGIC.len() {
        let buffer = journal.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let wanted = buffer.len().min(MAGIC.len() - line.len());
        line.extend(buffer.iter().take(wanted));
        journal.consume(wanted);
    }
    if !MAGIC.starts_with(line) {
        return Err(LoadError::Foreign);
    }
    read_line(journal, line)?;
    Ok(())
}

/// Appends a line, or the beginning of one that is too long to be intact. Returns how long it is.
pub(super) fn read_line(journal: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    let len = journal.by_ref().take(MAX_LINE_LEN).read_until(b'\n', line)?;
    let is_incomplete = len as u64 == MAX_LINE_LEN && !line.ends_with(b"\n");
    let rest = if is_incomplete { journal.skip_until(b'\n')? } else { 0 };
    Ok((len + rest) as u64)
}

fn read_header(line: &[u8]) -> Result<Option<Header>, LoadError> {
    if line.is_empty() {
        return Ok(None);
    }
    let Version { version } = serde_json::from_slice(line).map_err(|_| LoadError::Damaged(1))?;
    if version > u64::from(FORMAT_VERSION) {
        return Err(LoadError::Newer(version));
    }
    if !is_intact(line) {
        return Err(LoadError::Damaged(1));
    }
    serde_json::from_slice(line).map(Some).map_err(|_| LoadError::Damaged(1))
}

impl Loader {
    /// Whether a record shows that the damaged line before it, which begins at `start`, had been synced. A chunk has an
    /// outcome only after the line that announces it was synced, and with that line all before it.
    fn proves_sync(&self, record: &Record, start: u64) -> bool {
        match record {
            Record::Sending { synced, .. } => *synced > start,
            Record::Published { chunk, .. } | Record::Failed { chunk, .. } => !self.in_flight.contains_key(chunk),
        }
    }

    /// Adds a record. Returns false if it cannot come next, so that a line before it is missing.
    fn add(&mut self, record: Record) -> bool {
        match record {
            Record::Sending { chunk, users, .. } => {
                if chunk != self.recorded.next_chunk {
                    return false;
                }
                self.recorded.next_chunk += 1;
                self.in_flight.insert(chunk, users);
            }
            Record::Published { chunk, publish_id } => {
                let Some(users) = self.in_flight.remove(&chunk) else { return false };
                self.mark(&users, IdState::Published);
                if self.purpose == Purpose::Report {
                    self.recorded.publishes.push(Published { publish_id, users: users.count });
                }
            }
            Record::Failed { chunk, failure } => {
                let Some(users) = self.in_flight.remove(&chunk) else { return false };
                self.fail(users, failure);
            }
        }
        true
    }

    fn fail(&mut self, users: JsonIds, failure: RecordedFailure) {
        let index = self.recorded.failures.len();
        self.recorded.failures.push(failure);
        self.mark(&users, IdState::Failed(index));
        if self.purpose == Purpose::Report {
            self.recorded.failed_users.push(users);
        }
    }

    fn finish(mut self) -> Recorded {
        for (_, users) in std::mem::take(&mut self.in_flight) {
            self.fail(users, RecordedFailure::in_flight());
        }
        self.recorded
    }

    fn mark(&mut self, users: &JsonIds, new: IdState) {
        let Recorded { ids, failures, .. } = &mut self.recorded;
        let delivery = |state: IdState| match state {
            IdState::Failed(index) => failures.get(index).map(|failure| failure.error.delivery),
            IdState::Seen | IdState::Published => None,
        };
        users.for_each(|json| {
            let Some(state) = ids.get_or_insert(json.as_bytes(), new) else { return };
            // A later refusal does not change that an earlier publish may have succeeded.
            let is_known_better = *state == IdState::Published
                || delivery(*state) == Some(Delivery::Unknown)
                    && matches!(new, IdState::Failed(_))
                    && delivery(new) != Some(Delivery::Unknown);
            if !is_known_better {
                *state = new;
            }
        });
    }
}

impl Recorded {
    /// The report of the journal, with the last known outcome of each user.
    pub(crate) fn into_report(self) -> Report {
        let Self { ids, failures, failed_users, publishes, .. } = self;
        let published_count = publishes.iter().map(|publish| publish.users).sum();
        let failures = failures.into_iter().zip(failed_users).enumerate();
        let failures = failures.filter_map(|(index, (failure, users))| {
            let mut last = JsonIds::default();
            users.for_each(|json| {
                if ids.get(json.as_bytes()) == Some(&IdState::Failed(index)) {
                    last.push_json(json);
                }
            });
            let RecordedFailure { error, attempts } = failure;
            (last.count > 0).then(|| Failure { users: vec![last], error: Error::Recorded(error), attempts })
        });
        Report { failures: failures.collect(), publishes, published_count, ..Report::default() }
    }
}

impl From<io::Error> for LoadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
