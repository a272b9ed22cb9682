//! A bulk publish and the one task that drives it: it owns the chunker and the tally, and is fed through a bounded channel.

use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::mem;
use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, oneshot};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::bulk::chunker::Chunker;
use crate::bulk::report::{Progress, Report, StopReason, Tally};
use crate::client::{Client, Outcome};
use crate::config::RequestOptions;
use crate::deadline::Deadline;
use crate::error::{Delivery, Error, Result, TimeoutKind};
use crate::publish::BodyPrefix;
use crate::targets::list::{IdBatch, JsonIds};

/// How many requests may be in flight at once, at most.
pub const MAX_CONCURRENCY: u32 = 1000;

/// How many batches of ids may wait for the driver: one is filled while another is cut into chunks.
const MAX_WAITING_BATCHES: usize = 1;

/// Options of a bulk publish.
#[derive(Debug, Clone, Copy)]
pub struct BulkOptions {
    /// How many requests may be in flight at once, up to [`MAX_CONCURRENCY`].
    pub concurrency: NonZeroU32,
    /// Whether a user who comes more than once is published to once.
    pub dedupe: bool,
    /// Whether to stop as soon as one request has failed.
    pub stop_on_error: bool,
}

/// A bulk publish in flight: the handle that feeds its driver.
pub struct BulkPublish {
    commands: Sender<Command>,
    /// Cancelled when no more requests are to be made, for whatever reason.
    stop: CancellationToken,
    progress: Mutex<UnboundedReceiver<Progress>>,
}

/// Users on their way to the driver.
#[derive(Debug, Default)]
pub struct UserBatch {
    /// Their ids.
    pub ids: IdBatch,
    /// What came in place of an id: how its language prints it.
    pub rejected: Vec<String>,
}

enum Command {
    Push(UserBatch, oneshot::Sender<()>),
    Finish { batch: UserBatch, is_complete: bool, report: oneshot::Sender<Report> },
}

/// What drives a bulk publish to its end.
struct Driver {
    client: Arc<Client>,
    prefix: Arc<BodyPrefix>,
    request_options: RequestOptions,
    /// Of the call as a whole.
    deadline: Option<Deadline>,
    options: BulkOptions,
    stop: CancellationToken,
    chunker: Chunker,
    /// Chunks that wait for a request to end.
    waiting: VecDeque<JsonIds>,
    /// Notified when no chunk is waiting.
    started: Option<oneshot::Sender<()>>,
    requests: JoinSet<Outcome<String>>,
    /// The users of each request in flight, so that not even a panic in it loses them.
    in_flight: HashMap<Id, JsonIds>,
    tally: Tally,
    progress: UnboundedSender<Progress>,
    /// The client is not closed before the report is made.
    _token: TaskTrackerToken,
}

impl BulkPublish {
    /// Starts the driver, which needs a tokio runtime when it is first polled. Returns the handle and the driver's task.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the payload leaves no room for a user.
    pub fn new(
        client: Arc<Client>,
        token: TaskTrackerToken,
        prefix: BodyPrefix,
        request_options: RequestOptions,
        options: BulkOptions,
    ) -> Result<(Self, impl Future<Output = ()> + Send + 'static)> {
        let (commands, received) = mpsc::channel(MAX_WAITING_BATCHES);
        let (progress, progressed) = mpsc::unbounded_channel();
        let stop = client.closing().child_token();
        let driver = Driver {
            chunker: Chunker::new(prefix.max_target_bytes()?, options.dedupe),
            client,
            prefix: Arc::new(prefix),
            deadline: request_options.deadline.map(Deadline::after),
            request_options,
            options,
            stop: stop.clone(),
            waiting: VecDeque::new(),
            started: None,
            requests: JoinSet::new(),
            in_flight: HashMap::new(),
            tally: Tally::default(),
            progress,
            _token: token,
        };
        Ok((Self { commands, stop, progress: Mutex::new(progressed) }, driver.run(received)))
    }

    /// Adds users, and returns when the chunks that they fill are started: whether more are wanted. The batch is accounted for either way.
    pub async fn push(&self, batch: UserBatch) -> bool {
        let (started, is_started) = oneshot::channel();
        // Both fail only where the driver is gone, so at the end of the runtime.
        let _ = self.commands.send(Command::Push(batch, started)).await;
        is_started.await.is_ok() && !self.stop.is_cancelled()
    }

