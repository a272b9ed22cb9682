//! From a stream of user ids to chunks, each of which fits into one request.

use std::mem;
use std::sync::Arc;

use crate::bulk::requests::{ChunkRequest, NamedRequests};
use crate::targets::kind::USERS;
use crate::targets::list::JsonIds;

/// The maximum total size, in bytes, of the ids in incomplete chunks. With hundreds of named requests, chunks are sent before
/// they are full.
const MAX_FILLING_BYTES: usize = 16 << 20;

/// The users of one request.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The request.
    pub request: Arc<ChunkRequest>,
    /// The users.
    pub users: JsonIds,
    /// Whether an earlier process may have published to them already.
    pub is_repeated: bool,
}

/// Cuts a stream of user ids into chunks. Users of one named request share chunks.
pub struct Chunker {
    /// The chunks that are being filled.
    fillings: Vec<Chunk>,
    pub(crate) max_filling_bytes: usize,
    filling_bytes: usize,
}

impl Chunker {
    /// A chunker for these requests.
    pub fn new(requests: &NamedRequests) -> Self {
        // Repeated users have chunks of their own: if these fail, an earlier publish may have succeeded.
        let fillings = requests.iter().flat_map(|request| {
            [false, true].map(|is_repeated| Chunk { request: request.clone(), users: JsonIds::default(), is_repeated })
        });
        Self { fillings: fillings.collect(), max_filling_bytes: MAX_FILLING_BYTES, filling_bytes: 0 }
    }

    /// Adds a user, given as in JSON without quotes, for the named request of this index. Returns the chunk that is complete,
    /// if one is.
    pub fn add(&mut self, request: usize, json: &str, is_repeated: bool) -> Option<Chunk> {
        let filling = self.fillings.get_mut(request * 2 + usize::from(is_repeated))?;
        let len_before = filling.users.json.len();
        let is_too_much = len_before + json.len() + r#","""#.len() > filling.request.max_bytes;
        let full = if is_too_much { filling.take() } else { None };
        filling.users.push_json(json);
        let full = if filling.users.count == USERS.max_count { filling.take() } else { full };
        let len_after = filling.users.json.len();
        self.filling_bytes = (self.filling_bytes + len_after).saturating_sub(len_before);
        if self.filling_bytes > self.max_filling_bytes && full.is_none() { self.flush_fullest() } else { full }
    }

    /// The chunk that has the most users.
    fn flush_fullest(&mut self) -> Option<Chunk> {
        let fullest = self.fillings.iter_mut().max_by_key(|filling| filling.users.json.len())?;
        self.filling_bytes = self.filling_bytes.saturating_sub(fullest.users.json.len());
        fullest.take()
    }

    /// Returns the remaining chunks, which are not full.
    pub fn flush(&mut self) -> Vec<Chunk> {
        self.filling_bytes = 0;
        self.fillings.iter_mut().filter_map(Chunk::take).collect()
    }
}

