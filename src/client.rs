//! The class that users know. Its doc comments are the typings' own.

use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{External, Object, Unknown};
use napi::{Env, Result, ValueType};
use napi_derive::napi;

use crate::bulk::ManyUsersCall;
use crate::environment::{Environment, Prepared};
use crate::error::guarded;
use crate::ffi::utf16;
use crate::options::{call_options, client_options, many_users_options, token_options};
use crate::pending_calls::Answer;
use crate::targets::{List, is_missing, template};
use beams::bulk::publish::{BulkOptions, BulkPublish};
use beams::client::{Client, Outcome};
use beams::config::{Config, backdate};
use beams::error::Error;
use beams::targets::interests::INTERESTS;
use beams::targets::kind::TargetKind;
use beams::targets::users::{EncodedUserId, USERS, UserId};

/// A client for one [Pusher Beams](https://pusher.com/docs/beams/) instance.
///
/// Make one and keep it: it reuses its connections. It may be shared by everything in the process, and costs nothing
/// until it is used.
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
    client: Arc<Client>,
}

#[napi]
impl PushNotifications {
    /// Checks the options. Makes no connection.
    ///
    /// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` where an option is missing or cannot be used.
    #[napi(constructor, catch_unwind, ts_args_type = "options: PushNotificationsOptions")]
    pub fn new(env: Env, options: Unknown<'_>) -> Result<Self> {
        let environment = Environment::of(&env)?;
        let client = guarded(|| {
            let options = client_options(&env, &environment.host, &options)?;
            Ok(Client::new(Config::new(options.into())?)?)
        });
        let client = client.map_err(|failure| failure.into_exception(&env, &environment.host))?;
        if let Some(warning) = client.config().warning() {
            environment.warn_once(&env, &warning)?;
        }
        Ok(Self { environment, client: Arc::new(client) })
    }

