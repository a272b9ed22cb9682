//! The requests of a bulk publish: one for all users, named ones for groups of users, or one for a single user.

use std::collections::BTreeMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};

use crate::error::{Error, Result};
use crate::publish::BodyPrefix;
use crate::targets::json::utf8;
use crate::targets::kind::USERS;

/// The name of the request for all users.
pub const DEFAULT_REQUEST: &str = "default";

/// The name of the payload in errors.
const ARGUMENT: &str = "publishRequest argument";

/// The request for the users of a chunk, without the users.
#[derive(Debug)]
pub struct ChunkRequest {
    pub(crate) prefix: BodyPrefix,
    /// How many bytes its users may take, commas included.
    pub(crate) max_bytes: usize,
    /// The SHA-256 of its payload's JSON, in hexadecimal digits, which identifies it in a journal.
    pub(crate) hash: String,
}

/// The named requests, in the order of their indices.
#[derive(Debug, Default)]
pub struct NamedRequests {
    names: Vec<String>,
    requests: Vec<Arc<ChunkRequest>>,
}

impl ChunkRequest {
    /// The request for a payload, a JSON object without targets in UTF-16.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the payload is not an object, or leaves no room for a user.
    pub fn new(payload: &[u16]) -> Result<Self> {
        let prefix = BodyPrefix::new(&USERS, payload)?;
        let hash = hex::encode(digest(&SHA256, &utf8(payload)));
        Ok(Self { max_bytes: prefix.max_target_bytes()?, prefix, hash })
    }
}

impl NamedRequests {
    /// The only request of a call.
    pub fn single(request: ChunkRequest) -> Self {
        let mut requests = Self::default();
        requests.add(DEFAULT_REQUEST.into(), request);
        requests
    }

    /// Adds the request for a payload.
    ///
    /// # Errors
    ///
    /// As [`ChunkRequest::new`]; the text names the request.
    pub fn push(&mut self, name: String, payload: Result<Vec<u16>>) -> Result<()> {
        let request = payload
            .and_then(|payload| ChunkRequest::new(&payload))
            .map_err(|error| rename_argument(&error, &format!("requests[{name:?}]")))?;
        self.add(name, request);
        Ok(())
    }

    pub(crate) fn add(&mut self, name: String, request: ChunkRequest) {
        self.names.push(name);
        self.requests.push(Arc::new(request));
    }

    /// The requests.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<ChunkRequest>> {
        self.requests.iter()
    }

    /// The hash of each request.
    pub(crate) fn hashes(&self) -> BTreeMap<String, String> {
        self.names.iter().cloned().zip(self.requests.iter().map(|request| request.hash.clone())).collect()
    }
}

/// Replaces the name of the argument in the error for a payload.
pub(crate) fn rename_argument(error: &Error, name: &str) -> Error {
    Error::invalid(error.to_string().replacen(ARGUMENT, name, 1))
}