impl Chunk {
    /// Takes the users, if there are any, as a chunk of their own.
    fn take(&mut self) -> Option<Self> {
        if self.users.count == 0 {
            return None;
        }
        Some(Self { request: self.request.clone(), users: mem::take(&mut self.users), is_repeated: self.is_repeated })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Requests whose users may take up to these numbers of bytes.
    pub fn requests(rooms: &[usize]) -> NamedRequests {
        let payload: Vec<u16> = "{}".encode_utf16().collect();
        let mut requests = NamedRequests::default();
        for (index, &max_bytes) in rooms.iter().enumerate() {
            let request = ChunkRequest::new(&payload).unwrap();
            requests.add(index.to_string(), ChunkRequest { max_bytes, hash: index.to_string(), ..request });
        }
        requests
    }

    fn chunk_of(chunk: &Chunk) -> (String, Vec<String>) {
        let users = serde_json::from_str(&format!("[{}]", chunk.users.json)).unwrap();
        (chunk.request.hash.clone(), users)
    }

    fn add(chunker: &mut Chunker, request: usize, ids: &[String]) -> Vec<Chunk> {
        ids.iter().filter_map(|id| chunker.add(request, id, false)).collect()
    }

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("user-{number}")).collect()
    }

    fn json_len(ids: &[String]) -> usize {
        ids.iter().map(|id| id.len() + 3).sum::<usize>() - 1
    }

    #[test]
    fn a_chunk_has_no_more_users_than_a_request_may() {
        let mut chunker = Chunker::new(&requests(&[200 * 1024]));
        let full: Vec<_> = add(&mut chunker, 0, &ids(2500)).iter().map(|chunk| chunk.users.count).collect();
        assert_eq!(full, [1000, 1000]);
        let last: Vec<_> = chunker.flush().iter().map(|chunk| chunk.users.count).collect();
        assert_eq!((last, chunker.flush().len()), (vec![500], 0));
    }

    #[test]
    fn a_chunk_does_not_exceed_its_maximum_size() {
        let ids = ids(100);
        for (room, expected) in [(json_len(&ids[..10]), 10), (json_len(&ids[..10]) - 1, 9)] {
            let mut chunker = Chunker::new(&requests(&[room]));
            let full = add(&mut chunker, 0, &ids[..11]);
            assert_eq!(full.iter().map(|chunk| chunk.users.count).collect::<Vec<_>>(), [expected]);
            assert!(full[0].users.json.len() <= room);
        }
    }

    #[test]
    fn users_who_may_have_been_published_to_share_no_chunk_with_others() {
        let mut chunker = Chunker::new(&requests(&[1000]));
        for (id, is_repeated) in [("a", false), ("b", true), ("c", false)] {
            assert!(chunker.add(0, id, is_repeated).is_none());
        }
        let chunks = chunker.flush();
        assert_eq!(chunks.iter().map(|chunk| chunk.is_repeated).collect::<Vec<_>>(), [false, true]);
        assert_eq!(chunk_of(&chunks[0]).1, ["a", "c"]);
    }

    #[test]
    fn the_fullest_chunk_is_flushed_first_if_too_many_are_open() {
        let mut chunker = Chunker::new(&requests(&[1000; 100]));
        chunker.max_filling_bytes = json_len(&ids(10)) + 5 * json_len(&ids(2));
        assert!(add(&mut chunker, 7, &ids(10)).is_empty());
        for request in 0..5 {
            assert!(add(&mut chunker, request * 10, &ids(2)).is_empty(), "no more is open than may be");
        }
        let out = add(&mut chunker, 50, &ids(1));
        assert_eq!(out.iter().map(chunk_of).collect::<Vec<_>>(), [("7".into(), ids(10))]);
        assert_eq!(chunker.flush().len(), 6);
    }

    proptest! {
        #[test]
        fn every_user_is_in_one_chunk_for_their_request_and_in_order(
            users in prop::collection::vec((0_usize..5, "[a-z]{1,9}"), 0..300),
            max_bytes in 30_usize..500,
            max_filling_bytes in 0_usize..2000,
        ) {
            let mut chunker = Chunker { max_filling_bytes, ..Chunker::new(&requests(&[max_bytes; 5])) };
            let mut chunks: Vec<Chunk> =
                users.iter().filter_map(|(request, id)| chunker.add(*request, id, false)).collect();
            prop_assert!(chunker.filling_bytes <= max_filling_bytes.max(max_bytes));
            chunks.extend(chunker.flush());
            for request in 0..5 {
                let expected: Vec<_> = users.iter().filter(|user| user.0 == request).map(|user| user.1.clone()).collect();
                let chunks = chunks.iter().map(chunk_of).filter(|(hash, _)| *hash == request.to_string());
                prop_assert_eq!(chunks.flat_map(|(_, users)| users).collect::<Vec<_>>(), expected);
            }
            prop_assert!(chunks.iter().all(|chunk| chunk.users.json.len() <= max_bytes.max(12) && chunk.users.count > 0));
        }
    }
}