    /// Publishes a notification to all devices that are subscribed to at least one of the interests.
    ///
    /// The service accepts it and delivers it in its own time; a publish id does not mean that a phone has shown it.
    /// See [PublishBody to interests](https://pusher.com/docs/beams/reference/publish-api/#publish-to-device-interests).
    ///
    /// @param interests 1 to 100 interests, each of 1 to 164 ASCII letters, digits and `_-=@,.;`.
    /// @param publishRequest What to show, for at least one platform. Up to 10 KiB as JSON.
    /// @param options BulkOptions of this call alone.
    /// @returns The publish id, which the service's [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) repeat.
    /// @throws {BeamsError} As a rejection, always. `delivery` says whether the notification may have gone out.
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
    pub fn publish_to_interests<'env>(
        &self,
        env: &'env Env,
        interests: Unknown<'env>,
        publish_request: Unknown<'env>,
        options: Unknown<'env>,
        record: Unknown<'env>,
    ) -> Result<Unknown<'env>> {
        self.publish(env, &INTERESTS, interests, publish_request, options, record)
    }

    /// Publishes a notification to all devices of the users.
    ///
    /// See [PublishBody to users](https://pusher.com/docs/beams/reference/publish-api/#publish-to-users).
    ///
    /// @param users 1 to 1 000 user ids, each of 1 to 164 UTF-16 code units.
    /// @param publishRequest What to show, for at least one platform. Up to 200 KiB as JSON, user ids included.
    /// @param options BulkOptions of this call alone.
    /// @returns The publish id, which the service's [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) repeat.
    /// @throws {BeamsError} As a rejection, always. `delivery` says whether the notification may have gone out.
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
    pub fn publish_to_users<'env>(
        &self,
        env: &'env Env,
        users: Unknown<'env>,
        publish_request: Unknown<'env>,
        options: Unknown<'env>,
        record: Unknown<'env>,
    ) -> Result<Unknown<'env>> {
        self.publish(env, &USERS, users, publish_request, options, record)
    }

    /// Makes the token that ties a device to a user: your auth endpoint answers the client SDKs with `{ token }`.
    ///
    /// It is a JWT, signed with the secret key (HS256) and good for 24 hours. No request is made.
    /// See [Authenticated users](https://pusher.com/docs/beams/concepts/authenticated-users/).
    ///
    /// @param userId 1 to 164 UTF-16 code units. Take it from the session, never from the request alone.
    /// @param options BulkOptions of this token alone.
    /// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` where the user id is missing or cannot be used.
    ///
    /// ### Example
    ///
    /// ```js
    /// response.json({ token: beams.generateToken('user-1') })
    /// ```
    #[napi(catch_unwind, ts_args_type = "userId: string, options?: TokenOptions")]
    pub fn generate_token(&self, env: &Env, user_id: Unknown<'_>, options: Unknown<'_>) -> Result<String> {
        let token = guarded(|| {
            if is_missing(&user_id)? {
                return Err(Error::invalid("userId argument is required").into());
            }
            let user_id = utf16(&user_id)?.ok_or_else(|| Error::invalid("userId must be a string"))?;
            let user = UserId::new(&user_id)?;
            let backdate = backdate("backdate", token_options(env, &self.environment.host, &options)?.backdate)?;
            Ok(self.client.generate_token(user, backdate)?)
        });
        token.map_err(|failure| failure.into_exception(env, &self.environment.host))
    }

    /// Deletes a user and all of their devices from the instance.
    ///
    /// See [Delete user](https://pusher.com/docs/beams/reference/customer-api/#delete-user).
    ///
    /// @param userId 1 to 164 UTF-16 code units, neither `.` nor `..`.
    /// @param options BulkOptions of this call alone.
    /// @throws {BeamsError} As a rejection, always.
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
        user_id: Unknown<'env>,
        options: Unknown<'env>,
        record: Unknown<'env>,
    ) -> Result<Unknown<'env>> {
        self.environment.call(env, Some(&record), || {
            if is_missing(&user_id)? {
                return Err(Error::invalid("User ID argument is required").into());
            }
            let user_id = utf16(&user_id)?.ok_or_else(|| Error::invalid("User ID argument must be a string"))?;
            let user = EncodedUserId::new(&user_id)?;
            let options = call_options(env, &self.environment.host, &options)?;
            let limits = self.client.config().limits().with(options.timeout, options.max_retries)?;
            let (client, admission) = (self.client.clone(), self.client.admit()?);
            let call = async move { client.delete_user(admission, &user, &limits).await.map(Answer::Deleted) };
            Ok(Prepared::new(call, options.signal))
        })
    }

    /// Lets no more calls begin, waits for those under way to end, and drops the connections.
    ///
    /// Calls made from now on reject with `ERR_BEAMS_CLOSED`; so does a `publishToManyUsers` under way, once the requests
    /// that it has made have ended, and it says whom it has not reached. Closing twice does no harm. It need not be called for the
    /// process to end. In TypeScript 5.2 and later, `await using beams = new PushNotifications(…)` closes by itself.
    ///
    /// ### Example
    ///
    /// ```js
    /// process.on('SIGTERM', async () => {
    ///   server.close()
    ///   await beams.close()
    /// })
    /// ```
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn close<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        self.client.close();
        let client = self.client.clone();
        self.environment.call(env, None, || {
            let call = async move {
                client.closed().await;
                Outcome { result: Ok(Answer::Done), attempts: 0, status: None }
            };
            Ok(Prepared::new(call, None))
        })
    }

    /// Publishes a notification to any number of users, in requests of up to 1 000, and accounts for each of them.
    ///
    /// Requests are made as fast as `maxRequestsPerSecond` allows, and no more is read from `users` than is about to be
    /// sent, so a database cursor of any length will do. Each request is retried as `publishToUsers` is; one that fails
    /// in the end does not stop the others, unless all would fail (401, 402, 403, 404).
    ///
    /// There is no such method for interests: a device that is subscribed to interests in two requests would be notified
    /// twice.
    ///
    /// @param users The user ids: an array, an iterable, or an async iterable. An id that cannot be one (not a string, empty,
    /// longer than 164 UTF-16 code units) ends up in `failed`.
    /// @param publishRequest What to show, for at least one platform. Up to 199 KiB as JSON.
    /// @param options BulkOptions of this call alone.
    /// @returns What became of every user, also where not all were published to.
    /// @throws {BeamsError} As a rejection, always. Where it was stopped before the end (by the service, `stopOnError`,
    /// `signal`, `close()`, or because reading `users` or `onProgress` threw), the error has the `report` so far and, in
    /// `remaining`, the users that were read and not sent. `delivery` is then about the call as a whole.
    ///
    /// ### Example
    ///
    /// ```js
    /// const report = await beams.publishToManyUsers(cursorOfUserIds, {
    ///   web: { notification: { title: 'Hello', body: 'Hello, everybody!' } },
    /// })
    /// console.log(report.published, report.duplicates)
    /// for (const { users, error } of report.failed) console.error(error.delivery, users)
    /// ```
    #[napi(
        catch_unwind,
        ts_args_type = "users: Iterable<string> | AsyncIterable<string>, publishRequest: PublishRequest, options?: ManyUsersOptions",
        ts_return_type = "Promise<ManyUsersReport>"
    )]
    pub fn publish_to_many_users<'env>(
        &self,
        env: &'env Env,
        users: Unknown<'_>,
        publish_request: Unknown<'_>,
        options: Unknown<'_>,
    ) -> Result<Object<'env>> {
        let host = &self.environment.host;
        let begun = guarded(|| {
            if is_missing(&users)? {
                return Err(USERS.required().into());
            }
            if users.get_type()? != ValueType::Object || !host.is_iterable(env, &users)? {
                return Err(Error::invalid("users argument must be an array, an iterable or an async iterable").into());
            }
            if is_missing(&publish_request)? {
                return Err(Error::invalid("publishRequest argument is required").into());
            }
            let template = template(env, host, &publish_request)?;
            let options = many_users_options(env, host, &options)?;
            let settings = BulkOptions::new(options.concurrency, options.dedupe, options.stop_on_error)?;
            let limits = self.client.config().limits().with(options.timeout, options.max_retries)?;
            let call = BulkPublish::new(self.client.clone(), self.client.admit()?, template, limits, settings);
            let mut begun = Object::new(env)?;
            begun.set("call", External::new(ManyUsersCall::new(self.environment.clone(), call)))?;
            begun.set("signal", options.signal)?;
            begun.set("onProgress", options.on_progress)?;
            Ok(begun)
        });
        begun.map_err(|failure| failure.into_exception(env, host))
    }

    fn publish<'env>(
        &self,
        env: &'env Env,
        kind: &'static TargetKind,
        targets: Unknown<'env>,
        publish_request: Unknown<'env>,
        options: Unknown<'env>,
        record: Unknown<'env>,
    ) -> Result<Unknown<'env>> {
        let host = &self.environment.host;
        self.environment.call(env, Some(&record), || {
            let list = List::read(env, host, kind, targets)?;
            if is_missing(&publish_request)? {
                return Err(Error::invalid("publishRequest argument is required").into());
            }
            let publish = list.publish(env, host, &publish_request)?;
            let options = call_options(env, host, &options)?;
            let limits = self.client.config().limits().with(options.timeout, options.max_retries)?;
            let (client, admission) = (self.client.clone(), self.client.admit()?);
            let call = async move { client.publish(admission, &publish, &limits).await.map(Answer::Published) };
            Ok(Prepared::new(call, options.signal))
        })
    }
}
