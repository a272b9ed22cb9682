//! The one task that drives a bulk publish: it owns the intake and the tally, and is fed through a bounded channel.

use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::mem;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::bulk::chunker::Chunk;
use crate::bulk::intake::{Intake, UserBatch};
use crate::bulk::journal::{Journal, JournalEntry};
use crate::bulk::report::{Progress, Report, StopReason};
use crate::bulk::requests::NamedRequests;
use crate::bulk::tally::Tally;
use crate::call::ChunkControl;
use crate::client::Client;
use crate::deadline::Deadline;
use crate::error::{Delivery, Error, Result, TimeoutKind};
use crate::limits::RequestOptions;
use crate::outcome::Outcome;
use crate::payload_checks::FindingsByPayload;
use crate::targets::kind::USERS;

/// How many requests may be in flight at once, at most.
pub const MAX_CONCURRENCY: u32 = 1000;

/// Options of a bulk publish.
#[derive(Debug, Clone)]
pub struct BulkOptions {
    /// How many requests may be in flight at once, up to [`MAX_CONCURRENCY`]. 16 by default.
    pub concurrency: NonZeroU32,
    /// Whether a user who comes more than once is published to once, as by default.
    pub dedupe: bool,
    /// Whether to stop as soon as one request has failed.
    pub stop_on_error: bool,
    /// The file that records the outcome of each chunk, so that a call can resume after its process has died.
    pub journal: Option<PathBuf>,
}

impl Default for BulkOptions {
    fn default() -> Self {
        let concurrency = const { NonZeroU32::new(16).unwrap() };
        Self { concurrency, dedupe: true, stop_on_error: false, journal: None }
    }
}

impl BulkOptions {
    /// Checks the options against their limits and each other.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for the first that cannot be used.
    pub(crate) fn check(&self) -> Result<()> {
        if self.concurrency.get() > MAX_CONCURRENCY {
            return Err(Error::invalid(format!("concurrency must not be more than {MAX_CONCURRENCY}")));
        }
        if self.journal.is_some() && !self.dedupe {
            return Err(Error::invalid("a journal publishes to each user once, so dedupe cannot be false"));
        }
        Ok(())
    }
}

/// The commands of a driver.
pub(crate) enum Command {
    /// Opens the journal.
    Open(oneshot::Sender<Result<()>>),
    Push(UserBatch, oneshot::Sender<FindingsByPayload>),
    Finish {
        batch: UserBatch,
        is_complete: bool,
        finished: oneshot::Sender<(Report, FindingsByPayload)>,
    },
}

/// What drives a bulk publish to its end.
pub(crate) struct Driver {
    client: Arc<Client>,
    requests: NamedRequests,
    request_options: RequestOptions,
    /// The deadline of the whole call.
    deadline: Option<Deadline>,
    options: BulkOptions,
    stop: CancellationToken,
    intake: Intake,
    journal: Option<Arc<Journal>>,
    /// Chunks that wait for a request to end.
    waiting: VecDeque<Chunk>,
    /// Notified when no chunk is waiting, with the findings for the payloads of single users.
    started: Option<(oneshot::Sender<FindingsByPayload>, FindingsByPayload)>,
    in_flight: JoinSet<Outcome<String>>,
    /// The chunk of each request in flight, so that not even a panic in it loses its users.
    chunks: HashMap<Id, Arc<Chunk>>,
    tally: Tally,
    progress: UnboundedSender<Progress>,
    /// The client is not closed before the report is made.
    _token: TaskTrackerToken,
}

impl Driver {
    /// A driver that reports its progress, and makes no more requests once it is stopped.
    pub(crate) fn new(
        client: Arc<Client>,
        token: TaskTrackerToken,
        requests: NamedRequests,
        request_options: RequestOptions,
        options: BulkOptions,
        stop: CancellationToken,
        progress: UnboundedSender<Progress>,
    ) -> Self {
        Self {
            client,
            intake: Intake::new(&requests, options.dedupe),
            requests,
            deadline: request_options.deadline.map(Deadline::after),
            request_options,
            options,
            stop,
            journal: None,
            waiting: VecDeque::new(),
            started: None,
            in_flight: JoinSet::new(),
            chunks: HashMap::new(),
            tally: Tally::default(),
            progress,
            _token: token,
        }
    }

    /// Publishes until it receives [`Command::Finish`].
    pub(crate) async fn run(mut self, mut commands: Receiver<Command>) {
        loop {
            self.start_requests();
            tokio::select! {
                biased;
                Some(ended) = self.in_flight.join_next_with_id() => self.count(ended),
                (reason, error) = stop_reason(self.deadline, self.journal.as_deref()), if !self.stop.is_cancelled() => {
                    // The caller may be waiting for its iterator, and must not wait for ever.
                    self.tally.stop(reason, error);
                    self.stop.cancel();
                }
                () = self.stop.cancelled(), if !self.waiting.is_empty() => {}
                command = commands.recv(), if self.waiting.is_empty() => match command {
                    Some(Command::Open(opened)) => {
                        let result = self.open_journal().await;
                        let has_failed = result.is_err();
                        // The call may have been dropped.
                        let _ = opened.send(result);
                        if has_failed {
                            return;
                        }
                    }
                    Some(Command::Push(batch, started)) => {
                        self.started = Some((started, self.add(batch)));
                    }
                    Some(Command::Finish { batch, is_complete, finished }) => {
                        let findings = self.add(batch);
                        let report = self.finish(is_complete).await;
                        // Nobody may be waiting any more, at the end of the runtime.
                        let _ = finished.send((report, findings));
                        return;
                    }
                    // The handle was dropped, so nobody can receive a report.
                    None => return,
                },
            }
        }
    }

