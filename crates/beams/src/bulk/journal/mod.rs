//! A write-ahead log for campaigns, so that they survive their process: each chunk is recorded before it is sent, and its outcome
//! afterwards.
//!
//! A chunk is sent only when its record is on the disk, so the journal has every user who may have been published to. An outcome
//! is written immediately and synced with the next chunk: no outcome is missing after a crash of the process; after a power
//! failure, those since the last sync are. A chunk without an outcome may have been processed.

pub(crate) mod file;
pub mod load;
pub mod record;
#[cfg(test)]
mod tests;
pub(crate) mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat};
use tokio::sync::{mpsc, oneshot};

use crate::bulk::chunker::Chunk;
use crate::bulk::journal::file::io_error;
use crate::bulk::journal::load::Recorded;
use crate::bulk::journal::record::{Header, RecordedFailure};
use crate::bulk::journal::writer::{Command, Commands, WriteFailure, WriteResult, Writer};
use crate::bulk::report::Report;
use crate::bulk::requests::NamedRequests;
use crate::error::recorded::RecordedError;
use crate::error::{Error, Result};
use crate::outcome::Outcome;

/// An open journal. Dropping it ends its thread.
pub(crate) struct Journal {
    path: PathBuf,
    commands: Commands,
    /// The number of the next chunk. Held while a chunk is handed to the writer, because chunks are numbered in the order in which
    /// they are written.
    next_chunk: Mutex<u64>,
    failure: Arc<WriteFailure>,
}

/// The record of a chunk.
pub(crate) struct JournalEntry {
    journal: Arc<Journal>,
    chunk: Arc<Chunk>,
    /// Set once it is recorded.
    number: Option<u64>,
}

impl Journal {
    /// Opens a journal, or begins one, on a thread of its own. Returns it with what it has recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where the file cannot be used for these requests.
    pub(crate) async fn open(path: PathBuf, instance_id: String, requests: &NamedRequests) -> Result<(Self, Recorded)> {
        let header = Header::new(instance_id, requests.hashes(), now());
        let (commands, received) = mpsc::unbounded_channel();
        let (opened, is_opened) = oneshot::channel();
        let failure = Arc::new(WriteFailure::default());
        let (file_path, write_failure) = (path.clone(), failure.clone());
        start_thread(&path, move || match file::open(&file_path, &header) {
            Ok((file, recorded)) => {
                let writer = Writer::new(file, recorded.intact_len, write_failure);
                // The call may be gone.
                if opened.send(Ok(recorded)).is_ok() {
                    writer.run(received);
                }
            }
            Err(error) => {
                let _ = opened.send(Err(error));
            }
        })?;
        let recorded = is_opened.await.map_err(|_| thread_ended())??;
        let next_chunk = Mutex::new(recorded.next_chunk);
        Ok((Self { path, commands, next_chunk, failure }, recorded))
    }

    /// Resolves to the error if the journal can no longer be written.
    pub(crate) async fn failed(&self) -> Error {
        self.failure.wait().await.map_or_else(thread_ended, |error| self.error(error))
    }

    /// Returns when everything is on the disk and another call may open the journal.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where something could not be written.
    pub(crate) async fn close(&self) -> Result<()> {
        let (closed, is_closed) = oneshot::channel();
        // Fails only where the thread has panicked.
        let _ = self.commands.send(Command::Close { closed });
        self.read_reply(is_closed.await)
    }

    /// Hands a chunk to the writer, and returns its number.
    fn send_chunk(&self, chunk: Arc<Chunk>, synced: oneshot::Sender<WriteResult>) -> u64 {
        let mut next_chunk = self.next_chunk.lock().unwrap_or_else(PoisonError::into_inner);
        let number = *next_chunk;
        *next_chunk += 1;
        // Fails only where the thread has ended, and then there is no reply either.
        let _ = self.commands.send(Command::Sending { number, chunk, synced });
        number
    }

    fn read_reply(&self, reply: std::result::Result<WriteResult, oneshot::error::RecvError>) -> Result<()> {
        reply.map_err(|_| thread_ended())?.map_err(|error| self.error(error))
    }

    fn error(&self, error: Arc<std::io::Error>) -> Error {
        io_error(&self.path, "cannot be written", error)
    }
}

impl JournalEntry {
    /// A chunk that is not recorded yet.
    pub(crate) fn new(journal: Arc<Journal>, chunk: Arc<Chunk>) -> Self {
        Self { journal, chunk, number: None }
    }

    /// Returns when the chunk is on the disk, so that it may be sent.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where it could not be written.
    pub(crate) async fn record(&mut self) -> Result<()> {
        let (synced, is_synced) = oneshot::channel();
        self.number = Some(self.journal.send_chunk(self.chunk.clone(), synced));
        self.journal.read_reply(is_synced.await)
    }

    /// Records the outcome of the chunk, if the chunk was recorded.
    pub(crate) fn record_outcome(self, outcome: &Outcome<String>) {
        let Some(number) = self.number else { return };
        let outcome = match &outcome.result {
            Ok(publish_id) => Ok(publish_id.clone()),
            Err(error) => Err(RecordedFailure { error: RecordedError::from(error), attempts: outcome.attempts }),
        };
        // If the journal has failed, the chunk counts as in flight when it is read, which is safe.
        let _ = self.journal.commands.send(Command::Ended { number, outcome });
    }
}

/// The current time, for people who read the file.
fn now() -> String {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let time = DateTime::from_timestamp(since_epoch.as_secs() as i64, 0).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The report of a journal, which may be in use. Reads it on a thread of its own.
///
/// # Errors
///
/// [`Error::Journal`] where it cannot be read.
pub async fn read_report(path: PathBuf) -> Result<Report> {
    let (read, is_read) = oneshot::channel();
    let file_path = path.clone();
    start_thread(&path, move || {
        // The call may be gone.
        let _ = read.send(file::read_report(&file_path));
    })?;
    is_read.await.map_err(|_| thread_ended())?
}

fn start_thread(path: &Path, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let started = thread::Builder::new().name("beams-journal".into()).spawn(run);
    started.map(|_| ()).map_err(|error| io_error(path, "needs a thread, which could not be started", error))
}

/// The thread ends early only by panicking.
fn thread_ended() -> Error {
    Error::Internal("the thread of the journal ended".into())
}
