//! From a stream of user ids to chunks, each of which fits into one request.

use std::hash::BuildHasher;
use std::mem;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::targets::users::{USERS, is_plain, write_json};

/// User ids as the members of a JSON array, without its brackets.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct JsonIds {
    /// The ids, with commas between them.
    pub json: String,
    /// How many there are.
    pub count: usize,
}

/// User ids on their way here, one after the other in one text.
#[derive(Debug, Default)]
pub struct IdBatch {
    /// The ids, in UTF-16.
    pub text: Vec<u16>,
    /// How long each of them is, in units. What could not be sent is not on its way.
    pub lengths: Vec<u8>,
}

/// Cuts a stream of user ids into chunks.
pub struct Chunker {
    /// How many bytes the ids of one chunk may take.
    room: usize,
    filling: JsonIds,
    /// Every id so far, where each is to be had once.
    seen: Option<IdSet>,
    duplicates: usize,
    invalid: JsonIds,
}

/// A set of texts, compact: some 25 bytes beside the text itself, for each.
#[derive(Default)]
struct IdSet {
    /// Each text after its length.
    texts: Vec<u8>,
    entries: HashTable<Entry>,
    hasher: DefaultHashBuilder,
}

/// Where a text is. Its hash is kept, because finding it again would mean a visit to the text whenever the table grows.
struct Entry {
    hash: u64,
    start: usize,
}

impl JsonIds {
    /// Adds another list at the end.
    pub fn append(&mut self, other: &Self) {
        if other.count > 0 {
            self.separate();
            self.json.push_str(&other.json);
            self.count += other.count;
        }
    }

    /// Adds an id, given in UTF-16.
    pub fn add_id(&mut self, id: &[u16]) {
        self.separate();
        write_json(id, &mut self.json);
        self.count += 1;
    }

    /// Adds an id, given as in JSON but without its quotes.
    fn add(&mut self, id: &str) {
        self.separate();
        self.json.push('"');
        self.json.push_str(id);
        self.json.push('"');
        self.count += 1;
    }

    fn separate(&mut self) {
        if self.count > 0 {
            self.json.push(',');
        }
    }
}

impl IdBatch {
    /// The ids in UTF-16.
    fn ids(&self) -> impl Iterator<Item = &[u16]> {
        let mut rest = self.text.as_slice();
        self.lengths.iter().map_while(move |&length| {
            let (id, after) = rest.split_at_checked(length.into())?;
            rest = after;
            Some(id)
        })
    }

    /// The text in UTF-8, where each unit of it is one byte and stands for itself in JSON, as is usual.
    fn plain(&self) -> Option<String> {
        // All units are looked at, even after a hit: like this, many are looked at at once.
        let is_plain = self.text.iter().fold(true, |all, &unit| all & is_plain(unit));
        is_plain
            .then(|| self.text.iter().map(|&unit| unit as u8).collect())
            .and_then(|text| String::from_utf8(text).ok())
    }
}

impl Chunker {
    /// `room` is how many bytes the ids of one chunk may take, commas included; at least enough for one id.
    pub fn new(room: usize, dedupe: bool) -> Self {
        Self {
            room,
            filling: JsonIds::default(),
            seen: dedupe.then(IdSet::default),
            duplicates: 0,
            invalid: JsonIds::default(),
        }
    }

    /// Takes in a block, and gives out the chunks that it fills.
    pub fn add(&mut self, block: &IdBatch) -> Vec<JsonIds> {
        let mut full = Vec::new();
        if let Some(plain) = block.plain() {
            let mut rest = plain.as_str();
            for id in block.ids() {
                let (json, after) = rest.split_at_checked(id.len()).unwrap_or_default();
                rest = after;
                full.extend(self.add_id(id, json));
            }
        } else {
            let mut json = String::new();
            for id in block.ids() {
                json.clear();
                write_json(id, &mut json);
                full.extend(self.add_id(id, json.get(1..json.len() - 1).unwrap_or_default()));
            }
        }
        full
    }

