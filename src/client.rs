//! The class that users know. Its doc comments are the typings' own, which is why the file is long; `lib/push-notifications.js` has its
//! public signatures.

mod internals;

use std::path::{PathBuf, absolute};
use std::rc::Rc;
use std::sync::Arc;

use beams::bulk::driver::BulkOptions;
use beams::bulk::handle::BulkPublish as Bulk;
use beams::bulk::requests::{ChunkRequest, NamedRequests};
use beams::client::{AttemptLog, Client, Outcome};
use beams::config::{Config, RequestOptions};
use beams::error::{Error, Result};
use beams::payload_checks::PayloadChecks;
use beams::publish::Publish;
use beams::targets::kind::{INTERESTS, USERS};
use beams::targets::user_id::{EncodedUserId, UserId};
use napi::Env;
use napi::bindgen_prelude::{External, Uint32ArraySlice, Unknown};
use napi_derive::napi;

use crate::arguments::{Targets, read_payload, read_user_id};
use crate::bulk::BulkPublish;
use crate::environment::Environment;
use crate::error::{catch_panic, error_json};
use crate::ffi::throw;
use crate::numbers::{backdate, bulk_concurrency, milliseconds, milliseconds_or_zero, retries};
use crate::observers::Observers;
use crate::options::{CallOptions, CloseOptions, ManyUsersOptions, PushNotificationsOptions, TokenOptions};
use crate::output::{Output, stats_json};
use crate::pending_calls::CallId;

/// The longest payload that is copied, in UTF-16 units. It is far beyond the service's limits, which are in bytes and are
/// checked on the worker's thread, whose error says how large the body is.
pub(crate) const MAX_PAYLOAD_LEN: usize = 1 << 22;

/// A client for one [Pusher Beams](https://pusher.com/docs/beams/) instance.
///
/// Create one and share it in the whole process: it reuses its connections, and opens none before the first call.
///
/// ### Example
///
/// ```js
/// const { PushNotifications } = require('beams-native')
///
/// const beams = new PushNotifications({
///   instanceId: process.env.BEAMS_INSTANCE_ID,
///   secretKey: process.env.BEAMS_SECRET_KEY,
/// })
/// ```
#[napi]
pub struct PushNotifications {
    environment: Rc<Environment>,
    pub(crate) client: Arc<Client>,
    number: u32,
    /// Whether it sends what the official SDK sends, with its texts.
    is_compat: bool,
}

#[napi]
impl PushNotifications {
    /// Validates the options. Opens no connection.
    ///
    /// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if an option is missing, invalid or unknown.
    #[napi(constructor, catch_unwind, ts_args_type = "options: PushNotificationsOptions")]
    pub fn new(env: Env, options: PushNotificationsOptions, is_compat: bool) -> napi::Result<Self> {
        let environment = Environment::of(&env)?;
        let client = catch_panic(|| Client::new(Config::try_from(options)?));
        let client = client.map_err(|error| throw(&env, &error_json(&error, 0, None)))?;
        let number = environment.next_client();
        Ok(Self { environment, client: Arc::new(client), number, is_compat })
    }

