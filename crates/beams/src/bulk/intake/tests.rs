//! Which chunk or failure each id ends up in.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::bulk::chunker::tests::requests;
use crate::error::recorded::RecordedError;
use crate::targets::list::tests::{batch, batch_of, units};

const ROOM: usize = 200 * 1024;

fn users(ids: &[&str], choices: Vec<Choice>) -> UserBatch {
    UserBatch { ids: batch_of(ids), choices, ..UserBatch::default() }
}

/// The request and the users of each chunk.
fn chunks(chunks: &[Chunk]) -> Vec<(String, String)> {
    chunks.iter().map(|chunk| (chunk.request.hash.clone(), chunk.users.json.clone())).collect()
}

/// The users of each failure, with its text.
fn failures(intake: &mut Intake) -> Vec<(String, String)> {
    let failures = intake.take_failures().into_iter();
    failures.map(|failure| (failure.users[0].json.clone(), failure.error.to_string())).collect()
}

fn add(intake: &mut Intake, batch: UserBatch) -> Vec<Chunk> {
    intake.add(batch, |_| Ok(()))
}

#[test]
fn duplicates_are_found_however_far_apart() {
    let ids: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for (dedupe, expected) in [(true, 10), (false, 20)] {
        let mut intake = Intake::new(&requests(&[ROOM]), dedupe);
        let count = [&ids, &ids].map(|ids| add(&mut intake, users(ids, vec![])).len()).iter().sum::<usize>();
        assert_eq!((count, intake.duplicate_count), (expected, (20 - expected) * 1000));
    }
}