    /// The last chunk, which is not full.
    pub fn rest(&mut self) -> Option<JsonIds> {
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

    /// The ids that were left out since the last time, because no user can have them.
    pub fn take_invalid(&mut self) -> JsonIds {
        mem::take(&mut self.invalid)
    }

    /// Takes in an id, given in UTF-16 and as in JSON without its quotes.
    fn add_id(&mut self, id: &[u16], json: &str) -> Option<JsonIds> {
        if USERS.check(id).is_err() {
            self.invalid.add(json);
            return None;
        }
        if self.seen.as_mut().is_some_and(|seen| !seen.insert(json.as_bytes())) {
            self.duplicates += 1;
            return None;
        }
        let is_too_much = self.filling.json.len() + json.len() + r#","""#.len() > self.room;
        let full = if is_too_much { self.rest() } else { None };
        self.filling.add(json);
        if self.filling.count == USERS.max_count { self.rest() } else { full }
    }
}

impl IdSet {
    /// Whether the text is new.
    fn insert(&mut self, text: &[u8]) -> bool {
        let Self { texts, entries, hasher } = self;
        let hash = hasher.hash_one(text);
        if entries.find(hash, |entry| entry.hash == hash && text_at(texts, entry.start) == text).is_some() {
            return false;
        }
        entries.insert_unique(hash, Entry { hash, start: texts.len() }, |entry| entry.hash);
        texts.extend((text.len() as u16).to_le_bytes());
        texts.extend(text);
        true
    }
}

fn text_at(texts: &[u8], start: usize) -> &[u8] {
    texts
        .get(start..)
        .and_then(|texts| texts.split_first_chunk())
        .and_then(|(length, texts)| texts.get(..u16::from_le_bytes(*length).into()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const ROOM: usize = 200 * 1024;

    fn block(ids: &[Vec<u16>]) -> IdBatch {
        IdBatch { text: ids.concat(), lengths: ids.iter().map(|id| id.len() as u8).collect() }
    }

    fn ids(count: usize) -> Vec<Vec<u16>> {
        (0..count).map(|number| format!("user-{number}").encode_utf16().collect()).collect()
    }

    fn parsed(list: &JsonIds) -> Vec<String> {
        serde_json::from_str(&format!("[{}]", list.json)).unwrap()
    }

    #[test]
    fn a_chunk_has_no_more_users_than_a_request_may() {
        let mut chunks = Chunker::new(ROOM, true);
        let full: Vec<_> = chunks.add(&block(&ids(2500))).iter().map(|chunk| chunk.count).collect();
        assert_eq!(full, [1000, 1000]);
        assert_eq!(chunks.rest().unwrap().count, 500);
        assert_eq!(chunks.rest(), None);
    }

    #[test]
    fn a_chunk_has_no_more_bytes_than_there_is_room_for() {
        let ids = ids(100);
        let json = |count: usize| parsed_length(&ids[..count]);
        let mut chunks = Chunker::new(json(10), false);
        let full = chunks.add(&block(&ids[..11]));
        assert_eq!(full.iter().map(|chunk| (chunk.count, chunk.json.len())).collect::<Vec<_>>(), [(10, json(10))]);
        let mut chunks = Chunker::new(json(10) - 1, false);
        assert_eq!(chunks.add(&block(&ids[..11]))[0].count, 9);
    }

    fn parsed_length(ids: &[Vec<u16>]) -> usize {
        ids.iter().map(|id| id.len() + 3).sum::<usize>() - 1
    }

    #[test]
    fn duplicates_are_found_however_far_apart() {
        let mut chunks = Chunker::new(ROOM, true);
        chunks.add(&block(&ids(10_000)));
        chunks.add(&block(&ids(10_000)));
        assert_eq!(chunks.duplicates(), 10_000);
        let mut chunks = Chunker::new(ROOM, false);
        assert_eq!(chunks.add(&block(&[ids(10_000), ids(10_001)].concat())).len(), 20);
        assert_eq!(chunks.duplicates(), 0);
    }

    #[test]
    fn what_is_no_user_id_is_set_apart() {
        let mut chunks = Chunker::new(ROOM, true);
        chunks.add(&block(&[vec![], vec![0x61; 164], vec![0x61; 165], vec![0x62]]));
        let expected = JsonIds { json: format!(r#""","{}""#, "a".repeat(165)), count: 2 };
        assert_eq!(chunks.take_invalid(), expected);
        assert_eq!(chunks.take_invalid(), JsonIds::default());
        assert_eq!(chunks.rest().unwrap().count, 2);
    }

    #[test]
    fn a_pair_of_surrogates_is_not_made_of_two_users() {
        let mut chunks = Chunker::new(ROOM, true);
        chunks.add(&block(&[vec![0x61, 0xd83d], vec![0xde00, 0x62]]));
        assert_eq!(chunks.rest().unwrap().json, r#""a\ud83d","\ude00b""#);
    }

    proptest! {
        #[test]
        fn every_id_is_in_one_chunk_once_and_in_order(
            numbers in prop::collection::vec((0_u8..60, "\\PC{0,5}"), 0..300),
            cuts in prop::collection::vec(1_usize..50, 1..10),
            room in 300_usize..2000,
            dedupe in any::<bool>(),
        ) {
            let ids: Vec<String> = numbers.iter().map(|(number, text)| format!("{number}{text}")).collect();
            let units: Vec<Vec<u16>> = ids.iter().map(|id| id.encode_utf16().collect()).collect();
            let mut chunks = Chunker::new(room, dedupe);
            let mut given = Vec::new();
            let mut cut = cuts.iter().cycle();
            let mut rest = units.as_slice();
            while !rest.is_empty() {
                let (now, later) = rest.split_at((*cut.next().unwrap()).min(rest.len()));
                given.extend(chunks.add(&block(now)));
                rest = later;
            }
            given.extend(chunks.rest());
            prop_assert!(given.iter().all(|chunk| chunk.json.len() <= room && chunk.count <= 1000));
            prop_assert!(given.iter().all(|chunk| chunk.count == parsed(chunk).len()));
            let mut seen = HashSet::new();
            let expected: Vec<String> = ids.into_iter().filter(|id| !dedupe || seen.insert(id.clone())).collect();
            let given: Vec<String> = given.iter().flat_map(parsed).collect();
            prop_assert_eq!(given.len() + chunks.duplicates(), numbers.len());
            prop_assert_eq!(given, expected);
        }
    }
}