    async fn open_journal(&mut self) -> Result<()> {
        let Some(path) = self.options.journal.take() else { return Ok(()) };
        let config = self.client.config();
        let (journal, recorded) = Journal::open(path, config.instance_id.clone(), &self.requests).await?;
        self.intake = Intake::resume(&self.requests, recorded, config.retry_unknown);
        self.journal = Some(Arc::new(journal));
        Ok(())
    }

    /// Adds users. Returns the findings for the payloads of single users.
    fn add(&mut self, batch: UserBatch) -> FindingsByPayload {
        let mut findings = FindingsByPayload::new();
        let check = |payload: &[u16]| {
            let checked = self.client.check_payload(&USERS, payload);
            findings.extend(checked.findings);
            checked.result
        };
        self.waiting.extend(self.intake.add(batch, check));
        self.tally.count_input(&self.intake);
        findings
    }

    /// Starts as many requests as may be in flight; none before the journal is open, nor once the call is stopped.
    fn start_requests(&mut self) {
        let is_journal_missing = self.options.journal.is_some();
        if self.stop.is_cancelled() || is_journal_missing {
            for chunk in mem::take(&mut self.waiting) {
                self.tally.count_unsent(chunk);
            }
        }
        while self.in_flight.len() < self.options.concurrency.get() as usize {
            let Some(chunk) = self.waiting.pop_front().map(Arc::new) else { break };
            let request = self.in_flight.spawn(publish(
                self.client.clone(),
                chunk.clone(),
                self.request_options.clone(),
                self.deadline,
                self.stop.clone(),
                self.journal.clone(),
            ));
            self.chunks.insert(request.id(), chunk);
        }
        if self.waiting.is_empty()
            && let Some((started, findings)) = self.started.take()
        {
            // The caller may be gone.
            let _ = started.send(findings);
        }
    }

    fn count(&mut self, ended: std::result::Result<(Id, Outcome<String>), JoinError>) {
        let (id, outcome) = ended.unwrap_or_else(|error| {
            let result = Err(Error::Internal(format!("a request ended without an outcome: {error}")));
            (error.id(), Outcome::without_request(result))
        });
        let Some(chunk) = self.chunks.remove(&id).map(Arc::unwrap_or_clone) else { return };
        let stops = outcome.result.as_ref().is_err_and(|error| self.is_final(error));
        if let Some(progress) = self.tally.count_request(chunk.users, outcome, stops) {
            // The receiver lives as long as the caller.
            let _ = self.progress.send(progress);
        }
        if stops {
            self.stop.cancel();
        }
    }

    /// Whether to make no more requests after this error: every other request would fail alike.
    fn is_final(&self, error: &Error) -> bool {
        let is_past_deadline = matches!(error, Error::Timeout { kind: TimeoutKind::Deadline, .. });
        let is_of_journal = matches!(error, Error::Journal { .. });
        self.options.stop_on_error || is_past_deadline || is_of_journal || matches!(error.status(), Some(401..=404))
    }

    async fn finish(mut self, is_complete: bool) -> Report {
        self.waiting.extend(self.intake.flush());
        loop {
            self.start_requests();
            match self.in_flight.join_next_with_id().await {
                Some(ended) => self.count(ended),
                None if self.waiting.is_empty() => break,
                None => {}
            }
        }
        if let Some(journal) = self.journal.take()
            && let Err(error) = journal.close().await
        {
            self.tally.stop(StopReason::Journal, error);
        }
        let mut finished = mem::take(&mut self.tally).into_report(&mut self.intake);
        if finished.stop_reason.is_none() && (!is_complete || !finished.unsent.is_empty()) {
            finished.stop_reason = Some(StopReason::Closed);
        }
        // Wakes `cancelled`: no more users are wanted.
        self.stop.cancel();
        finished
    }
}

/// Publishes to one chunk. With a journal, the chunk is recorded before it is sent, and its outcome afterwards.
async fn publish(
    client: Arc<Client>,
    chunk: Arc<Chunk>,
    options: RequestOptions,
    deadline: Option<Deadline>,
    stop: CancellationToken,
    journal: Option<Arc<Journal>>,
) -> Outcome<String> {
    let body = chunk.request.prefix.assemble(&chunk.users);
    let mut entry = journal.map(|journal| JournalEntry::new(journal, chunk.clone()));
    let before_first_attempt = entry.as_mut().map(|entry| Box::pin(entry.record()) as _);
    let mut outcome =
        client.publish_chunk(body, &options, ChunkControl { deadline, stop: &stop, before_first_attempt }).await;
    if chunk.is_repeated {
        outcome.result = outcome.result.map_err(Error::after_earlier_process);
    }
    if let Some(entry) = entry {
        entry.record_outcome(&outcome);
    }
    outcome
}

/// Resolves when a call has to stop, whether or not a request is in flight.
async fn stop_reason(deadline: Option<Deadline>, journal: Option<&Journal>) -> (StopReason, Error) {
    let failed = async {
        match journal {
            Some(journal) => journal.failed().await,
            None => pending().await,
        }
    };
    tokio::select! {
        error = expired(deadline) => (StopReason::Deadline, error),
        error = failed => (StopReason::Journal, error),
    }
}

/// Resolves to the error of a call whose deadline has passed.
async fn expired(deadline: Option<Deadline>) -> Error {
    match deadline {
        Some(deadline) => {
            sleep_until(deadline.at).await;
            deadline.error(Delivery::NotSent)
        }
        None => pending().await,
    }
}