    /// Publishes a notification to all devices that are subscribed to at least one of the interests.
    ///
    /// The service accepts the publish and delivers it later; a publish id does not mean that a device has shown it.
    /// See [Publish to interests](https://pusher.com/docs/beams/reference/publish-api/#publish-to-device-interests).
    ///
    /// @param interests 1 to 100 interests, each of 1 to 164 ASCII letters, digits and `_-=@,.;`. Duplicates are removed.
    /// @param publishRequest The payload for at least one platform. The whole request body may have up to 10 KiB.
    /// @param options Options of this call.
    /// @returns The publish id, which [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) refer to.
    /// @throws {BeamsError} Always as a rejection. `delivery` says whether the notification may have gone out.
    ///
    /// ### Example
    ///
    /// ```js
    /// const { publishId } = await beams.publishToInterests(['hello'], {
    ///   web: { notification: { title: 'Hello', body: 'Hello, world!' } },
    /// })
    /// ```
    #[napi(
        catch_unwind,
        ts_args_type = "interests: readonly string[], publishRequest: PublishRequest, options?: CallOptions",
        ts_return_type = "Promise<PublishResponse>"
    )]
    #[allow(clippy::too_many_arguments, reason = "numbers and strings cross faster than the members of an object")]
    pub fn publish_to_interests<'env>(
        &self,
        env: &'env Env,
        call: f64,
        observers: u32,
        interests: Unknown<'_>,
        lengths: Uint32ArraySlice<'_>,
        count: u32,
        not_a_string: Option<String>,
        payload: Unknown<'_>,
        options: Option<CallOptions>,
    ) -> napi::Result<Unknown<'env>> {
        let targets = Targets { kind: &INTERESTS, text: interests, lengths: &lengths, count, not_a_string };
        self.publish(env, self.call(call), observers, targets, &payload, options)
    }

    /// Publishes a notification to all devices of the users; otherwise the same as
    /// {@link PushNotifications.publishToInterests}.
    ///
    /// See [Publish to users](https://pusher.com/docs/beams/reference/publish-api/#publish-to-users).
    ///
    /// @param users 1 to 1 000 user ids, each of 1 to 164 UTF-16 code units. Duplicates are removed.
    /// @param publishRequest The payload for at least one platform. The whole request body may have up to 200 KiB.
    ///
    /// ### Example
    ///
    /// ```js
    /// const { publishId } = await beams.publishToUsers(['user-1'], {
    ///   apns: { aps: { alert: { title: 'Hello', body: 'Hello, world!' } } },
    ///   fcm: { notification: { title: 'Hello', body: 'Hello, world!' } },
    /// })
    /// ```
    #[napi(
        catch_unwind,
        ts_args_type = "users: readonly string[], publishRequest: PublishRequest, options?: CallOptions",
        ts_return_type = "Promise<PublishResponse>"
    )]
    #[allow(clippy::too_many_arguments, reason = "numbers and strings cross faster than the members of an object")]
    pub fn publish_to_users<'env>(
        &self,
        env: &'env Env,
        call: f64,
        observers: u32,
        users: Unknown<'_>,
        lengths: Uint32ArraySlice<'_>,
        count: u32,
        not_a_string: Option<String>,
        payload: Unknown<'_>,
        options: Option<CallOptions>,
    ) -> napi::Result<Unknown<'env>> {
        let targets = Targets { kind: &USERS, text: users, lengths: &lengths, count, not_a_string };
        self.publish(env, self.call(call), observers, targets, &payload, options)
    }

    /// Generates the token that associates a device with a user: your auth endpoint responds to the client SDKs with `{ token }`.
    ///
    /// It is a JWT, signed with the secret key (HS256) and valid for 24 hours. No request is made.
    /// See [Authenticated users](https://pusher.com/docs/beams/concepts/authenticated-users/).
    ///
    /// @param userId 1 to 164 UTF-16 code units. Take it from the session, never from the request alone.
    /// @param options Options of this token.
    /// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if the user id is missing or invalid.
    ///
    /// ### Example
    ///
    /// ```js
    /// response.json({ token: beams.generateToken('user-1') })
    /// ```
    #[napi(catch_unwind, ts_args_type = "userId: string, options?: TokenOptions")]
    pub fn generate_token(
        &self,
        env: &Env,
        user_id: Unknown<'_>,
        options: Option<TokenOptions>,
    ) -> napi::Result<String> {
        let token = catch_panic(|| {
            let user_id = read_user_id(&user_id, "userId argument", "userId")?;
            let user = UserId::new(&user_id)?;
            let value = options.and_then(|options| options.backdate);
            self.client.generate_token(user, value.map(|value| backdate("backdate", value)).transpose()?)
        });
        token.map_err(|error| throw(env, &error_json(&error, 0, None)))
    }

    /// Deletes a user and all of their devices from the instance.
    ///
    /// See [Delete user](https://pusher.com/docs/beams/reference/customer-api/#delete-user).
    ///
    /// @param userId 1 to 164 UTF-16 code units, neither `.` nor `..`.
    /// @param options Options of this call.
    /// @throws {BeamsError} Always as a rejection.
    ///
    /// ### Example
    ///
    /// ```js
    /// await beams.deleteUser('user-1')
    /// ```
    #[napi(catch_unwind, ts_args_type = "userId: string, options?: CallOptions", ts_return_type = "Promise<void>")]
    pub fn delete_user<'env>(
        &self,
        env: &'env Env,
        call: f64,
        observers: u32,
        user_id: Unknown<'_>,
        options: Option<CallOptions>,
    ) -> napi::Result<Unknown<'env>> {
        let observers = self.observers(observers);
        let attempts = observers.attempts.clone();
        self.environment.call(env, self.call(call), observers, || {
            let user = EncodedUserId::new(&read_user_id(&user_id, "User ID argument", "User ID argument")?)?;
            let options = request_options(self.client.config().limits(), options.unwrap_or_default(), attempts)?;
            let (client, token) = (self.client.clone(), self.client.track()?);
            Ok(async move { client.delete_user(token, &user, &options).await.map(Output::Deleted) })
        })
    }

    /// Rejects new calls, waits for those in flight, and closes the connections.
    ///
    /// New calls reject with `ERR_BEAMS_CLOSED`. A `publishToManyUsers` in flight sends no more requests, completes those in
    /// flight, and rejects with the same code; its error lists the users that were not published to. Closing twice is
    /// harmless. The process can end without it. In TypeScript 5.2 and later, `await using beams = new PushNotifications(…)` closes
    /// automatically.
    ///
    /// With a `timeout`, calls that have not ended by then reject with `ERR_BEAMS_CLOSED`, and their `delivery` says whether
    /// the notification may have been sent. Choose it shorter than the time that a process has left after SIGTERM: 30
    /// seconds by default in Kubernetes, 10 in Docker.
    ///
    /// @param options Options of this call.
    /// @throws {BeamsError} As a rejection, if `timeout` is invalid; the client is then not closed.
    ///
    /// ### Example
    ///
    /// ```js
    /// process.on('SIGTERM', async () => {
    ///   server.close()
    ///   await beams.close({ timeout: 20_000 })
    /// })
    /// ```
    #[napi(catch_unwind, ts_args_type = "options?: CloseOptions", ts_return_type = "Promise<void>")]
    pub fn close<'env>(&self, env: &'env Env, call: f64, options: Option<CloseOptions>) -> napi::Result<Unknown<'env>> {
        self.environment.call(env, self.call(call), Observers::default(), || {
            let limit = options.and_then(|options| options.timeout);
            let limit = limit.map(|value| milliseconds_or_zero("timeout", value)).transpose()?;
            let client = self.client.clone();
            client.close();
            Ok(async move {
                client.wait_closed(limit).await;
                Outcome::without_request(Ok(Output::Done))
            })
        })
    }

    /// Returns counts of the client's calls and requests, for readiness probes and gauges. Takes a few microseconds.
    ///
    /// ### Example
    ///
    /// ```js
    /// const { calls, requestsWaiting, pausedUntil } = beams.stats()
    /// response.json({ ready: pausedUntil === undefined && requestsWaiting < 1000, calls })
    /// ```
    #[napi(catch_unwind, ts_return_type = "ClientStats")]
    pub fn stats(&self) -> String {
        stats_json(self.client.stats())
    }

    /// The instance's id.
    #[napi(getter)]
    pub fn instance_id(&self) -> String {
        self.client.config().instance_id().to_owned()
    }

    /// The base URL of requests, without the path of the API: `'https://<instanceId>.pushnotifications.pusher.com'`, or the
    /// one from the options `endpoint` and `port`.
    #[napi(getter)]
    pub fn endpoint(&self) -> String {
        self.client.config().endpoint().to_owned()
    }

    /// Publishes a notification to any number of users, in requests of up to 1 000, and accounts for each of them.
    ///
    /// Requests start as fast as `maxRequestsPerSecond` allows, and `users` is read only as fast as they do, so a database
    /// cursor of any length will do. Each request is retried as `publishToUsers` is; one that fails in the end does not stop
    /// the others, unless all would fail (401, 402, 403, 404).
    ///
    /// With several `requests`, each user gets one of them by its name, or one of their own. Users with the same named request
    /// share publishes; each request of a user's own is a separate publish. With a `journal`, a call resumes where an earlier
    /// process stopped.
    ///
    /// There is no such method for interests: a device that is subscribed to interests in two requests would be notified
    /// twice.
    ///
    /// @param users The user ids, or ids with their requests, in an array, an iterable, or an async iterable. An
    /// invalid id (not a string, empty, longer than 164 UTF-16 code units) and a user without a valid request are reported in
    /// `failures`. When the call is stopped, the iterator's `return()` is called, a stream is destroyed, and a pending read is
    /// awaited for up to a second, or until `close` has timed out.
    /// @param publishRequest The payload for at least one platform, or several by name. Each up to 199 KiB as JSON.
    /// @param options Options of this call.
    /// @returns What became of every user, even if not all were published to.
    /// @throws {BeamsError} Always as a rejection. If it was stopped early (by the service, `stopOnError`, `signal`,
    /// `close()`, a journal that could not be written any more, or because reading `users` or `onProgress` threw), the error
    /// has the `report` so far and, in `remaining`, the users that were read and not sent. Its `delivery` covers the entire
    /// call. If a journal cannot be used, the call rejects with `ERR_BEAMS_JOURNAL` before any user is read.
    ///
    /// ### Example
    ///
    /// ```js
    /// const report = await beams.publishToManyUsers(cursorOfUserIds, {
    ///   web: { notification: { title: 'Hello', body: 'Hello, everybody!' } },
    /// })
    /// console.log(report.publishedCount, report.duplicateCount)
    /// for (const { users, error } of report.failures) console.error(error.delivery, users)
    /// ```
    #[napi(
        catch_unwind,
        ts_generic_types = "Name extends string, Given extends string = Name",
        ts_args_type = "users: UserEntries<RequestName<Given, Name>>, publishRequest: PublishRequest | NamedRequests<Name>, options?: ManyUsersOptions",
        ts_return_type = "Promise<ManyUsersReport>"
    )]
    #[allow(clippy::too_many_arguments, reason = "numbers and strings cross faster than the members of an object")]
    pub fn publish_to_many_users(
        &self,
        env: &Env,
        observers: u32,
        names: Option<Vec<String>>,
        payloads: Vec<Unknown<'_>>,
        options: Option<ManyUsersOptions>,
    ) -> napi::Result<External<BulkPublish>> {
        let observers = self.observers(observers);
        let bulk = catch_panic(|| {
            let requests = read_requests(names, &payloads)?;
            let options = options.unwrap_or_default();
            let call_options = CallOptions {
                timeout: options.timeout,
                max_retries: options.max_retries,
                deadline: options.deadline,
                signal: None,
            };
            let limits = self.client.config().bulk_limits();
            let request_options = request_options(limits, call_options, observers.attempts.clone())?;
            let defaults = BulkOptions::default();
            let options = BulkOptions {
                concurrency: options.concurrency.map_or(Ok(defaults.concurrency), bulk_concurrency)?,
                dedupe: options.dedupe.unwrap_or(defaults.dedupe),
                stop_on_error: options.stop_on_error.unwrap_or(defaults.stop_on_error),
                journal: options.journal.map(journal_path).transpose()?,
            };
            let (bulk, driver) =
                Bulk::new(self.client.clone(), self.client.track()?, requests, request_options, options)?;
            self.environment.spawn(env, driver)?;
            Ok(bulk)
        });
        let bulk = bulk.map_err(|error| throw(env, &error_json(&error, 0, None)))?;
        Ok(External::new(BulkPublish::new(self.environment.clone(), bulk, observers)))
    }

    fn publish<'env>(
        &self,
        env: &'env Env,
        id: CallId,
        observers: u32,
        targets: Targets<'_>,
        payload: &Unknown<'_>,
        options: Option<CallOptions>,
    ) -> napi::Result<Unknown<'env>> {
        let observers = self.observers(observers);
        let attempts = observers.attempts.clone();
        self.environment.call(env, id, observers, || {
            let kind = targets.kind;
            let ids = targets.read(self.is_compat)?;
            let max_len = if self.is_compat { usize::MAX } else { MAX_PAYLOAD_LEN };
            let publish = Publish {
                kind,
                targets: ids,
                not_a_string: targets.not_a_string,
                payload: read_payload(payload, max_len)?,
                enforce_body_limit: !self.is_compat,
            };
            let options = request_options(self.client.config().limits(), options.unwrap_or_default(), attempts)?;
            let (client, token) = (self.client.clone(), self.client.track()?);
            Ok(async move { client.publish(token, publish, &options).await.map(Output::Published) })
        })
    }

    fn observers(&self, bits: u32) -> Observers {
        Observers::new(bits, self.client.config().payload_checks() == PayloadChecks::Warn)
    }

    /// Numbers of JavaScript are integers up to 2^53.
    fn call(&self, call: f64) -> CallId {
        CallId { client: self.number, call: call as u64 }
    }
}

