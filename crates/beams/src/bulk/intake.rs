//! Sorts incoming ids: each goes into a chunk, or is counted as a duplicate, resumed or rejected.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use crate::bulk::chunker::{Chunk, Chunker};
use crate::bulk::id_set::IdMap;
use crate::bulk::journal::load::{IdState, Recorded};
use crate::bulk::journal::record::RecordedFailure;
use crate::bulk::report::Failure;
use crate::bulk::requests::{ChunkRequest, NamedRequests, rename_argument};
use crate::error::{Delivery, Error, Result};
use crate::targets::json::write_string;
use crate::targets::kind::USERS;
use crate::targets::list::{IdBatch, JsonIds};

/// Users on their way to the driver.
#[derive(Debug, Default)]
pub struct UserBatch {
    /// Their ids.
    pub ids: IdBatch,
    /// The request of each. Empty if all have the first named request.
    pub choices: Vec<Choice>,
    /// The payloads for single users: JSON objects without targets, in UTF-16.
    pub payloads: Vec<Vec<u16>>,
    /// Why users have no request.
    pub reasons: Vec<String>,
    /// Values that are not ids, as JavaScript prints them.
    pub rejected: Vec<String>,
}

/// The request for a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The named request of this index.
    Named(usize),
    /// The payload of this index in the batch.
    Own(usize),
    /// Nothing, for the reason of this index in the batch.
    Nothing(usize),
}

/// Assigns incoming ids to chunks.
pub struct Intake {
    pub(crate) chunker: Chunker,
    /// All ids so far, and those in the journal; `None` without deduplication.
    ids: Option<IdMap<IdState>>,
    /// The failures of earlier processes, from the journal.
    recorded: Vec<RecordedFailure>,
    /// Whether to publish to users with an unknown outcome.
    retry_unknown: bool,
    rejections: Rejections,
    /// How many ids were skipped as duplicates.
    pub(crate) duplicate_count: usize,
    /// How many were skipped because an earlier process has published to them.
    pub(crate) resumed_count: usize,
}

/// The users that are not published to, by the reason.
#[derive(Default)]
struct Rejections {
    indices: HashMap<Reason, usize>,
    lists: Vec<(Reason, Vec<JsonIds>)>,
    count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Reason {
    InvalidId,
    NoRequest(String),
    /// The recorded failure of this index.
    Recorded(usize),
}

impl Intake {
    /// The intake of a call without a journal.
    pub fn new(requests: &NamedRequests, dedupe: bool) -> Self {
        Self {
            chunker: Chunker::new(requests),
            ids: dedupe.then(IdMap::default),
            recorded: Vec::new(),
            retry_unknown: false,
            rejections: Rejections::default(),
            duplicate_count: 0,
            resumed_count: 0,
        }
    }

    /// The intake of a call that resumes from a journal.
    pub fn resume(requests: &NamedRequests, recorded: Recorded, retry_unknown: bool) -> Self {
        let Recorded { ids, failures, .. } = recorded;
        Self { ids: Some(ids), recorded: failures, retry_unknown, ..Self::new(requests, true) }
    }

    /// Adds users, and returns the chunks that are complete. `check` rejects payloads for single users that must not be
    /// published.
    pub fn add(&mut self, batch: UserBatch, mut check: impl FnMut(&[u16]) -> Result<()>) -> Vec<Chunk> {
        let UserBatch { ids, choices, payloads, reasons, rejected } = batch;
        let mut complete = Vec::new();
        let mut choices = choices.into_iter();
        ids.for_each_json(|id, json| {
            let choice = choices.next().unwrap_or(Choice::Named(0));
            if !USERS.allows(id) {
                self.rejections.push(Reason::InvalidId, json);
            } else if let Some(is_repeated) = self.accept(json) {
                match choice {
                    Choice::Named(request) => complete.extend(self.chunker.add(request, json, is_repeated)),
                    Choice::Own(payload) => {
                        complete.extend(self.own_chunk(payloads.get(payload), &mut check, json, is_repeated));
                    }
                    Choice::Nothing(reason) => {
                        let reason = reasons.get(reason).cloned().unwrap_or_default();
                        self.rejections.push(Reason::NoRequest(reason), json);
                    }
                }
            }
        });
        for value in rejected {
            let mut json = String::new();
            write_string(&value.encode_utf16().collect::<Vec<_>>(), &mut json);
            self.rejections.push(Reason::InvalidId, json.get(1..json.len() - 1).unwrap_or_default());
        }
        complete
    }

