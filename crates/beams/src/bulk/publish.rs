//! One call for any number of users: chunk after chunk is published, some side by side, until all are, or until there is
//! a reason to stop. Every id that comes in is accounted for.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Mutex as AsyncMutex, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::bulk::chunker::{Chunker, IdBatch, JsonIds};
use crate::client::{Admission, Client, Outcome};
use crate::config::RequestOptions;
use crate::error::{Delivery, Error, Result};
use crate::http::request::BodyPrefix;

/// How many requests may be under way at once, at most.
const MAX_CONCURRENCY: f64 = 1000.0;

/// BulkOptions of one call.
#[derive(Debug, Clone, Copy)]
pub struct BulkOptions {
    concurrency: u32,
    dedupe: bool,
    stop_on_error: bool,
}

/// A call under way.
pub struct BulkPublish {
    client: Arc<Client>,
    template: BodyPrefix,
    limits: RequestOptions,
    settings: BulkOptions,
    /// Cancelled for whatever reason there is to make no more requests, and in the end.
    stop: CancellationToken,
    /// One for each request that may be under way.
    slots: Arc<Semaphore>,
    /// The lock is held from taking in a block until all of its chunks are on their way.
    chunks: AsyncMutex<Chunker>,
    tally: Mutex<Tally>,
    progress: AsyncMutex<UnboundedReceiver<Progress>>,
}

/// What has become of the users so far.
struct Tally {
    report: Report,
    failed_users: usize,
    /// Those of them that no user can have.
    invalid: JsonIds,
    progress: Option<UnboundedSender<Progress>>,
    is_finished: bool,
    /// The client is not closed before the report is made.
    admission: Option<Admission>,
}

/// How far a call has come.
#[derive(Debug, Clone)]
pub struct Progress {
    /// How many users were published to.
    pub published: usize,
    /// How many could not be published to.
    pub failed: usize,
    /// How many came more than once.
    pub duplicates: usize,
    /// The publish that has just been made; `None` where one has just failed.
    pub publish_id: Option<String>,
}

/// The account of all users: each id that came in is counted once.
#[derive(Debug, Default)]
pub struct Report {
    /// The publishes that were accepted.
    pub publishes: Vec<Published>,
    /// How many users they were for.
    pub published: usize,
    /// How many ids were left out because they had come before.
    pub duplicates: usize,
    /// Those that could not be published to.
    pub failed: Vec<Failed>,
    /// Those that came in and were not sent.
    pub remaining: JsonIds,
    /// How many requests were made.
    pub attempts: u32,
    /// The last reply's status, if one came.
    pub status: Option<u16>,
    /// Why the call ended early, if it did.
    pub stopped: Option<StopReason>,
}

/// A publish that was accepted.
#[derive(Debug)]
pub struct Published {
    /// Its id.
    pub publish_id: String,
    /// How many users it was for.
    pub users: usize,
}

/// A publish that failed.
#[derive(Debug)]
pub struct Failed {
    /// The users it was for.
    pub users: JsonIds,
    /// Why it failed.
    pub error: Error,
    /// How many requests were made.
    pub attempts: u32,
}

/// Why a call ended early.
#[derive(Debug, Clone, Copy)]
pub enum StopReason {
    /// A publish failed, at this place in [`Report::failed`], and the others would have, or were not wanted any more.
    Failed(usize),
    /// The client was closed.
    Closed,
    /// The caller wanted it to.
    Aborted,
}

impl BulkOptions {
    /// Checks the settings. Numbers are JavaScript's; `None` means the default.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the concurrency is no number from 1 to 1 000.
    pub fn new(concurrency: Option<f64>, dedupe: Option<bool>, stop_on_error: Option<bool>) -> Result<Self> {
        let concurrency = concurrency.unwrap_or(16.0);
        if concurrency.fract() != 0.0 || !(1.0..=MAX_CONCURRENCY).contains(&concurrency) {
            return Err(Error::invalid(format!("concurrency must be an integer from 1 to {MAX_CONCURRENCY}")));
        }
        Ok(Self {
            concurrency: concurrency as u32,
            dedupe: dedupe.unwrap_or(true),
            stop_on_error: stop_on_error.unwrap_or(false),
        })
    }
}

impl BulkPublish {
    /// A call that has not read any users yet.
    pub fn new(
        client: Arc<Client>,
        admission: Admission,
        template: BodyPrefix,
        limits: RequestOptions,
        settings: BulkOptions,
    ) -> Arc<Self> {
        let (sender, receiver) = unbounded_channel();
        Arc::new(Self {
            stop: client.closing().child_token(),
            slots: Arc::new(Semaphore::new(settings.concurrency as usize)),
            chunks: AsyncMutex::new(Chunker::new(template.room(), settings.dedupe)),
            tally: Mutex::new(Tally {
                report: Report::default(),
                failed_users: 0,
                invalid: JsonIds::default(),
                progress: Some(sender),
                is_finished: false,
                admission: Some(admission),
            }),
            progress: AsyncMutex::new(receiver),
            client,
            template,
            limits,
            settings,
        })
    }

    /// Takes in users, and returns when there is room for more. Whether more are wanted.
    pub async fn feed(self: &Arc<Self>, block: &IdBatch) -> bool {
        let mut chunks = self.chunks.lock().await;
        let full = chunks.add(block);
        self.tally().count(&mut chunks);
        for users in full {
            self.send(users).await;
        }
        !self.stop.is_cancelled()
    }

