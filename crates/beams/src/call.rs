//! The loop of a call: it waits for a permit, makes an attempt, and makes another where that is safe.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::attempt_log::AttemptLog;
use crate::deadline::{CallLimits, Deadline, Expired};
use crate::error::{Error, Result};
use crate::outcome::Outcome;
use crate::permits::Permits;
use crate::retry::{Backoff, Idempotency, RetryPolicy};

/// A call that is about to make its first attempt.
pub(crate) struct Call<'a> {
    /// What it is for, in log lines.
    pub(crate) operation: &'static str,
    pub(crate) idempotency: Idempotency,
    pub(crate) policy: RetryPolicy,
    pub(crate) permits: &'a Permits,
    pub(crate) limits: CallLimits<'a>,
    /// Present where the call is a part of another.
    pub(crate) control: Option<ChunkControl<'a>>,
    /// Where its attempts are recorded, if they are.
    pub(crate) attempt_log: Option<&'a AttemptLog>,
}

/// Limits and hooks that a bulk publish passes to the requests of its chunks.
pub(crate) struct ChunkControl<'a> {
    /// The deadline of the bulk publish.
    pub(crate) deadline: Option<Deadline>,
    /// Once it is cancelled, no attempt starts.
    pub(crate) stop: &'a CancellationToken,
    /// Runs once, when the first attempt may start. If it fails, no attempt is made.
    pub(crate) before_first_attempt: Option<Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>>,
}

impl Call<'_> {
    /// Makes attempts until one succeeds or no other may follow. An attempt returns its status, if a response came, and its
    /// result.
    pub(crate) async fn run<T, Attempt: Future<Output = (Option<u16>, Result<T>)>>(
        self,
        mut backoff: Backoff<impl FnMut() -> f64>,
        attempt: impl Fn() -> Attempt,
    ) -> Outcome<T> {
        let Self { operation, idempotency, policy, permits, limits, control, attempt_log } = self;
        let stop = control.as_ref().map(|control| control.stop);
        let mut before_first_attempt = control.and_then(|control| control.before_first_attempt);
        let mut outcome = Outcome::without_request(Err(Error::Interrupted));
        loop {
            let permit = match run_until_cancelled(stop, permits.acquire(limits)).await {
                Some(Ok(permit)) => permit,
                Some(Err(expired)) => return outcome.expired(expired),
                None => return outcome,
            };
            if let Some(preparation) = before_first_attempt.take() {
                match run_until_cancelled(stop, limits.run(preparation)).await {
                    Some(Ok(Ok(()))) => (),
                    Some(Ok(Err(error))) => return Outcome::without_request(Err(error)),
                    Some(Err(expired)) => return outcome.expired(expired),
                    None => return outcome,
                }
            }
            let started = Instant::now();
            let record = attempt_log.map(|log| (log, log.start(outcome.attempts + 1, started)));
            let (status, result) = attempt().await;
            drop(permit);
            let may_be_processed = outcome.may_be_processed();
            outcome.attempts += 1;
            outcome.status = status;
            outcome.result = match result {
                Err(error) if may_be_processed => Err(error.after_unknown()),
                result => result,
            };
            let duration = started.elapsed();
            log(operation, &outcome, duration);
            if let Some((log, index)) = record {
                log.end(index, duration, status, outcome.result.as_ref().err().map(Error::code));
            }
            let Err(error) = &outcome.result else { return outcome };
            let wait = backoff.after(error);
            if error.status() == Some(429) {
                permits.pause_for(wait);
            }
            if !policy.allows(error, idempotency, outcome.attempts - 1) {
                return outcome;
            }
            if let Some(deadline) = limits.deadline
                && Instant::now() + wait >= deadline.at
            {
                return outcome.expired(Expired::Deadline(deadline));
            }
            match run_until_cancelled(stop, limits.cutoff.run_until_cancelled(sleep(wait))).await {
                Some(Some(())) => {}
                Some(None) => return outcome.expired(Expired::Cutoff),
                None => return outcome,
            }
        }
    }
}

/// `None` where `stop` was cancelled first.
async fn run_until_cancelled<T>(stop: Option<&CancellationToken>, future: impl Future<Output = T>) -> Option<T> {
    match stop {
        Some(stop) => stop.run_until_cancelled(future).await,
        None => Some(future.await),
    }
}

/// A line for each attempt, where they are wanted. It names no user and no key; the text of a response may quote
/// the request's URL.
fn log<T>(operation: &str, outcome: &Outcome<T>, duration: Duration) {
    let (attempt, status, milliseconds) = (outcome.attempts, outcome.status, duration.as_millis() as u64);
    match &outcome.result {
        Ok(_) => tracing::debug!(attempt, status, milliseconds, "{operation}"),
        Err(error) => {
            let delivery = error.delivery().as_str();
            let text = if error.status().is_some() { error.code().to_owned() } else { error.to_string() };
            // It may have a name from a certificate, which must not forge a line.
            let error = text.replace(char::is_control, " ");
            tracing::debug!(attempt, status, milliseconds, delivery, %error, "{operation}");
        }
    }
}

#[cfg(test)]
mod simulation;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::response::Response;

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_ends_at_the_deadline_is_not_waited_for() {
        let started = Instant::now();
        let (permits, cutoff) = (Permits::unlimited(), CancellationToken::new());
        let deadline = Deadline::after(Duration::from_secs(5));
        let call = Call {
            operation: "test",
            idempotency: Idempotency::NonIdempotent,
            policy: RetryPolicy { max_retries: 3, retry_unknown: false },
            permits: &permits,
            limits: CallLimits { deadline: Some(deadline), cutoff: &cutoff },
            control: None,
            attempt_log: None,
        };
        let outcome = call
            .run(Backoff::new(|| 1.0), || async {
                let response =
                    Response { status: 429, retry_after: Some(Duration::from_secs(5)), body: Ok(Vec::new()) };
                (Some(429), response.publish_id())
            })
            .await;
        assert_eq!((outcome.attempts, started.elapsed()), (1, Duration::ZERO));
        assert_eq!(outcome.result.unwrap_err().code(), "ERR_BEAMS_TIMEOUT");
    }
}
