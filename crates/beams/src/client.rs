//! The four operations.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::config::{Config, RequestOptions};
use crate::deadline::Deadline;
use crate::error::{Delivery, Error, Result};
use crate::fake_service::FakeService;
use crate::http::attempt::attempt;
use crate::http::connections::Connections;
use crate::http::request::{Request, Routes};
use crate::http::response::Response;
use crate::publish::{Publish, PublishBody};
use crate::rate_limit::RateLimiter;
use crate::retry::{Backoff, RetryPolicy};
use crate::targets::user_id::{EncodedUserId, UserId};
use crate::token::TokenSigner;

/// A client for one instance. Cheap to make: certificates are read and connections made by the first call.
pub struct Client {
    config: Config,
    routes: Routes,
    tokens: TokenSigner,
    rate_limiter: RateLimiter,
    /// A permit for each attempt in flight.
    permits: Semaphore,
    /// How many attempts wait to start.
    waiting: AtomicUsize,
    connections: Connections,
    /// What answers in place of the service, in tests of programs that use this client.
    fake: OnceLock<FakeService>,
    closing: CancellationToken,
    calls: TaskTracker,
}

/// How a call ended.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The result.
    pub result: Result<T>,
    /// How many requests were made.
    pub attempts: u32,
    /// The last response's status, if one came.
    pub status: Option<u16>,
    /// What became of each request; empty unless [`RequestOptions::record_attempts`] asks for it.
    pub records: Vec<AttemptRecord>,
}

/// One request of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptRecord {
    /// When it started, from the start of the call.
    pub started: Duration,
    /// How long it took.
    pub duration: Duration,
    /// The response's status, if one came.
    pub status: Option<u16>,
    /// The error's documented code, if it failed.
    pub code: Option<&'static str>,
}

impl<T> Outcome<T> {
    /// The outcome of a call that made no request.
    pub fn without_request(result: Result<T>) -> Self {
        Self { result, attempts: 0, status: None, records: Vec::new() }
    }

    /// The same outcome with another form of the result.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome { result: self.result.map(form), attempts: self.attempts, status: self.status, records: self.records }
    }
}

impl Client {
    /// A client with this configuration.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the endpoint makes no URL.
    pub fn new(config: Config) -> Result<Self> {
        Ok(Self {
            routes: Routes::new(&config)?,
            tokens: TokenSigner::new(&config.instance_id, &config.secret.key),
            rate_limiter: RateLimiter::new(config.requests_per_second),
            permits: Semaphore::new(config.max_concurrent_requests),
            waiting: AtomicUsize::new(0),
            connections: Connections::default(),
            fake: OnceLock::new(),
            closing: CancellationToken::new(),
            calls: TaskTracker::new(),
            config,
        })
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Replaces the service by one in memory. A client that has one already keeps it.
    pub fn use_fake(&self, fake: FakeService) {
        // The first one has been handed out.
        let _ = self.fake.set(fake);
    }

    /// What replaces the service, if [`Client::use_fake`] was called.
    pub fn fake(&self) -> Option<&FakeService> {
        self.fake.get()
    }

    /// Tracks a call, which lasts until its token is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] from [`Client::close`] on.
    pub fn track(&self) -> Result<TaskTrackerToken> {
        let token = self.calls.token();
        // Looked at last: a call that is tracked before the client is closed is waited for.
        if self.calls.is_closed() { Err(Error::Closed) } else { Ok(token) }
    }

    /// Refuses new calls, and stops those that consist of many requests. They end with [`Client::wait_closed`].
    pub fn close(&self) {
        self.calls.close();
        self.closing.cancel();
    }

    /// Resolves when the client is closed and all calls have ended. Drops the connections.
    pub async fn wait_closed(&self) {
        self.calls.wait().await;
        self.connections.close();
    }

    /// Checks a publish, sends it, and returns its publish id.
    pub async fn publish(&self, _: TaskTrackerToken, publish: Publish, options: &RequestOptions) -> Outcome<String> {
        let deadline = options.deadline.map(Deadline::after);
        match publish.into_body() {
            // Boxed, so that the future that holds the call until it starts is small: it is moved to another thread.
            Ok(body) => {
                let request = self.routes.publish(body);
                Box::pin(self.call(request, options, deadline, None, Response::publish_id)).await
            }
            Err(error) => Outcome::without_request(Err(error)),
        }
    }

    /// Publishes to a chunk of users, one of many requests of one call, whose deadline this is. Once `stop` is cancelled, no
    /// attempt starts: without one, it ends with [`Error::Interrupted`], and otherwise as the last attempt did.
    pub(crate) async fn publish_chunk(
        &self,
        body: PublishBody,
        options: &RequestOptions,
        deadline: Option<Deadline>,
        stop: &CancellationToken,
    ) -> Outcome<String> {
        self.call(self.routes.publish(body), options, deadline, Some(stop), Response::publish_id).await
    }

    /// Is cancelled by [`Client::close`].
    pub(crate) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// Deletes a user and all of their devices. Returns the response's body, if there was one.
    pub async fn delete_user(
        &self,
        _: TaskTrackerToken,
        user: &EncodedUserId,
        options: &RequestOptions,
    ) -> Outcome<Option<String>> {
        let deadline = options.deadline.map(Deadline::after);
        match self.routes.delete_user(user) {
            Ok(request) => Box::pin(self.call(request, options, deadline, None, Response::deletion)).await,
            Err(error) => Outcome::without_request(Err(error)),
        }
    }

    /// Makes a token for the user, backdated as configured unless the call says otherwise. Needs no network.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] where the crypto library refuses to sign.
    pub fn generate_token(&self, user: UserId<'_>, backdate: Option<Duration>) -> Result<String> {
        self.tokens.sign(user, SystemTime::now(), backdate.unwrap_or(self.config.token_backdate))
    }

    /// Waits, makes an attempt, and makes another where that is safe.
    async fn call<T>(
        &self,
        request: Request,
        options: &RequestOptions,
        deadline: Option<Deadline>,
        stop: Option<&CancellationToken>,
        read: fn(Response) -> Result<T>,
    ) -> Outcome<T> {
        if let Some(fake) = self.fake.get() {
            return call_fake(fake, &request, options, stop, read);
        }
        let policy = RetryPolicy { max_retries: options.max_retries, retry_unknown: self.config.retry_unknown };
        let mut backoff = Backoff::new(fastrand::f64);
        let mut outcome = Outcome::without_request(Err(Error::Interrupted));
        let mut may_be_processed = false;
        let begun = Instant::now();
        loop {
            let permit = match run_until_cancelled(stop, self.permit(deadline)).await {
                Some(Some(permit)) => permit,
                Some(None) => return at_deadline(outcome, deadline),
                None => return outcome,
            };
            let started = Instant::now();
            let response = match self.connections.get(&self.config).await {
                Ok(http) => attempt(&http, &request, options, deadline).await,
                Err(error) => Err(error),
            };
            drop(permit);
            outcome.attempts += 1;
            outcome.status = response.as_ref().ok().map(|response| response.status);
            outcome.result = match response.and_then(read) {
                Err(error) if may_be_processed => Err(error.after_unknown()),
                result => result,
            }
            .map_err(|error| error.redact(&self.config.secret.key));
            let record = AttemptRecord {
                started: started - begun,
                duration: started.elapsed(),
                status: outcome.status,
                code: outcome.result.as_ref().err().map(Error::code),
            };
            log(&request, &outcome, record.duration);
            if options.record_attempts {
                outcome.records.push(record);
            }
            let Err(error) = &outcome.result else { return outcome };
            may_be_processed = error.delivery() == Delivery::Unknown;
            let wait = backoff.after(error);
            if error.status() == Some(429) {
                self.rate_limiter.pause_for(wait);
            }
            if !policy.allows(error, request.idempotency, outcome.attempts - 1) {
                return outcome;
            }
            if deadline.is_some_and(|deadline| Instant::now() + wait > deadline.at) {
                return at_deadline(outcome, deadline);
            }
            if run_until_cancelled(stop, sleep(wait)).await.is_none() {
                return outcome;
            }
        }
    }

    /// Waits until an attempt may start. `None` where that is after the deadline, as soon as it is known.
    async fn permit(&self, deadline: Option<Deadline>) -> Option<SemaphorePermit<'_>> {
        let waiting = Waiting::start(&self.waiting);
        let Some(deadline) = deadline else { return self.next_permit().await };
        if self.rate_limiter.earliest_start(waiting.others) > deadline.at {
            return None;
        }
        deadline.run(self.next_permit()).await.flatten()
    }

