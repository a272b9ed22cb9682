/**
 * Push notifications with Pusher Beams: `PushNotifications` publishes, makes tokens and deletes users; `BeamsError` says what
 * went wrong and what became of the notification; `verifyWebhook` reads what the service has to tell.
 *
 * @module beams-native
 */

/// <reference lib="es2020" />
/// <reference lib="esnext.disposable" />

export * from './types/errors'
export * from './types/many-users'
export * from './types/publish'
export * from './types/webhooks'

import type { ManyUsersProgress, ManyUsersReport } from './types/many-users'
import type { PublishRequest, PublishResponse } from './types/publish'
import type { WebhookEvent } from './types/webhooks'
import type { AbortSignal } from './types/globals'

export interface PushNotifications {
  /** {@link PushNotifications.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A client for one [Pusher Beams](https://pusher.com/docs/beams/) instance.
 *
 * Make one and keep it: it reuses its connections. It may be shared by everything in the process, and costs nothing
 * until it is used.
 *
 * ### Example
 *
 * ```js
 * const { PushNotifications } = require('beams-native')
 *
 * const beams = new PushNotifications({
 *   instanceId: process.env.BEAMS_INSTANCE_ID,
 *   secretKey: process.env.BEAMS_SECRET_KEY,
 * })
 * ```
 */
export declare class PushNotifications {
  /**
   * Checks the options. Makes no connection.
   *
   * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` where an option is missing or cannot be used.
   */
  constructor(options: PushNotificationsOptions)
  /**
   * Publishes a notification to all devices that are subscribed to at least one of the interests.
   *
   * The service accepts it and delivers it in its own time; a publish id does not mean that a phone has shown it.
   * See [Publish to interests](https://pusher.com/docs/beams/reference/publish-api/#publish-to-device-interests).
   *
   * @param interests 1 to 100 interests, each of 1 to 164 ASCII letters, digits and `_-=@,.;`.
   * @param publishRequest What to show, for at least one platform. Up to 10 KiB as JSON.
   * @param options Settings of this call alone.
   * @returns The publish id, which the service's [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) repeat.
   * @throws {BeamsError} As a rejection, always. `delivery` says whether the notification may have gone out.
   *
   * ### Example
   *
   * ```js
   * const { publishId } = await beams.publishToInterests(['hello'], {
   *   web: { notification: { title: 'Hello', body: 'Hello, world!' } },
   * })
   * ```
   */
  publishToInterests(interests: readonly string[], publishRequest: PublishRequest, options?: CallOptions): Promise<PublishResponse>
  /**
   * Publishes a notification to all devices of the users.
   *
   * See [Publish to users](https://pusher.com/docs/beams/reference/publish-api/#publish-to-users).
   *
   * @param users 1 to 1 000 user ids, each of 1 to 164 UTF-16 code units.
   * @param publishRequest What to show, for at least one platform. Up to 200 KiB as JSON, user ids included.
   * @param options Settings of this call alone.
   * @returns The publish id, which the service's [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) repeat.
   * @throws {BeamsError} As a rejection, always. `delivery` says whether the notification may have gone out.
   *
   * ### Example
   *
   * ```js
   * const { publishId } = await beams.publishToUsers(['user-1'], {
   *   apns: { aps: { alert: { title: 'Hello', body: 'Hello, world!' } } },
   *   fcm: { notification: { title: 'Hello', body: 'Hello, world!' } },
   * })
   * ```
   */
  publishToUsers(users: readonly string[], publishRequest: PublishRequest, options?: CallOptions): Promise<PublishResponse>
  /**
   * Makes the token that ties a device to a user: your auth endpoint answers the client SDKs with `{ token }`.
   *
   * It is a JWT, signed with the secret key (HS256) and good for 24 hours. No request is made.
   * See [Authenticated users](https://pusher.com/docs/beams/concepts/authenticated-users/).
   *
   * @param userId 1 to 164 UTF-16 code units. Take it from the session, never from the request alone.
   * @param options Settings of this token alone.
   * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` where the user id is missing or cannot be used.
   *
   * ### Example
   *
   * ```js
   * response.json({ token: beams.generateToken('user-1') })
   * ```
   */
  generateToken(userId: string, options?: TokenOptions): string
  /**
   * Deletes a user and all of their devices from the instance.
   *
   * See [Delete user](https://pusher.com/docs/beams/reference/customer-api/#delete-user).
   *
   * @param userId 1 to 164 UTF-16 code units, neither `.` nor `..`.
   * @param options Settings of this call alone.
   * @throws {BeamsError} As a rejection, always.
   *
   * ### Example
   *
   * ```js
   * await beams.deleteUser('user-1')
   * ```
   */
  deleteUser(userId: string, options?: CallOptions): Promise<void>
  /**
   * Lets no more calls begin, waits for those under way to end, and drops the connections.
   *
   * Calls made from now on reject with `ERR_BEAMS_CLOSED`; so does a `publishToManyUsers` under way, once the requests
   * that it has made have ended, and it says whom it has not reached. Closing twice does no harm. It need not be called for the
   * process to end. In TypeScript 5.2 and later, `await using beams = new PushNotifications(…)` closes by itself.
   *
   * ### Example
   *
   * ```js
   * process.on('SIGTERM', async () => {
   *   server.close()
   *   await beams.close()
   * })
   * ```
   */
  close(): Promise<void>
  /**
   * Publishes a notification to any number of users, in requests of up to 1 000, and accounts for each of them.
   *
   * Requests are made as fast as `maxRequestsPerSecond` allows, and no more is read from `users` than is about to be
   * sent, so a database cursor of any length will do. Each request is retried as `publishToUsers` is; one that fails
   * in the end does not stop the others, unless all would fail (401, 402, 403, 404).
   *
   * There is no such method for interests: a device that is subscribed to interests in two requests would be notified
   * twice.
   *
   * @param users The user ids: an array, an iterable, or an async iterable. An id that cannot be one (not a string, empty,
   * longer than 164 UTF-16 code units) ends up in `failed`.
   * @param publishRequest What to show, for at least one platform. Up to 199 KiB as JSON.
   * @param options Settings of this call alone.
   * @returns What became of every user, also where not all were published to.
   * @throws {BeamsError} As a rejection, always. Where it was stopped before the end (by the service, `stopOnError`,
   * `signal`, `close()`, or because reading `users` or `onProgress` threw), the error has the `report` so far and, in
   * `remaining`, the users that were read and not sent. `delivery` is then about the call as a whole.
   *
   * ### Example
   *
   * ```js
   * const report = await beams.publishToManyUsers(cursorOfUserIds, {
   *   web: { notification: { title: 'Hello', body: 'Hello, everybody!' } },
   * })
   * console.log(report.published, report.duplicates)
   * for (const { users, error } of report.failed) console.error(error.delivery, users)
   * ```
   */
  publishToManyUsers(users: Iterable<string> | AsyncIterable<string>, publishRequest: PublishRequest, options?: ManyUsersOptions): Promise<ManyUsersReport>
}

/** Settings of one call. `undefined` means the client's own setting. */
export interface CallOptions {
  /** The time for one attempt, in milliseconds. */
  timeout?: number | undefined
  /** How many retries may follow the first attempt, from 0 to 100. */
  maxRetries?: number | undefined
  /**
   * Aborts the call, which then rejects with the signal's reason, as `fetch` does. What has been sent by then cannot be
   * called back.
   */
  signal?: AbortSignal | undefined
}

/** Settings of one call to many users. `undefined` means the client's own setting, or the default. */
export interface ManyUsersOptions {
  /** The time for one attempt at one request, in milliseconds. */
  timeout?: number | undefined
  /** How many retries may follow the first attempt at a request, from 0 to 100. */
  maxRetries?: number | undefined
  /**
   * Stops the call: no further request is made, those under way are waited for, and the call rejects with
   * `ERR_BEAMS_INTERRUPTED`, the signal's reason as its `cause`.
   */
  signal?: AbortSignal | undefined
  /**
   * How many requests may be under way at once, from 1 to 1 000.
   *
   * @default 16
   */
  concurrency?: number | undefined
  /**
   * Whether a user who comes more than once is published to once. For this, every id is remembered until the call ends:
   * some 20 bytes each, and the id itself.
   *
   * @default true
   */
  dedupe?: boolean | undefined
  /**
   * Whether to stop as soon as one request has failed.
   *
   * @default false
   */
  stopOnError?: boolean | undefined
  /** Called each time a request has ended. What it returns is not waited for; if it throws, the call stops. */
  onProgress?: ((progress: ManyUsersProgress) => void) | undefined
}

/** Settings of a client. Only `instanceId` and `secretKey` are required; `undefined` always means the default. */
export interface PushNotificationsOptions {
  /** The instance's id, from the [dashboard](https://dash.pusher.com/): one host label, such as a UUID. */
  instanceId: string
  /**
   * The instance's secret key, from the [dashboard](https://dash.pusher.com/). Keep it on the server. It signs user
   * tokens and authorizes every request; the client never shows it in errors, logs or `util.inspect`.
   */
  secretKey: string
  /**
   * Another host in place of `<instanceId>.pushnotifications.pusher.com`.
   *
   * A bare host, with or without a port, means plain http, as in the official SDK; a full URL may be https and may have
   * a port and a base path: `'localhost:8081'`, `'https://gateway.example/beams'`.
   */
  endpoint?: string | undefined
  /** Another port, from 1 to 65535. Wins over a port in `endpoint`. */
  port?: number | string | undefined
  /**
   * The time for one attempt, from the first byte of the request to the last byte of the reply, in milliseconds.
   *
   * @default 30000
   */
  timeout?: number | undefined
  /**
   * The time for making a connection (name lookup, TCP, proxy and TLS together), in milliseconds. Never longer than
   * `timeout`.
   *
   * @default 10000
   */
  connectTimeout?: number | undefined
  /**
   * How many retries may follow a first attempt, from 0 to 100. A publish is repeated only where it was certainly not
   * carried out: no connection was made, or the service answered 429 or 503. A deletion is repeated after every passing
   * fault.
   *
   * @default 3
   */
  maxRetries?: number | undefined
  /**
   * How many requests a second may start, retries included; `Infinity` for no limit. The default is the service's own
   * documented limit. From idle, a second's worth starts at once; the rest of a burst is spread evenly.
   *
   * @default 100
   */
  maxRequestsPerSecond?: number | undefined
  /**
   * Whether to repeat a publish even where it may have been carried out already (`delivery: 'unknown'`). Somebody may
   * then be notified twice.
   *
   * @default false
   */
  retryUnknown?: boolean | undefined
  /**
   * How many seconds the time of issue of a token lies back, from 0 to 86 400. The service refuses a token that is
   * "used before issued", which happens where this machine's clock runs ahead of its own. A token is good for 24 hours
   * from now all the same.
   *
   * @default 0
   */
  tokenBackdate?: number | undefined
  /**
   * The proxy to go through, as an http or https URL, with a user name and password if it wants them. Without it,
   * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count, in either case.
   */
  proxy?: string | undefined
  /** Certificates in PEM to trust in place of the system's, as in Node's own `tls`. */
  ca?: string | Uint8Array | ReadonlyArray<string | Uint8Array> | undefined
}

/**
 * Signs a webhook as the service does, for tests of your own handler.
 *
 * @param body The body that will be sent, byte for byte.
 * @param secret The secret that the handler verifies with.
 * @returns The headers that go with it.
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` where the secret is missing or empty.
 *
 * ### Example
 *
 * ```js
 * const body = JSON.stringify({ payload, metadata, custom_data: {} })
 * await fetch(url, { method: 'POST', body, headers: signWebhook(body, secret) })
 * ```
 */
export declare function signWebhook(body: string | Uint8Array | ArrayBuffer, secret: string): { 'Content-Type': 'application/json'; 'Webhook-Signature': string }

/** Settings of one token. */
export interface TokenOptions {
  /** How many seconds the token's time of issue lies back, in place of the client's `tokenBackdate`. */
  backdate?: number | undefined
}

/**
 * Verifies that a webhook comes from the service, and answers with its event.
 *
 * Give it the body as it came, byte for byte: one that was parsed and written again has another signature. Somebody who has
 * seen a webhook can send it again, and so does the service when no 2xx came within 3 seconds: remember `eventId` for as
 * long as it matters. See [Webhooks](https://pusher.com/docs/beams/concepts/webhooks/).
 *
 * @param rawBody The request's body: a `Buffer`, or a string that was decoded from UTF-8.
 * @param signature The request's header `Webhook-Signature`. It may be missing: that is a wrong signature too.
 * @param secret The webhook's secret from the dashboard, which is not the instance's secret key; or several of them, any of
 * which will do, while you change it.
 * @throws {BeamsError} `ERR_BEAMS_WEBHOOK_SIGNATURE` where it was not signed with the secret: answer 401.
 * `ERR_BEAMS_WEBHOOK_PAYLOAD` where what was signed is no event.
 *
 * ### Example
 *
 * ```js
 * app.post('/webhooks/beams', express.raw({ type: 'application/json' }), (request, response) => {
 *   const event = verifyWebhook(request.body, request.get('webhook-signature'), process.env.BEAMS_WEBHOOK_SECRET)
 *   if (event.eventType === 'v1.UserNotificationOpen') console.log(event.payload.user_id)
 *   response.sendStatus(204)
 * })
 * ```
 */
export declare function verifyWebhook(rawBody: string | Uint8Array | ArrayBuffer, signature: string | readonly string[] | null | undefined, secret: string | readonly string[]): WebhookEvent
