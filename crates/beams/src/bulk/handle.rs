//! The handle of a bulk publish: it takes users, and returns the report.

use std::sync::Arc;

use tokio::sync::mpsc::{self, Sender, UnboundedReceiver};
use tokio::sync::{Mutex, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::bulk::driver::{BulkOptions, Command, Driver};
use crate::bulk::intake::UserBatch;
use crate::bulk::report::{Progress, Report};
use crate::bulk::requests::NamedRequests;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::limits::RequestOptions;
use crate::payload_checks::FindingsByPayload;

/// How many batches of ids may wait for the driver: one is filled while another is cut into chunks.
const MAX_WAITING_BATCHES: usize = 1;

/// A bulk publish in flight: the handle that feeds its driver.
pub struct BulkPublish {
    commands: Sender<Command>,
    /// Cancelled when no more requests are to be made, for whatever reason.
    stop: CancellationToken,
    /// Cancelled when the closed client ends its remaining calls.
    cutoff: CancellationToken,
    progress: Mutex<UnboundedReceiver<Progress>>,
}

impl BulkPublish {
    /// Starts the driver, which needs a tokio runtime when it is first polled. Returns the handle and the driver's task.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for options that cannot be used.
    pub fn new(
        client: Arc<Client>,
        token: TaskTrackerToken,
        requests: NamedRequests,
        request_options: RequestOptions,
        options: BulkOptions,
    ) -> Result<(Self, impl Future<Output = ()> + Send + 'static)> {
        options.check()?;
        let (commands, received) = mpsc::channel(MAX_WAITING_BATCHES);
        let (progress, progressed) = mpsc::unbounded_channel();
        let (stop, cutoff) = (client.closing().child_token(), client.cutoff().clone());
        let driver = Driver::new(client, token, requests, request_options, options, stop.clone(), progress);
        Ok((Self { commands, stop, cutoff, progress: Mutex::new(progressed) }, driver.run(received)))
    }

    /// Opens the journal. Called before the first users are pushed. If it fails, the call has ended.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where the file cannot be used for this call.
    pub async fn open_journal(&self) -> Result<()> {
        let (opened, is_opened) = oneshot::channel();
        // Both fail only where the driver is gone.
        let _ = self.commands.send(Command::Open(opened)).await;
        is_opened.await.unwrap_or_else(|_| Err(driver_ended()))
    }

    /// Adds users, and resolves when the chunks that they fill have started: to `false` if the call has stopped, and to the
    /// findings for the payloads of single users. The report accounts for the batch in either case.
    pub async fn push(&self, batch: UserBatch) -> (bool, FindingsByPayload) {
        let (started, is_started) = oneshot::channel();
        // Both fail only where the driver is gone, as `finish` will report.
        let _ = self.commands.send(Command::Push(batch, started)).await;
        match is_started.await {
            Ok(findings) => (!self.stop.is_cancelled(), findings),
            Err(_) => (false, FindingsByPayload::new()),
        }
    }

    /// Makes no more requests. Those in flight are completed.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Resolves when no more users are wanted.
    pub async fn cancelled(&self) {
        self.stop.cancelled().await;
    }

    /// Resolves when the client was closed and ends its remaining calls, or when this call has ended.
    pub async fn cut_off(&self) {
        tokio::select! {
            () = self.cutoff.cancelled() => {}
            () = self.commands.closed() => {}
        }
    }

    /// How far the call has come, each time a request has ended; `None` when none is left.
    pub async fn progress(&self) -> Option<Progress> {
        self.progress.lock().await.recv().await
    }

    /// Adds the last users, and returns the report when all requests have ended, and the findings for the payloads of single
    /// users. `is_complete` is set if all users were read. Must be called once.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] where the driver has panicked, and with it the account of the users is lost.
    pub async fn finish(&self, batch: UserBatch, is_complete: bool) -> Result<(Report, FindingsByPayload)> {
        let (finished, is_finished) = oneshot::channel();
        // Both fail only where the driver is gone.
        let _ = self.commands.send(Command::Finish { batch, is_complete, finished }).await;
        is_finished.await.map_err(|_| driver_ended())
    }
}

/// The driver ends early only by panicking, or with the runtime.
fn driver_ended() -> Error {
    Error::Internal("the driver of the call ended".into())
}