    /// The permit comes first, so that the requests of a second start in that second.
    async fn next_permit(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed, so that this cannot fail.
        let permit = self.permits.acquire().await.ok();
        self.rate_limiter.acquire().await;
        permit
    }
}

/// Makes the only attempt of a call: with an in-memory service, nothing delays it and nothing is retried.
fn call_fake<T>(
    fake: &FakeService,
    request: &Request,
    options: &RequestOptions,
    stop: Option<&CancellationToken>,
    read: fn(Response) -> Result<T>,
) -> Outcome<T> {
    if stop.is_some_and(CancellationToken::is_cancelled) {
        return Outcome::without_request(Err(Error::Interrupted));
    }
    let response = fake.respond(request, options);
    let status = response.as_ref().ok().map(|response| response.status);
    let result = response.and_then(read);
    let (started, duration) = (Duration::ZERO, Duration::ZERO);
    let record = AttemptRecord { started, duration, status, code: result.as_ref().err().map(Error::code) };
    Outcome { result, attempts: 1, status, records: options.record_attempts.then_some(record).into_iter().collect() }
}

/// An attempt that waits to start.
struct Waiting<'a> {
    counter: &'a AtomicUsize,
    /// How many were waiting before it.
    others: usize,
}

impl<'a> Waiting<'a> {
    fn start(counter: &'a AtomicUsize) -> Self {
        Self { counter, others: counter.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.counter.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The outcome of a call that has no time left for another attempt.
fn at_deadline<T>(mut outcome: Outcome<T>, deadline: Option<Deadline>) -> Outcome<T> {
    if let Some(deadline) = deadline {
        outcome.result = Err(match outcome.result {
            Err(last) if outcome.attempts > 0 => deadline.error_after(last),
            _ => deadline.error(Delivery::NotSent),
        });
    }
    outcome
}

/// `None` where `stop` was cancelled first.
async fn run_until_cancelled<T>(stop: Option<&CancellationToken>, future: impl Future<Output = T>) -> Option<T> {
    match stop {
        Some(stop) => stop.run_until_cancelled(future).await,
        None => Some(future.await),
    }
}

/// A line for each attempt, where they are wanted. It names no user and no key.
fn log<T>(request: &Request, outcome: &Outcome<T>, duration: Duration) {
    let (attempt, status, milliseconds) = (outcome.attempts, outcome.status, duration.as_millis() as u64);
    match &outcome.result {
        Ok(_) => tracing::debug!(attempt, status, milliseconds, "{}", request.operation),
        Err(error) => {
            // A response's text must not forge a line.
            let error = error.to_string().replace(char::is_control, " ");
            tracing::debug!(attempt, status, milliseconds, %error, "{}", request.operation);
        }
    }
}
