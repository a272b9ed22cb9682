//! The four operations.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, RequestOptions};
use crate::error::{Error, Result};
use crate::http::attempt::attempt;
use crate::http::pool::connect;
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
    http: Mutex<Option<reqwest::Client>>,
    closing: CancellationToken,
    /// One for each call under way; who holds all of them knows that there is none.
    admissions: Arc<Semaphore>,
}

/// The right to make one call. The client does not close before it is given back.
#[derive(Debug)]
pub struct Admission {
    _permit: OwnedSemaphorePermit,
}

/// More calls at a time than memory could hold.
const MAX_CALLS: u32 = u32::MAX >> 4;

/// How a call ended, with what there is to tell about it either way.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The answer.
    pub result: Result<T>,
    /// How many requests were made.
    pub attempts: u32,
    /// The last reply's status, if one came.
    pub status: Option<u16>,
}

impl<T> Outcome<T> {
    /// The same end with another form of the answer.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome { result: self.result.map(form), attempts: self.attempts, status: self.status }
    }
}

impl Client {
    /// A client with these settings.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the settings make no URL.
    pub fn new(config: Config) -> Result<Self> {
        Ok(Self {
            routes: Routes::new(&config)?,
            tokens: TokenSigner::new(&config.instance_id, &config.secret.key),
            rate_limiter: RateLimiter::new(config.requests_per_second),
            http: Mutex::default(),
            closing: CancellationToken::new(),
            admissions: Arc::new(Semaphore::new(MAX_CALLS as usize)),
            config,
        })
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Lets a call begin.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] from [`Client::close`] on.
    pub fn admit(&self) -> Result<Admission> {
        if self.closing.is_cancelled() {
            return Err(Error::Closed);
        }
        let permit = self.admissions.clone().try_acquire_owned().map_err(|_| Error::Closed)?;
        Ok(Admission { _permit: permit })
    }

    /// Lets no more calls begin, and stops those that consist of many requests. They end with [`Client::closed`].
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Waits until all calls have ended, and drops the connections.
    pub async fn closed(&self) {
        // The semaphore itself is never closed, so this waits for all and cannot fail.
        let _all = self.admissions.acquire_many(MAX_CALLS).await;
        self.http.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Checks a publish, sends it, and returns its publish id.
    pub async fn publish(&self, _: Admission, publish: Publish, limits: &RequestOptions) -> Outcome<String> {
        match publish.into_body() {
            // Boxed, so that what holds the call until it begins is small: it is moved from one thread to another.
            Ok(body) => Box::pin(self.call(self.routes.publish(body), limits, None, Response::publish_id)).await,
            Err(error) => Outcome { result: Err(error), attempts: 0, status: None },
        }
    }

    /// Publishes to a chunk of users, one of many requests of one call. Once it is told to stop, it begins no attempt:
    /// without one, it ends with [`Error::Interrupted`], and otherwise as the last attempt did.
    pub(crate) async fn publish_chunk(
        &self,
        body: PublishBody,
        limits: &RequestOptions,
        stop: &CancellationToken,
    ) -> Outcome<String> {
        self.call(self.routes.publish(body), limits, Some(stop), Response::publish_id).await
    }

    /// Is cancelled by [`Client::close`].
    pub(crate) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// Deletes a user and all of their devices. Answers with the reply's body, if there was one.
    pub async fn delete_user(
        &self,
        _: Admission,
        user: &EncodedUserId,
        limits: &RequestOptions,
    ) -> Outcome<Option<String>> {
        match self.routes.delete_user(user) {
            Ok(request) => Box::pin(self.call(request, limits, None, Response::deletion)).await,
            Err(error) => Outcome { result: Err(error), attempts: 0, status: None },
        }
    }

    /// Makes a token for the user, dated back as the settings say unless the call says otherwise. Needs no network.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] where the crypto library refuses to sign.
    pub fn generate_token(&self, user: UserId<'_>, backdate: Option<Duration>) -> Result<String> {
        self.tokens.sign(user, SystemTime::now(), backdate.unwrap_or(self.config.token_backdate))
    }

    /// RateLimiter, attempt, read, and again where that is safe.
    async fn call<T>(
        &self,
        request: Request,
        limits: &RequestOptions,
        stop: Option<&CancellationToken>,
        read: fn(Response) -> Result<T>,
    ) -> Outcome<T> {
        let policy = RetryPolicy { max_retries: limits.max_retries, retry_unknown: self.config.retry_unknown };
        let mut backoff = Backoff::new(fastrand::f64);
        let mut ended = Outcome { result: Err(Error::Interrupted), attempts: 0, status: None };
        loop {
            if unless(stop, self.rate_limiter.acquire()).await.is_none() {
                return ended;
            }
            ended.attempts += 1;
            let began = Instant::now();
            let reply = match self.http() {
                Ok(http) => attempt(&http, &request, limits).await,
                Err(error) => Err(error),
            };
            ended.status = reply.as_ref().ok().map(|reply| reply.status);
            ended.result = reply.and_then(read);
            log(&request, &ended, began.elapsed());
            let Err(error) = &ended.result else { return ended };
            let wait = backoff.after(error);
            if error.status() == Some(429) {
                self.rate_limiter.pause_for(wait);
            }
            if !policy.allows(error, request.idempotency, ended.attempts - 1) {
                return ended;
            }
            if unless(stop, sleep(wait)).await.is_none() {
                return ended;
            }
        }
    }

    fn http(&self) -> Result<reqwest::Client> {
        let mut http = self.http.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(http) = &*http {
            return Ok(http.clone());
        }
        Ok(http.insert(connect(&self.config)?).clone())
    }
}

/// Waits, unless there is a reason to stop. `None` where there was.
async fn unless<T>(stop: Option<&CancellationToken>, wait: impl Future<Output = T>) -> Option<T> {
    match stop {
        Some(stop) => stop.run_until_cancelled(wait).await,
        None => Some(wait.await),
    }
}

/// A line an attempt, for whoever asks for it. It names no user and no key.
fn log<T>(request: &Request, ended: &Outcome<T>, elapsed: Duration) {
    let (attempt, status, milliseconds) = (ended.attempts, ended.status, elapsed.as_millis() as u64);
    match &ended.result {
        Ok(_) => tracing::debug!(attempt, status, milliseconds, "{}", request.operation),
        Err(error) => tracing::debug!(attempt, status, milliseconds, %error, "{}", request.operation),
    }
}
