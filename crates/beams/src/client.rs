//! The client: publishes, deletions, tokens, and closing.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::call::{Call, ChunkControl};
use crate::config::Config;
use crate::deadline::{CallLimits, Deadline};
use crate::error::{Error, Result};
use crate::fake_service::FakeService;
use crate::http::attempt::attempt;
use crate::http::connections::Connections;
use crate::http::request::{Request, Routes};
use crate::http::response::Response;
use crate::limits::RequestOptions;
use crate::payload_checks::PayloadChecker;
use crate::permits::Permits;
use crate::publish::{Publish, PublishBody};
use crate::retry::{Backoff, RetryPolicy};
use crate::targets::kind::TargetKind;
use crate::targets::user_id::{EncodedUserId, UserId};
use crate::token::TokenSigner;

pub use crate::attempt_log::{AttemptLog, AttemptRecord, MAX_RECORDS};
pub use crate::outcome::Outcome;

/// A client for one instance. Cheap to make: certificates are read and connections made by the first call.
pub struct Client {
    config: Config,
    routes: Routes,
    tokens: TokenSigner,
    payload_checker: PayloadChecker,
    permits: Permits,
    connections: Connections,
    /// The in-memory service, in tests of programs that use this client.
    fake: OnceLock<FakeService>,
    closing: CancellationToken,
    /// Cancelled when a closed client ends its remaining calls.
    cutoff: CancellationToken,
    calls: TaskTracker,
}

