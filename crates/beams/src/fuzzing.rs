//! What the fuzz targets in `fuzz/` need beside the API.

use std::time::Duration;

use url::Url;

use crate::bulk::chunker::Chunk;
use crate::bulk::intake::Intake;
use crate::bulk::journal::load::{IdState, Recorded};
use crate::bulk::journal::record::{self, Record, RecordedFailure};
use crate::bulk::report::Report;
use crate::bulk::requests::{ChunkRequest, NamedRequests};
use crate::config::Config;
use crate::error::recorded::RecordedError;
use crate::error::{Error, Result};
use crate::http::request::Routes;
use crate::http::response::Response;
use crate::publish::PublishBody;
use crate::secret::Secret;
use crate::targets::user_id::EncodedUserId;

pub use crate::no_proxy::is_excluded;

/// A response that arrived completely.
pub fn response(status: u16, retry_after: Option<Duration>, body: Vec<u8>) -> Response {
    Response { status, retry_after, body: Ok(body) }
}

/// The error as a client with this secret key returns it.
///
/// # Errors
///
/// Those of an invalid key.
pub fn redact(error: Error, secret_key: &str) -> Result<Error> {
    Secret::new(secret_key.to_owned()).map(|secret| error.redacted(|text| secret.redact(text)))
}

/// The error as it is read from a journal that it was written to; `None` if it cannot be read.
pub fn through_journal(error: &Error) -> Option<RecordedError> {
    let failure = RecordedFailure { error: RecordedError::from(error), attempts: 1 };
    match record::parse_line(&record::failed_line(1, &failure))? {
        Record::Failed { failure, .. } => Some(failure.error),
        Record::Sending { .. } | Record::Published { .. } => None,
    }
}

/// The URL of a deletion.
///
/// # Errors
///
/// Those of [`Routes`].
pub fn deletion_url(config: &Config, user: &EncodedUserId) -> Result<Url> {
    Ok(Routes::new(config)?.delete_user(user)?.url)
}

/// The JSON of a body.
pub fn body_json(body: &PublishBody) -> &[u8] {
    &body.json
}

/// Named requests, whose users may take up to these numbers of bytes. The hash of each is its index.
///
/// # Errors
///
/// Those of [`ChunkRequest::new`].
pub fn requests(max_bytes: &[usize]) -> Result<NamedRequests> {
    let payload: Vec<u16> = "{}".encode_utf16().collect();
    let mut requests = NamedRequests::default();
    for (index, &max_bytes) in max_bytes.iter().enumerate() {
        let request = ChunkRequest::new(&payload)?;
        requests.add(index.to_string(), ChunkRequest { max_bytes, hash: index.to_string(), ..request });
    }
    Ok(requests)
}

/// The hash of a chunk's request, and how many bytes its users may take.
pub fn request_of(chunk: &Chunk) -> (&str, usize) {
    (&chunk.request.hash, chunk.request.max_bytes)
}

/// Sets how many bytes of ids may be in incomplete chunks.
pub fn set_max_filling_bytes(intake: &mut Intake, max_filling_bytes: usize) {
    intake.chunker.max_filling_bytes = max_filling_bytes;
}

/// How many ids were skipped as duplicates, and how many because an earlier process has published to them.
pub fn skipped_counts(intake: &Intake) -> (usize, usize) {
    (intake.duplicate_count, intake.resumed_count)
}

/// The line of a journal for a JSON object.
pub fn journal_line(json: &str) -> Vec<u8> {
    record::seal(json.to_owned())
}

/// The state of an id, given as in JSON without its quotes.
pub fn id_state(recorded: &Recorded, id: &str) -> Option<IdState> {
    recorded.ids.get(id.as_bytes()).copied()
}

/// The errors of the failed chunks, in the order of their indices.
pub fn recorded_errors(recorded: &Recorded) -> impl Iterator<Item = &RecordedError> {
    recorded.failures.iter().map(|failure| &failure.error)
}

/// Whether a journal has begun, the number of its next chunk, and how many of its bytes are intact.
pub fn extent(recorded: &Recorded) -> (bool, u64, u64) {
    (recorded.header.is_some(), recorded.next_chunk, recorded.intact_len)
}

/// The report of a journal.
pub fn report(recorded: Recorded) -> Report {
    recorded.into_report()
}