    /// Takes in the last users, and returns when all requests have ended.
    pub async fn finish(self: &Arc<Self>, block: &IdBatch) {
        self.feed(block).await;
        let rest = self.chunks.lock().await.rest();
        if let Some(users) = rest {
            self.send(users).await;
        }
        self.idle().await;
        let mut tally = self.tally();
        tally.is_finished = tally.report.remaining.count == 0;
        tally.progress = None;
    }

    /// Takes in what is no user's id, in UTF-16.
    pub fn refuse(&self, id: &[u16]) {
        let mut tally = self.tally();
        tally.invalid.add_id(id);
        tally.failed_users += 1;
    }

    /// Returns when no more users are wanted.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// How far the call has come, each time a request has ended; `None` when none is left.
    pub async fn progress(&self) -> Option<Progress> {
        self.progress.lock().await.recv().await
    }

    /// Makes no more requests, waits for those under way, and gives the account. `leftover` are the users that were read and
    /// did not come in any more; `is_interrupted` says that the caller has a reason of its own to end early.
    pub async fn report(&self, leftover: &IdBatch, is_interrupted: bool) -> Report {
        self.stop.cancel();
        let mut chunks = self.chunks.lock().await;
        let not_sent: Vec<_> = chunks.add(leftover).into_iter().chain(chunks.rest()).collect();
        self.idle().await;
        let mut tally = self.tally();
        tally.count(&mut chunks);
        let mut report = mem::take(&mut tally.report);
        not_sent.iter().for_each(|users| report.remaining.append(users));
        report.stopped = match report.stopped {
            _ if is_interrupted => Some(StopReason::Aborted),
            None if !tally.is_finished => Some(StopReason::Closed),
            stopped => stopped,
        };
        let invalid = mem::take(&mut tally.invalid);
        if invalid.count > 0 {
            let error = Error::invalid("a user id must be a string of 1 to 164 UTF-16 code units");
            report.failed.push(Failed { users: invalid, error, attempts: 0 });
        }
        tally.progress = None;
        tally.admission = None;
        report
    }

    /// Publishes to a chunk as soon as there is a slot.
    async fn send(self: &Arc<Self>, users: JsonIds) {
        let slot = self.stop.run_until_cancelled(self.slots.clone().acquire_owned()).await;
        let Some(Ok(slot)) = slot else { return self.tally().report.remaining.append(&users) };
        tokio::spawn(self.clone().publish(users, slot));
    }

    async fn publish(self: Arc<Self>, users: JsonIds, _slot: OwnedSemaphorePermit) {
        let users = Arc::new(users);
        // In a task of its own, so that a defect in it loses nobody.
        let request = tokio::spawn({
            let (call, users) = (self.clone(), users.clone());
            async move { call.client.publish_chunk(&call.template, &users, &call.limits, &call.stop).await }
        });
        let ended = request.await.unwrap_or_else(|error| {
            let result = Err(Error::Internal(format!("a request ended without an answer: {error}")));
            Outcome { result, attempts: 0, status: None }
        });
        let must_stop = ended.result.as_ref().is_err_and(|error| self.is_final(error));
        self.tally().add(&users, ended, must_stop);
        if must_stop {
            self.stop.cancel();
        }
    }

    /// Whether to make no more requests after this error: those that every other request would meet too.
    fn is_final(&self, error: &Error) -> bool {
        self.settings.stop_on_error || matches!(error.status(), Some(401..=404))
    }

    /// Waits until no request is under way.
    async fn idle(&self) {
        // The semaphore itself is never closed, so this waits for all and cannot fail.
        let _all = self.slots.acquire_many(self.settings.concurrency).await;
    }

    /// The lock cannot be poisoned by what is done under it; should it be all the same, the tally is still right.
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    fn count(&mut self, chunks: &mut Chunker) {
        let invalid = chunks.take_invalid();
        self.failed_users += invalid.count;
        self.invalid.append(&invalid);
        self.report.duplicates = chunks.duplicates();
    }

    fn add(&mut self, users: &JsonIds, ended: Outcome<String>, must_stop: bool) {
        let report = &mut self.report;
        report.attempts += ended.attempts;
        report.status = ended.status.or(report.status);
        let publish_id = match ended.result {
            Ok(publish_id) => {
                report.publishes.push(Published { publish_id: publish_id.clone(), users: users.count });
                report.published += users.count;
                Some(publish_id)
            }
            Err(Error::Interrupted) => return report.remaining.append(users),
            Err(error) => {
                if must_stop && report.stopped.is_none() {
                    report.stopped = Some(StopReason::Failed(report.failed.len()));
                }
                report.failed.push(Failed { users: users.clone(), error, attempts: ended.attempts });
                self.failed_users += users.count;
                None
            }
        };
        let progress = Progress {
            published: self.report.published,
            failed: self.failed_users,
            duplicates: self.report.duplicates,
            publish_id,
        };
        if let Some(sender) = &self.progress {
            // Who has stopped listening need not be told.
            let _ = sender.send(progress);
        }
    }
}

impl Report {
    /// How many user ids there are in it, each as often as it came in.
    pub fn users(&self) -> usize {
        let failed: usize = self.failed.iter().map(|failed| failed.users.count).sum();
        self.published + self.duplicates + failed + self.remaining.count
    }

    /// What became of the requests as a whole.
    pub fn delivery(&self) -> Delivery {
        let mut failed = self.failed.iter().filter(|failed| failed.attempts > 0).map(|failed| failed.error.delivery());
        if !self.publishes.is_empty() || failed.clone().any(|delivery| delivery == Delivery::Unknown) {
            return Delivery::Unknown;
        }
        if failed.any(|delivery| delivery == Delivery::Refused) { Delivery::Refused } else { Delivery::NotSent }
    }
}
