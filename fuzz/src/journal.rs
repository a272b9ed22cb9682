//! Any journal is read or rejected; one that is accepted says the same of each user, however it is read, and whatever the
//! last process left at its end.
//!
//! Each line gets its checksum, unless it begins with `!`: what follows that is written as it is. The input is also read
//! unchanged.

use std::collections::HashSet;

use beams::bulk::journal::load::{IdState, Purpose, Recorded, load};
use beams::error::Delivery;
use beams::fuzzing::{extent, id_state, journal_line, recorded_errors, report};
use serde_json::value::RawValue;

use crate::input::text;

/// Reads a journal in both ways.
pub fn check(input: &[u8]) {
    check_journal(input);
    let mut journal = Vec::new();
    for line in text(input).split_inclusive('\n') {
        match line.strip_prefix('!') {
            Some(raw) => journal.extend(raw.as_bytes()),
            None => journal.extend(journal_line(line.trim_end_matches('\n'))),
        }
    }
    check_journal(&journal);
}

fn check_journal(journal: &[u8]) {
    let resumed = match load(journal, Purpose::Resume) {
        Ok(recorded) => recorded,
        Err(_) => return assert!(load(journal, Purpose::Report).is_err()),
    };
    let (has_begun, next_chunk, intact_len) = extent(&resumed);
    let intact = usize::try_from(intact_len).ok().and_then(|len| journal.get(..len));
    let intact = intact.expect("no more bytes are intact than there are");
    assert!(has_begun || intact.is_empty());
    assert!(intact.is_empty() || intact.ends_with(b"\n"));

    let ids = ids(intact);
    let states = |recorded: &Recorded| ids.iter().map(|id| id_state(recorded, id)).collect::<Vec<_>>();
    let expected = states(&resumed);
    for tail in [&b""[..], b"{", b"{\"record\":\"published\",\"chunk\":0}", b"\0\0\0\n"] {
        if intact.is_empty() && !tail.is_empty() {
            continue;
        }
        let again = load([intact, tail].concat().as_slice(), Purpose::Resume).unwrap_or_else(|error| {
            panic!("a journal with {tail:?} behind its last intact line is not read: {error:?}");
        });
        assert_eq!(extent(&again), (has_begun, next_chunk, intact_len));
        assert_eq!(states(&again), expected);
    }
    check_prefixes(intact, &ids, &expected);
    check_report(journal, &ids, &expected, recorded_errors(&resumed).map(|error| error.delivery).collect());
}

/// The ids in lines about chunks, as in JSON without quotes.
fn ids(journal: &[u8]) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Line<'a> {
        #[serde(borrow)]
        users: Vec<&'a RawValue>,
    }
    let lines = journal.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Line<'_>>(line).ok());
    let users = lines.flat_map(|line| line.users).map(id_of);
    let mut seen = HashSet::new();
    users.filter(|user| seen.insert(user.clone())).collect()
}

fn id_of(user: &RawValue) -> String {
    let json = user.get();
    json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(json).to_owned()
}

/// A user who was published to stays so, whatever follows.
fn check_prefixes(journal: &[u8], ids: &[String], last: &[Option<IdState>]) {
    let ends: Vec<usize> = (1..=journal.len()).filter(|end| journal[end - 1] == b'\n').collect();
    // Few, since each is read from its beginning.
    for end in ends.iter().step_by(ends.len() / 4 + 1) {
        let Ok(earlier) = load(&journal[..*end], Purpose::Resume) else {
            panic!("the first {end} bytes of a journal are not read");
        };
        for (id, last) in ids.iter().zip(last) {
            match id_state(&earlier, id) {
                Some(IdState::Published) => assert_eq!(*last, Some(IdState::Published), "{id}"),
                Some(_) => assert!(last.is_some(), "{id}"),
                None => {}
            }
        }
    }
}

fn check_report(journal: &[u8], ids: &[String], states: &[Option<IdState>], deliveries: Vec<Delivery>) {
    let Ok(recorded) = load(journal, Purpose::Report) else { panic!("it is read only for a resume") };
    let report = report(recorded);
    assert_eq!(report.published_count, report.publishes.iter().map(|publish| publish.users).sum::<usize>());
    let mut failed = HashSet::new();
    for failure in &report.failures {
        for list in &failure.users {
            let json = format!("[{}]", list.json);
            let users: Vec<&RawValue> = serde_json::from_str(&json).expect("a list is JSON");
            assert_eq!(users.len(), list.count);
            failed.extend(users.iter().map(|user| (id_of(user), failure.error.delivery().as_str())));
        }
    }
    for (id, state) in ids.iter().zip(states) {
        let delivery = match state {
            Some(IdState::Failed(index)) => Some(*deliveries.get(*index).expect("a failure has an error")),
            Some(IdState::Seen) => panic!("{id} has not come in during this call"),
            Some(IdState::Published) | None => None,
        };
        let listed = [Delivery::NotSent, Delivery::Refused, Delivery::Unknown]
            .into_iter()
            .filter(|delivery| failed.contains(&(id.clone(), delivery.as_str())));
        assert_eq!(listed.collect::<Vec<_>>(), Vec::from_iter(delivery), "{id}");
    }
}