/// Counts of a client's calls and requests at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// How many calls have not ended. A publish to many users is one.
    pub calls: usize,
    /// How many requests have started and not ended.
    pub requests_in_flight: usize,
    /// How many requests wait for a permit or for the rate limiter. A call that waits for a retry is not counted.
    pub requests_waiting: usize,
    /// How long requests remain paused after a 429.
    pub paused_for: Option<Duration>,
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
            payload_checker: PayloadChecker::new(config.payload_checks),
            permits: Permits::new(config.max_concurrent_requests, config.requests_per_second),
            connections: Connections::default(),
            fake: OnceLock::new(),
            closing: CancellationToken::new(),
            cutoff: CancellationToken::new(),
            calls: TaskTracker::new(),
            config,
        })
    }

    /// The checked options.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The method and the URL of the requests that publish to targets of a kind or, without one, delete a user, in the form in
    /// which they may be logged: `REDACTED` stands for the user's id.
    pub fn describe_requests(&self, kind: Option<&TargetKind>) -> (String, String) {
        let (method, url) = self.routes.describe(kind);
        (method.to_string(), url)
    }

    /// Replaces the service by an in-memory one. Has no effect if there is one already.
    pub fn use_fake(&self, fake: FakeService) {
        // `fake()` may have returned the first one.
        let _ = self.fake.set(fake);
    }

    /// The in-memory service, if [`Client::use_fake`] was called.
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

    /// Resolves when the client is closed and all calls have ended, and drops the connections. The calls that are still
    /// running after `limit`, if there is one, end with [`Error::ClosedInFlight`].
    pub async fn wait_closed(&self, limit: Option<Duration>) {
        if let Some(limit) = limit
            && timeout(limit, self.calls.wait()).await.is_err()
        {
            self.cutoff.cancel();
        }
        self.calls.wait().await;
        self.connections.close();
    }

    /// Counts of the calls and requests at the moment.
    pub fn stats(&self) -> Stats {
        Stats {
            calls: self.calls.len(),
            requests_in_flight: self.permits.in_flight(),
            requests_waiting: self.permits.waiting(),
            paused_for: self.permits.paused_for(),
        }
    }

    /// Checks a payload, a JSON object in UTF-16, as the client's options say. The outcome has the findings.
    pub fn check_payload(&self, kind: &'static TargetKind, payload: &[u16]) -> Outcome<()> {
        let findings = self.payload_checker.findings(kind, payload);
        Outcome::without_request(self.payload_checker.enforce(&findings)).with_findings(findings)
    }

    /// Checks a publish, sends it, and returns its publish id.
    pub async fn publish(&self, _: TaskTrackerToken, publish: Publish, options: &RequestOptions) -> Outcome<String> {
        let deadline = options.deadline.map(Deadline::after);
        let checked = self.check_payload(publish.kind, &publish.payload);
        // Errors in the targets take precedence.
        let outcome = match publish.into_body().and_then(|body| checked.result.map(|()| body)) {
            // Boxed, so that the future that holds the call until it starts is small: it is moved to another thread.
            Ok(body) => {
                let request = self.routes.publish(body);
                Box::pin(self.call(request, options, deadline, None, |response| self.read_publish_id(response))).await
            }
            Err(error) => Outcome::without_request(Err(error)),
        };
        outcome.with_findings(checked.findings)
    }

    /// Publishes to a chunk of users, one of many requests of one call. Stopped without an attempt, it ends with
    /// [`Error::Interrupted`], and otherwise as the last attempt did.
    pub(crate) async fn publish_chunk(
        &self,
        body: PublishBody,
        options: &RequestOptions,
        control: ChunkControl<'_>,
    ) -> Outcome<String> {
        let (request, deadline) = (self.routes.publish(body), control.deadline);
        self.call(request, options, deadline, Some(control), |response| self.read_publish_id(response)).await
    }

    /// Is cancelled by [`Client::close`].
    pub(crate) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// Is cancelled when [`Client::wait_closed`] reaches its limit.
    pub(crate) fn cutoff(&self) -> &CancellationToken {
        &self.cutoff
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
            Ok(request) => {
                Box::pin(self.call(request, options, deadline, None, |response| self.read_deletion(response))).await
            }
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

    fn read_publish_id(&self, response: Response) -> Result<String> {
        let mut publish_id = response.publish_id()?;
        self.config.secret.redact(&mut publish_id);
        Ok(publish_id)
    }

    fn read_deletion(&self, response: Response) -> Result<Option<String>> {
        let mut body = response.deletion()?;
        if let Some(body) = &mut body {
            self.config.secret.redact(body);
        }
        Ok(body)
    }

    /// Sends a request, and sends it again where that is safe.
    async fn call<T>(
        &self,
        request: Request,
        options: &RequestOptions,
        deadline: Option<Deadline>,
        control: Option<ChunkControl<'_>>,
        read: impl Fn(Response) -> Result<T>,
    ) -> Outcome<T> {
        let limits = CallLimits { deadline, cutoff: &self.cutoff };
        if self.fake.get().is_none()
            && let Err(error) = self.config.route.check()
        {
            return Outcome::without_request(Err(error));
        }
        // With an in-memory service, requests neither wait nor are retried.
        let unlimited = self.fake.get().map(|_| Permits::unlimited());
        let max_retries = if unlimited.is_some() { 0 } else { options.max_retries };
        let call = Call {
            operation: request.operation,
            idempotency: request.idempotency,
            policy: RetryPolicy { max_retries, retry_unknown: self.config.retry_unknown },
            permits: unlimited.as_ref().unwrap_or(&self.permits),
            limits,
            control,
            attempt_log: options.attempt_log.as_ref(),
        };
        call.run(Backoff::new(fastrand::f64), || async {
            let response = self.exchange(&request, options, limits).await;
            let status = response.as_ref().ok().map(|response| response.status);
            let result =
                response.and_then(&read).map_err(|error| error.redacted(|text| self.config.secret.redact(text)));
            (status, result)
        })
        .await
    }

    /// Sends a request once, and returns the response.
    async fn exchange(&self, request: &Request, options: &RequestOptions, limits: CallLimits<'_>) -> Result<Response> {
        match self.fake.get() {
            Some(fake) => fake.respond(request, options),
            None => {
                let lease = self.connections.get(&self.config).await?;
                let result = attempt(&lease, request, options, limits).await;
                self.connections.retire_if_silent(&lease, &result);
                result
            }
        }
    }
}