/// The limits with those that a call sets for itself.
fn request_options(
    limits: RequestOptions,
    options: CallOptions,
    attempt_log: Option<AttemptLog>,
) -> Result<RequestOptions> {
    let timeout = options.timeout.map(|value| milliseconds("timeout", value)).transpose()?;
    let deadline = options.deadline.map(|value| milliseconds("deadline", value)).transpose()?;
    let limits = limits.with(timeout, options.max_retries.map(retries).transpose()?, deadline)?;
    Ok(RequestOptions { attempt_log, ..limits })
}

/// Reads the named requests of a bulk publish, or its only one.
fn read_requests(names: Option<Vec<String>>, payloads: &[Unknown<'_>]) -> Result<NamedRequests> {
    let mut payloads = payloads.iter().map(|payload| read_payload(payload, MAX_PAYLOAD_LEN));
    let Some(names) = names else {
        let payload = payloads.next().unwrap_or_else(|| Err(Error::Internal("a request is missing".into())))?;
        return ChunkRequest::new(&payload).map(NamedRequests::single);
    };
    let mut requests = NamedRequests::default();
    for (name, payload) in names.into_iter().zip(payloads) {
        requests.push(name, payload)?;
    }
    Ok(requests)
}

/// Resolves the path now, because the working directory may change.
fn journal_path(path: String) -> Result<PathBuf> {
    absolute(path).map_err(|error| Error::invalid(format!("journal must be the path of a file: {error}")))
}
