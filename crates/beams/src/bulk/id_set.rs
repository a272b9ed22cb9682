//! Which ids have been seen, and what is known of each.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry as TableEntry;
use hashbrown::{DefaultHashBuilder, HashTable};

/// A map from texts to values. With values of 8 bytes, an entry takes about 15 bytes besides its text and value.
pub struct IdMap<Value> {
    /// Each text after its length.
    texts: Vec<u8>,
    entries: HashTable<Entry<Value>>,
    hasher: DefaultHashBuilder,
}

/// Where a text is. Its hash is kept, because computing it again would mean a cache miss for each text whenever the table
/// grows.
struct Entry<Value> {
    hash: u64,
    start: usize,
    value: Value,
}

impl<Value> Default for IdMap<Value> {
    fn default() -> Self {
        Self { texts: Vec::new(), entries: HashTable::new(), hasher: DefaultHashBuilder::default() }
    }
}

impl<Value> IdMap<Value> {
    /// The value of a text that is in the map. Where it is new, it is added with `value`.
    pub fn get_or_insert(&mut self, text: &[u8], value: Value) -> Option<&mut Value> {
        let Self { texts, entries, hasher } = self;
        let hash = hasher.hash_one(text);
        let is_same = |entry: &Entry<Value>| entry.hash == hash && text_at(texts, entry.start) == text;
        match entries.entry(hash, is_same, |entry| entry.hash) {
            TableEntry::Occupied(entry) => Some(&mut entry.into_mut().value),
            TableEntry::Vacant(place) => {
                place.insert(Entry { hash, start: texts.len(), value });
                texts.extend((text.len() as u16).to_le_bytes());
                texts.extend(text);
                None
            }
        }
    }

    /// The value of a text.
    pub fn get(&self, text: &[u8]) -> Option<&Value> {
        let hash = self.hasher.hash_one(text);
        let is_same = |entry: &Entry<Value>| entry.hash == hash && text_at(&self.texts, entry.start) == text;
        self.entries.find(hash, is_same).map(|entry| &entry.value)
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
        let mut map = IdMap::default();
        let mut is_new = |text: &str| map.get_or_insert(text.as_bytes(), ()).is_none();
        for number in 0..1000_u32 {
            assert!(is_new(&number.to_string()), "{number}");
        }
        for number in 0..1000_u32 {
            assert!(!is_new(&number.to_string()), "{number}");
        }
        assert!(is_new(""));
        assert!(!is_new(""));
    }

    #[test]
    fn a_text_keeps_its_value() {
        let mut map = IdMap::default();
        for number in 0..1000_u32 {
            assert_eq!(map.get_or_insert(number.to_string().as_bytes(), number), None);
        }
        *map.get_or_insert(b"5", 0).unwrap() = 7;
        assert_eq!((map.get(b"5"), map.get(b"999"), map.get(b"1000")), (Some(&7), Some(&999), None));
    }

    #[test]
    fn texts_with_the_same_hash_are_told_apart() {
        let mut map = IdMap::default();
        map.get_or_insert(b"a", 1);
        // Nobody can compute two such texts, so the entry of one gets the hash of the other.
        let hash = map.hasher.hash_one(b"b".as_slice());
        map.entries.insert_unique(hash, Entry { hash, start: 0, value: 2 }, |entry| entry.hash);
        assert_eq!(map.get(b"b"), None);
        assert_eq!(map.get_or_insert(b"b", 3), None);
        assert_eq!((map.get(b"a"), map.get(b"b")), (Some(&1), Some(&3)));
    }
}