#[test]
fn an_invalid_id_is_reported_as_a_failure() {
    let mut intake = Intake::new(&requests(&[ROOM]), true);
    let long = "a".repeat(165);
    let batch = UserBatch { rejected: vec!["5".into(), "\"".into()], ..users(&["", &long[1..], &long, "b"], vec![]) };
    assert!(add(&mut intake, batch).is_empty());
    let text = "a user id must be a string of 1 to 164 UTF-16 code units";
    assert_eq!(intake.rejected_count(), 4);
    assert_eq!(failures(&mut intake), [(format!(r#""","{long}","5","\"""#), text.into())]);
    assert_eq!(intake.flush()[0].users.count, 2);
}

#[test]
fn rejected_ids_are_listed_in_lists_of_bounded_length() {
    let mut intake = Intake::new(&requests(&[ROOM]), true);
    let rejected = (0..2500).map(|number| number.to_string()).collect();
    add(&mut intake, UserBatch { rejected, ..UserBatch::default() });
    let failures = intake.take_failures();
    let counts: Vec<_> = failures[0].users.iter().map(|users| users.count).collect();
    assert_eq!((failures.len(), counts), (1, vec![1000, 1000, 500]));
}

#[test]
fn a_pair_of_surrogates_is_not_made_of_two_users() {
    let mut intake = Intake::new(&requests(&[ROOM]), true);
    add(&mut intake, UserBatch { ids: batch(&[vec![0x61, 0xd83d], vec![0xde00, 0x62]]), ..UserBatch::default() });
    assert_eq!(intake.flush()[0].users.json, r#""a\ud83d","\ude00b""#);
}

#[test]
fn each_user_gets_the_chosen_request() {
    let mut intake = Intake::new(&requests(&[ROOM, ROOM]), true);
    let choices = vec![Choice::Named(1), Choice::Named(0), Choice::Own(0), Choice::Named(1), Choice::Named(0)];
    let payloads = vec![units(r#"{"web":{}}"#)];
    let own = add(&mut intake, UserBatch { payloads, ..users(&["a", "b", "c", "d", "a"], choices) });
    let hash = ChunkRequest::new(&units(r#"{"web":{}}"#)).unwrap().hash;
    assert_eq!(chunks(&own), [(hash, r#""c""#.into())]);
    assert_eq!(chunks(&intake.flush()), [("0".into(), r#""b""#.into()), ("1".into(), r#""a","d""#.into())]);
    assert_eq!(intake.duplicate_count, 1);
}

#[test]
fn a_user_without_a_valid_request_is_named() {
    let mut intake = Intake::new(&requests(&[ROOM]), true);
    let choices = vec![Choice::Nothing(0), Choice::Own(0), Choice::Own(1), Choice::Nothing(0), Choice::Nothing(0)];
    let too_large = format!(r#"{{"x":"{}"}}"#, "x".repeat(204_000));
    let payloads = ["", &too_large].map(units);
    let reasons = vec!["no request is named \"fr\"".into()];
    let batch = UserBatch { payloads: payloads.into(), reasons, ..users(&["a\",\"b", "b", "c", "d", "e"], choices) };
    assert!(add(&mut intake, batch).is_empty());
    assert_eq!(
        failures(&mut intake),
        [
            (r#""a\",\"b","d","e""#, r#"user "a\",\"b" and 2 others: no request is named "fr""#),
            (r#""b""#, r#"user "b": publishRequest must be a plain object"#),
            (
                r#""c""#,
                r#"user "c": publishRequest is too large: with one user it exceeds the maximum of 204800 bytes"#
            ),
        ]
        .map(|(users, text)| (users.into(), text.into()))
    );
    // A user who is reported is not published to as well.
    assert!(add(&mut intake, users(&["b"], vec![])).is_empty() && intake.flush().is_empty());
    assert_eq!(intake.duplicate_count, 1);
}

#[test]
fn a_resumed_call_skips_published_users_and_retries_refused_ones() {
    for retry_unknown in [false, true] {
        let failure = |delivery| {
            let RecordedFailure { error, attempts } = RecordedFailure::in_flight();
            RecordedFailure { error: RecordedError { delivery, ..error }, attempts }
        };
        let mut recorded = Recorded::default();
        recorded.failures = vec![failure(Delivery::Refused), failure(Delivery::Unknown)];
        for (id, state) in
            [("done", IdState::Published), ("refused", IdState::Failed(0)), ("unknown", IdState::Failed(1))]
        {
            recorded.ids.get_or_insert(id.as_bytes(), state);
        }
        let mut intake = Intake::resume(&requests(&[ROOM]), recorded, retry_unknown);
        for _ in 0..2 {
            assert!(add(&mut intake, users(&["new", "done", "refused", "unknown"], vec![])).is_empty());
        }
        let chunks = intake.flush();
        assert_eq!(chunks[0].users.json, r#""new","refused""#);
        assert_eq!((intake.resumed_count, intake.duplicate_count), (1, 4));
        if retry_unknown {
            assert_eq!((chunks[1].users.json.as_str(), chunks[1].is_repeated), (r#""unknown""#, true));
            assert_eq!(failures(&mut intake), []);
        } else {
            assert_eq!((chunks.len(), intake.take_failures()[0].error.delivery()), (1, Delivery::Unknown));
        }
    }
}

proptest! {
    #[test]
    fn every_id_is_in_one_chunk_once(
        numbers in prop::collection::vec((0_u8..60, "\\PC{0,5}"), 0..300),
        cuts in prop::collection::vec(1_usize..50, 1..10),
        max_bytes in 300_usize..2000,
        dedupe in any::<bool>(),
    ) {
        let ids: Vec<String> = numbers.iter().map(|(number, text)| format!("{number}{text}")).collect();
        let mut intake = Intake::new(&requests(&[max_bytes]), dedupe);
        let mut given = Vec::new();
        let mut cut = cuts.iter().cycle();
        let mut rest = ids.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at((*cut.next().unwrap()).min(rest.len()));
            given.extend(add(&mut intake, users(&now.iter().map(String::as_str).collect::<Vec<_>>(), vec![])));
            rest = later;
        }
        given.extend(intake.flush());
        prop_assert!(given.iter().all(|chunk| chunk.users.json.len() <= max_bytes && chunk.users.count <= 1000));
        let parsed = |chunk: &Chunk| serde_json::from_str::<Vec<String>>(&format!("[{}]", chunk.users.json)).unwrap();
        prop_assert!(given.iter().all(|chunk| chunk.users.count == parsed(chunk).len()));
        let mut seen = HashSet::new();
        let expected: Vec<String> = ids.into_iter().filter(|id| !dedupe || seen.insert(id.clone())).collect();
        let given: Vec<String> = given.iter().flat_map(parsed).collect();
        prop_assert_eq!(given.len() + intake.duplicate_count, numbers.len());
        prop_assert_eq!(given, expected);
    }
}
