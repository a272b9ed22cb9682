//! The lines of a journal: JSON objects, each with a checksum. docs/campaigns.md describes them for users.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::bulk::chunker::Chunk;
use crate::error::recorded::RecordedError;
use crate::error::{Delivery, Error};
use crate::targets::list::JsonIds;

/// Incremented when older versions would misread the format.
pub const FORMAT_VERSION: u32 = 1;

/// The first bytes of a journal, in every version of the format.
pub const MAGIC: &[u8] = br#"{"journal":"beams-native","version":"#;

/// The prefix of the checksum at the end of a line: the CRC-32 of all bytes before it, as eight hexadecimal digits.
const CHECKSUM: &str = r#","crc32":""#;
const CHECKSUM_DIGITS: usize = 8;
const LINE_END: &str = "\"}\n";

/// The first line: what the journal is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    pub(crate) journal: String,
    pub(crate) version: u32,
    pub(crate) instance_id: String,
    /// The SHA-256 of each named request.
    pub(crate) requests: BTreeMap<String, String>,
    /// When it was begun, for people who read the file.
    pub(crate) begun: String,
}

/// The version alone, which every version of the format has.
#[derive(Deserialize)]
pub(crate) struct Version {
    pub(crate) version: u64,
}

/// A line after the first.
#[derive(Debug, PartialEq)]
pub enum Record {
    /// The users of a chunk, written before it is sent.
    Sending {
        /// The chunk's number in this journal.
        chunk: u64,
        /// Its users.
        users: JsonIds,
        /// How many bytes of the journal were on the disk when this was written.
        synced: u64,
    },
    /// The chunk was published.
    Published {
        /// The chunk's number.
        chunk: u64,
        /// The publish id.
        publish_id: String,
    },
    /// The publish failed, or its outcome is unknown.
    Failed {
        /// The chunk's number.
        chunk: u64,
        /// The failure.
        failure: RecordedFailure,
    },
}

/// How a chunk failed.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedFailure {
    /// The error.
    pub error: RecordedError,
    /// How many requests were made.
    pub attempts: u32,
}

/// All members that a record may have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    record: Cow<'a, str>,
    chunk: u64,
    #[serde(borrow)]
    users: Option<Vec<&'a RawValue>>,
    synced: Option<u64>,
    publish_id: Option<String>,
    #[serde(flatten)]
    failure: Option<Failure>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    delivery: String,
    code: String,
    message: String,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl Header {
    /// The header of a journal that is begun now.
    pub fn new(instance_id: String, requests: BTreeMap<String, String>, begun: String) -> Self {
        Self { journal: "beams-native".into(), version: FORMAT_VERSION, instance_id, requests, begun }
    }

    /// Its line.
    pub(crate) fn line(&self) -> Vec<u8> {
        seal(serde_json::to_string(self).unwrap_or_default())
    }
}

impl RecordedFailure {
    /// The failure of a chunk without an outcome.
    pub(crate) fn in_flight() -> Self {
        let error = RecordedError {
            message: "the process ended while this request was in flight, so it may have been processed".into(),
            code: Error::Interrupted.code(),
            delivery: Delivery::Unknown,
            status: None,
            error: None,
            description: None,
        };
        // At least one; the others are not recorded.
        Self { error, attempts: 1 }
    }
}

/// The line of a chunk that is about to be sent.
pub(crate) fn sending_line(number: u64, chunk: &Chunk, synced: u64) -> Vec<u8> {
    let (request, users) = (&chunk.request.hash, &chunk.users.json);
    seal(format!(
        r#"{{"record":"sending","chunk":{number},"synced":{synced},"request":"{request}","users":[{users}]}}"#
    ))
}

/// The line of a chunk that was published.
pub(crate) fn published_line(number: u64, publish_id: &str) -> Vec<u8> {
    let publish_id = serde_json::to_string(publish_id).unwrap_or_default();
    seal(format!(r#"{{"record":"published","chunk":{number},"publishId":{publish_id}}}"#))
}

/// The line of a chunk that failed.
pub(crate) fn failed_line(number: u64, failure: &RecordedFailure) -> Vec<u8> {
    let RecordedFailure { error, attempts } = failure;
    let members = Failure {
        delivery: error.delivery.as_str().into(),
        code: error.code.into(),
        message: error.message.clone(),
        attempts: *attempts,
        status: error.status,
        error: error.error.clone(),
        description: error.description.clone(),
    };
    let members = serde_json::to_string(&members).unwrap_or_default();
    let members = members.strip_prefix('{').unwrap_or_default();
    seal(format!(r#"{{"record":"failed","chunk":{number},{members}"#))
}

/// Puts the checksum in place of the closing brace.
pub(crate) fn seal(mut json: String) -> Vec<u8> {
    json.pop();
    let checksum = crc32fast::hash(json.as_bytes());
    json.push_str(&format!("{CHECKSUM}{checksum:08x}{LINE_END}"));
    json.into_bytes()
}

/// Whether a line is complete, and is what was written.
pub(crate) fn is_intact(line: &[u8]) -> bool {
    let suffix_len = CHECKSUM.len() + CHECKSUM_DIGITS + LINE_END.len();
    let Some((json, suffix)) = line.len().checked_sub(suffix_len).and_then(|length| line.split_at_checked(length))
    else {
        return false;
    };
    suffix == format!("{CHECKSUM}{:08x}{LINE_END}", crc32fast::hash(json)).as_bytes()
}

/// The record of a line; `None` where it is damaged.
pub(crate) fn parse_line(line: &[u8]) -> Option<Record> {
    if !is_intact(line) {
        return None;
    }
    let Members { record, chunk, users, synced, publish_id, failure } = serde_json::from_slice(line).ok()?;
    match &*record {
        "sending" => {
            let mut ids = JsonIds::default();
            for user in users? {
                ids.push_json(user.get().strip_prefix('"')?.strip_suffix('"')?);
            }
            Some(Record::Sending { chunk, users: ids, synced: synced? })
        }
        "published" => Some(Record::Published { chunk, publish_id: publish_id? }),
        "failed" => {
            let failure = failure?;
            let error = RecordedError {
                message: failure.message,
                code: RecordedError::code_named(&failure.code)?,
                delivery: Delivery::named(&failure.delivery)?,
                status: failure.status,
                error: failure.error,
                description: failure.description,
            };
            Some(Record::Failed { chunk, failure: RecordedFailure { error, attempts: failure.attempts } })
        }
        _ => None,
    }
}