    /// Returns the remaining chunks, which are not full.
    pub fn flush(&mut self) -> Vec<Chunk> {
        self.chunker.flush()
    }

    /// How many ids are not published to: invalid, without a request, or with a recorded unknown outcome.
    pub fn rejected_count(&self) -> usize {
        self.rejections.count
    }

    /// The ids that are not published to.
    pub fn take_failures(&mut self) -> Vec<Failure> {
        let Rejections { lists, .. } = mem::take(&mut self.rejections);
        lists
            .into_iter()
            .map(|(reason, users)| {
                let (error, attempts) = match reason {
                    Reason::InvalidId => {
                        (Error::invalid("a user id must be a string of 1 to 164 UTF-16 code units"), 0)
                    }
                    Reason::NoRequest(reason) => (Error::invalid(name_users(&users, &reason)), 0),
                    Reason::Recorded(index) => {
                        let failure = self.recorded.get(index).cloned().unwrap_or_else(RecordedFailure::in_flight);
                        (Error::Recorded(failure.error), failure.attempts)
                    }
                };
                Failure { users, error, attempts }
            })
            .collect()
    }

    /// `None` if the user is skipped; otherwise whether an earlier process may have published to the user already.
    fn accept(&mut self, json: &str) -> Option<bool> {
        let Some(ids) = &mut self.ids else { return Some(false) };
        let Some(state) = ids.get_or_insert(json.as_bytes(), IdState::Seen) else { return Some(false) };
        match mem::replace(state, IdState::Seen) {
            IdState::Seen => self.duplicate_count += 1,
            IdState::Published => self.resumed_count += 1,
            IdState::Failed(index) => {
                if self.recorded.get(index).is_some_and(|failure| failure.error.delivery != Delivery::Unknown) {
                    return Some(false);
                }
                if self.retry_unknown {
                    return Some(true);
                }
                self.rejections.push(Reason::Recorded(index), json);
            }
        }
        None
    }

    /// The chunk of a user with a payload of their own.
    fn own_chunk(
        &mut self,
        payload: Option<&Vec<u16>>,
        check: impl FnOnce(&[u16]) -> Result<()>,
        json: &str,
        is_repeated: bool,
    ) -> Option<Chunk> {
        let payload = payload.map_or(&[][..], Vec::as_slice);
        match ChunkRequest::new(payload).and_then(|request| check(payload).map(|()| request)) {
            Ok(request) => {
                let mut users = JsonIds::default();
                users.push_json(json);
                Some(Chunk { request: Arc::new(request), users, is_repeated })
            }
            Err(error) => {
                let reason = rename_argument(&error, "publishRequest").to_string();
                self.rejections.push(Reason::NoRequest(reason), json);
                None
            }
        }
    }
}

impl Rejections {
    /// Uses lists of bounded length, so that a report of any size reaches JavaScript in parts.
    fn push(&mut self, reason: Reason, json: &str) {
        self.count += 1;
        let index = self.indices.get(&reason).copied().unwrap_or_else(|| {
            self.indices.insert(reason.clone(), self.lists.len());
            self.lists.push((reason, Vec::new()));
            self.lists.len() - 1
        });
        let Some((_, lists)) = self.lists.get_mut(index) else { return };
        match lists.last_mut() {
            Some(list) if list.count < USERS.max_count => list.push_json(json),
            _ => {
                let mut list = JsonIds::default();
                list.push_json(json);
                lists.push(list);
            }
        }
    }
}

/// Says why users have no request, and names the first of them.
fn name_users(users: &[JsonIds], reason: &str) -> String {
    let mut first = None;
    if let Some(list) = users.first() {
        list.for_each(|json| first = first.take().or_else(|| Some(format!("\"{json}\""))));
    }
    let first = first.unwrap_or_default();
    match users.iter().map(|list| list.count).sum::<usize>() {
        0 | 1 => format!("user {first}: {reason}"),
        2 => format!("user {first} and another: {reason}"),
        count => format!("user {first} and {} others: {reason}", count - 1),
    }
}

#[cfg(test)]
mod tests;