    /// Makes no more requests. Those in flight are completed.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Resolves when no more users are wanted.
    pub async fn cancelled(&self) {
        self.stop.cancelled().await;
    }

    /// How far the call has come, each time a request has ended; `None` when none is left.
    pub async fn progress(&self) -> Option<Progress> {
        self.progress.lock().await.recv().await
    }

    /// Adds the last users, and returns the account when all requests have ended. `is_complete` tells that all users were
    /// read. To be called once.
    pub async fn finish(&self, batch: UserBatch, is_complete: bool) -> Report {
        let (report, finished) = oneshot::channel();
        // Both fail only where the driver is gone, so at the end of the runtime.
        let _ = self.commands.send(Command::Finish { batch, is_complete, report }).await;
        finished.await.unwrap_or_default()
    }
}

impl Driver {
    async fn run(mut self, mut commands: Receiver<Command>) {
        loop {
            self.start_requests();
            tokio::select! {
                biased;
                Some(ended) = self.requests.join_next_with_id() => self.count(ended),
                error = expired(self.deadline), if !self.stop.is_cancelled() => self.stop_at_deadline(error),
                () = self.stop.cancelled(), if !self.waiting.is_empty() => {}
                command = commands.recv(), if self.waiting.is_empty() => match command {
                    Some(Command::Push(batch, started)) => {
                        self.add(&batch);
                        self.started = Some(started);
                    }
                    Some(Command::Finish { batch, is_complete, report }) => {
                        self.add(&batch);
                        return self.finish(is_complete, report).await;
                    }
                    // The handle was dropped, so nobody can receive a report.
                    None => return,
                },
            }
        }
    }

    /// The caller may be waiting for a user who never comes.
    fn stop_at_deadline(&mut self, error: Error) {
        if self.tally.report.stop_reason.is_none() {
            self.tally.report.stop_reason = Some(StopReason::Deadline);
            self.tally.report.deadline_error = Some(error);
        }
        self.stop.cancel();
    }

    fn add(&mut self, batch: &UserBatch) {
        self.waiting.extend(self.chunker.add(&batch.ids));
        batch.rejected.iter().for_each(|value| self.chunker.reject(value));
        self.tally.count_input(self.chunker.take_invalid(), self.chunker.duplicates());
    }

    /// Starts as many requests as may be in flight; once the call is stopped, none.
    fn start_requests(&mut self) {
        if self.stop.is_cancelled() {
            self.tally.report.unsent.extend(self.waiting.drain(..));
        }
        while self.requests.len() < self.options.concurrency.get() as usize {
            let Some(users) = self.waiting.pop_front() else { break };
            let (client, body, options) = (self.client.clone(), self.prefix.assemble(&users), self.request_options);
            let (deadline, stop) = (self.deadline, self.stop.clone());
            let request =
                self.requests.spawn(async move { client.publish_chunk(body, &options, deadline, &stop).await });
            self.in_flight.insert(request.id(), users);
        }
        if self.waiting.is_empty()
            && let Some(started) = self.started.take()
        {
            // The caller may be gone.
            let _ = started.send(());
        }
    }

    fn count(&mut self, ended: std::result::Result<(Id, Outcome<String>), JoinError>) {
        let (id, outcome) = ended.unwrap_or_else(|error| {
            let result = Err(Error::Internal(format!("a request ended without an outcome: {error}")));
            (error.id(), Outcome::without_request(result))
        });
        let users = self.in_flight.remove(&id).unwrap_or_default();
        let stops = outcome.result.as_ref().is_err_and(|error| self.is_final(error));
        if let Some(progress) = self.tally.count_request(users, outcome, stops) {
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
        self.options.stop_on_error || is_past_deadline || matches!(error.status(), Some(401..=404))
    }

    async fn finish(mut self, is_complete: bool, report: oneshot::Sender<Report>) {
        self.waiting.extend(self.chunker.flush());
        loop {
            self.start_requests();
            match self.requests.join_next_with_id().await {
                Some(ended) => self.count(ended),
                None if self.waiting.is_empty() => break,
                None => {}
            }
        }
        let mut finished = mem::take(&mut self.tally).into_report();
        if finished.stop_reason.is_none() && (!is_complete || !finished.unsent.is_empty()) {
            finished.stop_reason = Some(StopReason::Closed);
        }
        // Wakes `cancelled`: no more users are wanted.
        self.stop.cancel();
        // Nobody may be waiting any more, at the end of the runtime.
        let _ = report.send(finished);
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
