//! The thread that writes a journal, so that no other thread waits for the disk.

use std::io;
use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::bulk::chunker::Chunk;
use crate::bulk::journal::file::JournalFile;
use crate::bulk::journal::record::{RecordedFailure, failed_line, published_line, sending_line};

/// The result of a write. The first failure is final: after it, the content of the disk is unknown.
pub(crate) type WriteResult = Result<(), Arc<io::Error>>;

/// The maximum number of bytes in one write.
const MAX_WRITE_LEN: usize = 4 << 20;

/// The commands of the writer.
pub(crate) enum Command {
    /// A chunk that will be sent as soon as it is on the disk.
    Sending { number: u64, chunk: Arc<Chunk>, synced: oneshot::Sender<WriteResult> },
    /// Its outcome, which reaches the disk with the next chunk.
    Ended { number: u64, outcome: Result<String, RecordedFailure> },
    /// The last command.
    Close { closed: oneshot::Sender<WriteResult> },
}

/// Sends commands to the writer.
pub(crate) type Commands = UnboundedSender<Command>;

/// The first failed write, if there is one.
#[derive(Default)]
pub(crate) struct WriteFailure {
    error: OnceLock<Arc<io::Error>>,
    is_set: CancellationToken,
}

impl WriteFailure {
    /// Resolves when there is one.
    pub(crate) async fn wait(&self) -> Option<Arc<io::Error>> {
        self.is_set.cancelled().await;
        self.error.get().cloned()
    }

    fn set(&self, error: Arc<io::Error>) {
        let _ = self.error.set(error);
        self.is_set.cancel();
    }
}

/// The writer, which runs on a thread of its own.
pub(crate) struct Writer<File> {
    file: File,
    len: u64,
    /// How many bytes are on the disk.
    synced: u64,
    failure: Arc<WriteFailure>,
}

impl<File: JournalFile> Writer<File> {
    /// A writer for a file of this length that is synced completely.
    pub(crate) fn new(file: File, len: u64, failure: Arc<WriteFailure>) -> Self {
        Self { file, len, synced: len, failure }
    }

    /// Writes until [`Command::Close`], or until all senders are dropped.
    pub(crate) fn run(mut self, mut commands: UnboundedReceiver<Command>) {
        while let Some(command) = commands.blocking_recv() {
            let mut next = Some(command);
            let mut lines = Vec::new();
            let mut waiting = Vec::new();
            let mut last = None;
            // Commands that arrived while the disk was busy are written together, with one sync.
            while let Some(command) = next.take() {
                match command {
                    Command::Sending { number, chunk, synced } => {
                        lines.extend(sending_line(number, &chunk, self.synced));
                        waiting.push(synced);
                    }
                    Command::Ended { number, outcome: Ok(publish_id) } => {
                        lines.extend(published_line(number, &publish_id));
                    }
                    Command::Ended { number, outcome: Err(failure) } => lines.extend(failed_line(number, &failure)),
                    Command::Close { closed } => last = Some(closed),
                }
                if last.is_none() && lines.len() < MAX_WRITE_LEN {
                    next = commands.try_recv().ok();
                }
            }
            let result = self.write(&lines, !waiting.is_empty() || last.is_some());
            for synced in waiting {
                // The call may have been stopped meanwhile.
                let _ = synced.send(result.clone());
            }
            if let Some(closed) = last {
                // The file is closed first, so that another call can open it as soon as this one has ended.
                drop(self.file);
                let _ = closed.send(result);
                return;
            }
        }
    }

    fn write(&mut self, lines: &[u8], is_synced: bool) -> WriteResult {
        if let Some(error) = self.failure.error.get() {
            return Err(error.clone());
        }
        self.try_write(lines, is_synced).map_err(|error| {
            // These chunks are not sent. If they stayed in the journal, they would count as in flight.
            let _ = self.file.truncate(self.len);
            let error = Arc::new(error);
            self.failure.set(error.clone());
            error
        })
    }

    fn try_write(&mut self, lines: &[u8], is_synced: bool) -> io::Result<()> {
        self.file.append(lines)?;
        let len = self.len + lines.len() as u64;
        if is_synced {
            self.file.sync()?;
            self.synced = len;
        }
        self.len = len;
        Ok(())
    }
}
