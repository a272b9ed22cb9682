//! From a stream of user ids to chunks, each of which fits into one request.

use std::mem;

use crate::bulk::id_set::IdSet;
use crate::targets::json::write_string;
use crate::targets::kind::USERS;
use crate::targets::list::{IdBatch, JsonIds};

/// Cuts a stream of user ids into chunks.
pub struct Chunker {
    /// How many bytes the ids of one chunk may take.
    max_bytes: usize,
    filling: JsonIds,
    /// Every id so far, where each is published to once.
    seen: Option<IdSet>,
    duplicates: usize,
    invalid: Vec<JsonIds>,
}

impl Chunker {
    /// `max_bytes` is how many bytes the ids of one chunk may take, commas included; at least enough for one id.
    pub fn new(max_bytes: usize, dedupe: bool) -> Self {
        Self {
            max_bytes,
            filling: JsonIds::default(),
            seen: dedupe.then(IdSet::default),
            duplicates: 0,
            invalid: Vec::new(),
        }
    }

    /// Adds a batch of ids, and returns the chunks that it fills.
    pub fn add(&mut self, batch: &IdBatch) -> Vec<JsonIds> {
        let mut full = Vec::new();
        batch.for_each_json(|id, json| full.extend(self.add_id(id, json)));
        full
    }

    /// The last chunk, which is not full.
    pub fn flush(&mut self) -> Option<JsonIds> {
        if self.filling.count == 0 {
            return None;
        }
        // The next one will be about as long.
        let next = JsonIds { json: String::with_capacity(self.filling.json.len()), count: 0 };
        Some(mem::replace(&mut self.filling, next))
    }

    /// How many ids were left out because they had come before.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// The ids that were left out since the last time because they break a rule.
    pub fn take_invalid(&mut self) -> Vec<JsonIds> {
        mem::take(&mut self.invalid)
    }

    /// Adds an id, given in UTF-16 and as in JSON without its quotes.
    fn add_id(&mut self, id: &[u16], json: &str) -> Option<JsonIds> {
        if !USERS.allows(id) {
            self.reject_json(json);
            return None;
        }
        if self.seen.as_mut().is_some_and(|seen| !seen.insert(json.as_bytes())) {
            self.duplicates += 1;
            return None;
        }
        let is_too_much = self.filling.json.len() + json.len() + r#","""#.len() > self.max_bytes;
        let full = if is_too_much { self.flush() } else { None };
        self.filling.push_json(json);
        if self.filling.count == USERS.max_count { self.flush() } else { full }
    }

    /// Sets apart what came in place of an id, as its language prints it.
    pub fn reject(&mut self, value: &str) {
        let mut json = String::new();
        write_string(&value.encode_utf16().collect::<Vec<_>>(), &mut json);
        self.reject_json(json.get(1..json.len() - 1).unwrap_or_default());
    }

