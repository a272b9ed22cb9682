//! Which ids have been seen.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A set of texts, compact: some 25 bytes beside the text itself, for each.
#[derive(Default)]
pub struct IdSet {
    /// Each text after its length.
    texts: Vec<u8>,
    entries: HashTable<Entry>,
    hasher: DefaultHashBuilder,
}

/// Where a text is. Its hash is kept, because computing it again would mean a cache miss for each text whenever the table
/// grows.
struct Entry {
    hash: u64,
    start: usize,
}

impl IdSet {
    /// Whether the text is new.
    pub fn insert(&mut self, text: &[u8]) -> bool {
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
    use super::*;

    #[test]
    fn a_text_is_new_once() {
        let mut set = IdSet::default();
        for number in 0..1000_u32 {
            assert!(set.insert(number.to_string().as_bytes()), "{number}");
        }
        for number in 0..1000_u32 {
            assert!(!set.insert(number.to_string().as_bytes()), "{number}");
        }
        assert!(set.insert(b""));
        assert!(!set.insert(b""));
    }
}