    /// In lists of bounded length, so that a report of any size crosses to another language in parts.
    fn reject_json(&mut self, json: &str) {
        match self.invalid.last_mut() {
            Some(list) if list.count < USERS.max_count => list.push_json(json),
            _ => {
                let mut list = JsonIds::default();
                list.push_json(json);
                self.invalid.push(list);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::targets::list::tests::batch;

    const MAX_BYTES: usize = 200 * 1024;

    fn ids(count: usize) -> Vec<Vec<u16>> {
        (0..count).map(|number| format!("user-{number}").encode_utf16().collect()).collect()
    }

    fn parsed(list: &JsonIds) -> Vec<String> {
        serde_json::from_str(&format!("[{}]", list.json)).unwrap()
    }

    #[test]
    fn a_chunk_has_no_more_users_than_a_request_may() {
        let mut chunker = Chunker::new(MAX_BYTES, true);
        let full: Vec<_> = chunker.add(&batch(&ids(2500))).iter().map(|chunk| chunk.count).collect();
        assert_eq!(full, [1000, 1000]);
        assert_eq!(chunker.flush().unwrap().count, 500);
        assert_eq!(chunker.flush(), None);
    }

    #[test]
    fn a_chunk_has_no_more_bytes_than_there_is_max_bytes_for() {
        let ids = ids(100);
        let json = |count: usize| parsed_length(&ids[..count]);
        let mut chunker = Chunker::new(json(10), false);
        let full = chunker.add(&batch(&ids[..11]));
        assert_eq!(full.iter().map(|chunk| (chunk.count, chunk.json.len())).collect::<Vec<_>>(), [(10, json(10))]);
        let mut chunker = Chunker::new(json(10) - 1, false);
        assert_eq!(chunker.add(&batch(&ids[..11]))[0].count, 9);
    }

    fn parsed_length(ids: &[Vec<u16>]) -> usize {
        ids.iter().map(|id| id.len() + 3).sum::<usize>() - 1
    }

    #[test]
    fn duplicates_are_found_however_far_apart() {
        let mut chunker = Chunker::new(MAX_BYTES, true);
        chunker.add(&batch(&ids(10_000)));
        chunker.add(&batch(&ids(10_000)));
        assert_eq!(chunker.duplicates(), 10_000);
        let mut chunker = Chunker::new(MAX_BYTES, false);
        assert_eq!(chunker.add(&batch(&[ids(10_000), ids(10_001)].concat())).len(), 20);
        assert_eq!(chunker.duplicates(), 0);
    }

    #[test]
    fn an_id_that_breaks_a_rule_is_set_apart() {
        let mut chunker = Chunker::new(MAX_BYTES, true);
        chunker.add(&batch(&[vec![], vec![0x61; 164], vec![0x61; 165], vec![0x62]]));
        let expected = JsonIds { json: format!(r#""","{}""#, "a".repeat(165)), count: 2 };
        assert_eq!(chunker.take_invalid(), [expected]);
        assert_eq!(chunker.take_invalid(), []);
        assert_eq!(chunker.flush().unwrap().count, 2);
    }

    #[test]
    fn a_pair_of_surrogates_is_not_made_of_two_users() {
        let mut chunker = Chunker::new(MAX_BYTES, true);
        chunker.add(&batch(&[vec![0x61, 0xd83d], vec![0xde00, 0x62]]));
        assert_eq!(chunker.flush().unwrap().json, r#""a\ud83d","\ude00b""#);
    }

    proptest! {
        #[test]
        fn every_id_is_in_one_chunk_once_and_in_order(
            numbers in prop::collection::vec((0_u8..60, "\\PC{0,5}"), 0..300),
            cuts in prop::collection::vec(1_usize..50, 1..10),
            max_bytes in 300_usize..2000,
            dedupe in any::<bool>(),
        ) {
            let ids: Vec<String> = numbers.iter().map(|(number, text)| format!("{number}{text}")).collect();
            let units: Vec<Vec<u16>> = ids.iter().map(|id| id.encode_utf16().collect()).collect();
            let mut chunker = Chunker::new(max_bytes, dedupe);
            let mut given = Vec::new();
            let mut cut = cuts.iter().cycle();
            let mut rest = units.as_slice();
            while !rest.is_empty() {
                let (now, later) = rest.split_at((*cut.next().unwrap()).min(rest.len()));
                given.extend(chunker.add(&batch(now)));
                rest = later;
            }
            given.extend(chunker.flush());
            prop_assert!(given.iter().all(|chunk| chunk.json.len() <= max_bytes && chunk.count <= 1000));
            prop_assert!(given.iter().all(|chunk| chunk.count == parsed(chunk).len()));
            let mut seen = HashSet::new();
            let expected: Vec<String> = ids.into_iter().filter(|id| !dedupe || seen.insert(id.clone())).collect();
            let given: Vec<String> = given.iter().flat_map(parsed).collect();
            prop_assert_eq!(given.len() + chunker.duplicates(), numbers.len());
            prop_assert_eq!(given, expected);
        }
    }
}
