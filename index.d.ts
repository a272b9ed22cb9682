/**
 * Push notifications with Pusher Beams: `PushNotifications` publishes, makes tokens and deletes users; `BeamsError` says what
 * went wrong and whether the notification was sent; `verifyWebhook` verifies a webhook and returns its event.
 *
 * @module beams-native
 */

/// <reference lib="es2020" />
/// <reference lib="esnext.disposable" />

export * from './types/client'
export * from './types/diagnostics'
export * from './types/errors'
export * from './types/many-users'
export * from './types/message'
export * from './types/payload-checks'
export * from './types/publish'
export * from './types/webhooks'

import type { BeamsLogger, ClientStats, PayloadChecks } from './types/client'
import type { ManyUsersProgress, ManyUsersReport, NamedRequests, RequestName, UserEntries } from './types/many-users'
import type { Message } from './types/message'
import type { PayloadCheckOptions, PayloadFinding } from './types/payload-checks'
import type { PublishRequest, PublishResponse } from './types/publish'
import type { WebhookBody, WebhookEvent } from './types/webhooks'
import type { AbortSignal } from './types/globals'

export interface PushNotifications {
  /** {@link PushNotifications.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A client for one [Pusher Beams](https://pusher.com/docs/beams/) instance.
 *
 * Create one and share it in the whole process: it reuses its connections, and opens none before the first call.
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
   * Validates the options. Opens no connection.
   *
   * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if an option is missing, invalid or unknown.
   */
  constructor(options: PushNotificationsOptions)
  /**
   * Publishes a notification to all devices that are subscribed to at least one of the interests.
   *
   * The service accepts the publish and delivers it later; a publish id does not mean that a device has shown it.
   * See [Publish to interests](https://pusher.com/docs/beams/reference/publish-api/#publish-to-device-interests).
   *
   * @param interests 1 to 100 interests, each of 1 to 164 ASCII letters, digits and `_-=@,.;`. Duplicates are removed.
   * @param publishRequest The payload for at least one platform. The whole request body may have up to 10 KiB.
   * @param options Options of this call.
   * @returns The publish id, which [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) refer to.
   * @throws {BeamsError} Always as a rejection. `delivery` says whether the notification may have gone out.
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
   * Publishes a notification to all devices of the users; otherwise the same as
   * {@link PushNotifications.publishToInterests}.
   *
   * See [Publish to users](https://pusher.com/docs/beams/reference/publish-api/#publish-to-users).
   *
   * @param users 1 to 1 000 user ids, each of 1 to 164 UTF-16 code units. Duplicates are removed.
   * @param publishRequest The payload for at least one platform. The whole request body may have up to 200 KiB.
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
   * Generates the token that associates a device with a user: your auth endpoint responds to the client SDKs with `{ token }`.
   *
   * It is a JWT, signed with the secret key (HS256) and valid for 24 hours. No request is made.
   * See [Authenticated users](https://pusher.com/docs/beams/concepts/authenticated-users/).
   *
   * @param userId 1 to 164 UTF-16 code units. Take it from the session, never from the request alone.
   * @param options Options of this token.
   * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if the user id is missing or invalid.
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
   * @param options Options of this call.
   * @throws {BeamsError} Always as a rejection.
   *
   * ### Example
   *
   * ```js
   * await beams.deleteUser('user-1')
   * ```
   */
  deleteUser(userId: string, options?: CallOptions): Promise<void>
  /**
   * Rejects new calls, waits for those in flight, and closes the connections.
   *
   * New calls reject with `ERR_BEAMS_CLOSED`. A `publishToManyUsers` in flight sends no more requests, completes those in
   * flight, and rejects with the same code; its error lists the users that were not published to. Closing twice is
   * harmless. The process can end without it. In TypeScript 5.2 and later, `await using beams = new PushNotifications(…)` closes
   * automatically.
   *
   * With a `timeout`, calls that have not ended by then reject with `ERR_BEAMS_CLOSED`, and their `delivery` says whether
   * the notification may have been sent. Choose it shorter than the time that a process has left after SIGTERM: 30
   * seconds by default in Kubernetes, 10 in Docker.
   *
   * @param options Options of this call.
   * @throws {BeamsError} As a rejection, if `timeout` is invalid; the client is then not closed.
   *
   * ### Example
   *
   * ```js
   * process.on('SIGTERM', async () => {
   *   server.close()
   *   await beams.close({ timeout: 20_000 })
   * })
   * ```
   */
  close(options?: CloseOptions): Promise<void>
  /**
   * Returns counts of the client's calls and requests, for readiness probes and gauges. Takes a few microseconds.
   *
   * ### Example
   *
   * ```js
   * const { calls, requestsWaiting, pausedUntil } = beams.stats()
   * response.json({ ready: pausedUntil === undefined && requestsWaiting < 1000, calls })
   * ```
   */
  stats(): ClientStats
  /** The instance's id. */
  get instanceId(): string
  /**
   * The base URL of requests, without the path of the API: `'https://<instanceId>.pushnotifications.pusher.com'`, or the
   * one from the options `endpoint` and `port`.
   */
  get endpoint(): string
  /**
   * Publishes a notification to any number of users, in requests of up to 1 000, and accounts for each of them.
   *
   * Requests start as fast as `maxRequestsPerSecond` allows, and `users` is read only as fast as they do, so a database
   * cursor of any length will do. Each request is retried as `publishToUsers` is; one that fails in the end does not stop
   * the others, unless all would fail (401, 402, 403, 404).
   *
   * With several `requests`, each user gets one of them by its name, or one of their own. Users with the same named request
   * share publishes; each request of a user's own is a separate publish. With a `journal`, a call resumes where an earlier
   * process stopped.
   *
   * There is no such method for interests: a device that is subscribed to interests in two requests would be notified
   * twice.
   *
   * @param users The user ids, or ids with their requests, in an array, an iterable, or an async iterable. An
   * invalid id (not a string, empty, longer than 164 UTF-16 code units) and a user without a valid request are reported in
   * `failures`. When the call is stopped, the iterator's `return()` is called, a stream is destroyed, and a pending read is
   * awaited for up to a second, or until `close` has timed out.
   * @param publishRequest The payload for at least one platform, or several by name. Each up to 199 KiB as JSON.
   * @param options Options of this call.
   * @returns What became of every user, even if not all were published to.
   * @throws {BeamsError} Always as a rejection. If it was stopped early (by the service, `stopOnError`, `signal`,
   * `close()`, a journal that could not be written any more, or because reading `users` or `onProgress` threw), the error
   * has the `report` so far and, in `remaining`, the users that were read and not sent. Its `delivery` covers the entire
   * call. If a journal cannot be used, the call rejects with `ERR_BEAMS_JOURNAL` before any user is read.
   *
   * ### Example
   *
   * ```js
   * const report = await beams.publishToManyUsers(cursorOfUserIds, {
   *   web: { notification: { title: 'Hello', body: 'Hello, everybody!' } },
   * })
   * console.log(report.publishedCount, report.duplicateCount)
   * for (const { users, error } of report.failures) console.error(error.delivery, users)
   * ```
   */
  publishToManyUsers<Name extends string, Given extends string = Name>(users: UserEntries<RequestName<Given, Name>>, publishRequest: PublishRequest | NamedRequests<Name>, options?: ManyUsersOptions): Promise<ManyUsersReport>
}

/** Options of one call, which override those of the client. `undefined` keeps the client's option. */
export interface CallOptions {
  /** {@link PushNotificationsOptions.timeout} of this call. */
  timeout?: number | undefined
  /** {@link PushNotificationsOptions.maxRetries} of this call. */
  maxRetries?: number | undefined
  /** {@link PushNotificationsOptions.deadline} of this call. */
  deadline?: number | undefined
  /**
   * Aborts the call, which then rejects with the signal's reason, as `fetch` does. A request that has been sent by then
   * cannot be undone.
   */
  signal?: AbortSignal | undefined
}

/**
 * Finds out before a publish why nothing would appear: what Beams would refuse, what Apple, Google or a browser would drop,
 * and which parts would have no effect.
 *
 * A finding says what will happen and what to write instead. The guide "Payload checks" lists every rule.
 *
 * @param publishRequest The payload, as a publish takes it.
 * @param options The kind of targets, if it is known: it decides how large the payload may be.
 * @returns The findings, the worst first; none if no rule applies. At most 100.
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if the payload is not a plain object or cannot be written as JSON.
 *
 * ### Example
 *
 * ```js
 * const { checkPublishRequest } = require('beams-native')
 *
 * const findings = checkPublishRequest({ web: { notification: { title: 'Hello', deep_link: '/inbox' } } })
 * for (const { severity, path, message } of findings) console.warn(`${severity} ${path}: ${message}`)
 * ```
 */
export declare function checkPublishRequest(publishRequest: object, options?: PayloadCheckOptions): PayloadFinding[]

/** Options of {@link PushNotifications.close}. */
export interface CloseOptions {
  /**
   * After how many milliseconds the calls that have not ended are cancelled; 0 cancels them immediately. Their `delivery`
   * says whether the notification may have been sent.
   *
   * @default none: calls are waited for
   */
  timeout?: number | undefined
}

/**
 * Whether a value is an event type of {@link WebhookEvent}, for tables of your own with a handler for each type.
 *
 * @param eventType The value to test.
 * @returns `true` for the documented types, and for `'unknown'`, which stands for all newer ones.
 *
 * ### Example
 *
 * ```js
 * const { isWebhookEventType } = require('beams-native')
 *
 * isWebhookEventType('v1.UserNotificationOpen') // true
 * isWebhookEventType('v1.NotificationOpen') // false
 * ```
 */
export declare function isWebhookEventType(eventType: unknown): eventType is WebhookEvent['eventType']

/** Options of one `publishToManyUsers`. `undefined` means the client's own setting, or the default. */
export interface ManyUsersOptions {
  /** {@link PushNotificationsOptions.timeout} of each request. */
  timeout?: number | undefined
  /** {@link PushNotificationsOptions.maxRetries} of each request. */
  maxRetries?: number | undefined
  /** The time limit for the whole call, in milliseconds. The client's own `deadline` does not apply to this method. */
  deadline?: number | undefined
  /**
   * Stops the call: no further request is made, those in flight are completed, and the call rejects with
   * `ERR_BEAMS_INTERRUPTED` and the signal's reason as its `cause`.
   */
  signal?: AbortSignal | undefined
  /**
   * How many requests may be in flight at once, from 1 to 1 000.
   *
   * @default 16
   */
  concurrency?: number | undefined
  /**
   * Whether a user who occurs more than once is published to once. The first entry counts, even if its request is invalid and
   * the user is in `failures`. For this, every id is kept in memory until the call ends: about 25 bytes plus the id itself.
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
  /**
   * The path of a file that records the outcome of each user, so that the call can be resumed after its process has died.
   * If it is called again with the same journal and the same requests, users who were published to are skipped
   * (`resumedCount`). Users with an unknown outcome are reported in `failures` with `delivery: 'unknown'`, and published
   * to again only if the client has `retryUnknown`. All others are published to. The file is created if it does not exist;
   * it contains user ids. Only one call at a time can use it. Requires `dedupe`. Takes about 40 bytes of memory plus the
   * id itself for each user.
   *
   * @default none
   */
  journal?: string | undefined
  /**
   * Called each time a request has ended. A promise that it returns is not awaited; if it throws, or the promise rejects,
   * the call stops.
   */
  onProgress?: ((progress: ManyUsersProgress) => void) | ((progress: ManyUsersProgress) => Promise<void>) | undefined
}

/** Options of a client. Only `instanceId` and `secretKey` are required; `undefined` always means the default. */
export interface PushNotificationsOptions {
  /** The instance's id, from the [dashboard](https://dash.pusher.com/): one host label, such as a UUID. */
  instanceId: string
  /**
   * The instance's secret key, from the [dashboard](https://dash.pusher.com/). Keep it on the server. It signs user
   * tokens and authorizes every request; it never appears in errors, logs or `util.inspect`.
   */
  secretKey: string
  /**
   * Another host instead of `<instanceId>.pushnotifications.pusher.com`.
   *
   * A bare host, with or without a port, means plain http, as in the official SDK; a full URL may be https and may have
   * a port and a base path: `'localhost:8081'`, `'https://gateway.example/beams'`.
   */
  endpoint?: string | undefined
  /** Another port, from 1 to 65535. Overrides a port in `endpoint`. */
  port?: number | string | undefined
  /**
   * The time limit for one attempt, from the first byte of the request to the last byte of the response, in milliseconds.
   *
   * @default 30000
   */
  timeout?: number | undefined
  /**
   * The time limit for making a connection (name lookup, TCP, proxy and TLS), or for waiting for a free HTTP/2 stream, in
   * milliseconds. At most `timeout`.
   *
   * @default 10000
   */
  connectTimeout?: number | undefined
  /**
   * How many retries may follow a first attempt, from 0 to 100. A publish is retried only if it was certainly not
   * processed: no connection was made, or the service itself refused it with 408, 429 or 503. A deletion is retried after
   * every transient failure.
   *
   * @default 3
   */
  maxRetries?: number | undefined
  /**
   * How many requests may start per second, retries included; `Infinity` for no limit. The default is the service's
   * documented limit. An idle client starts a second's worth at once; the rest of a burst is spread evenly.
   *
   * @default 100
   */
  maxRequestsPerSecond?: number | undefined
  /**
   * How many requests may be in flight at once, from 1 to 65 536. Calls over it wait in order, as they do for
   * `maxRequestsPerSecond`; over HTTP/1.1 each request in flight has a connection of its own.
   *
   * @default 256
   */
  maxConcurrentRequests?: number | undefined
  /**
   * The time limit for a whole call, with all retries and waits, in milliseconds. A call that cannot complete by then
   * rejects with `ERR_BEAMS_TIMEOUT`, and its `delivery` says what became of the notification, which an
   * `AbortSignal.timeout` cannot. `publishToManyUsers` has a `deadline` of its own.
   *
   * @default none
   */
  deadline?: number | undefined
  /**
   * Whether to retry a publish even if it may have been processed already (`delivery: 'unknown'`). Somebody may then be
   * notified twice.
   *
   * @default false
   */
  retryUnknown?: boolean | undefined
  /**
   * By how many seconds tokens are backdated, from 0 to 86 400. The service refuses a token that is "used before issued",
   * which happens if this machine's clock runs ahead of the service's. A token is valid for 24 hours from now all the
   * same.
   *
   * @default 0
   */
  tokenBackdate?: number | undefined
  /**
   * Whether payloads are checked before they are published, as `checkPublishRequest` does, for what Beams would refuse and
   * what Apple, Google or browsers would drop:
   *
   * - `'off'`: payloads are not checked.
   * - `'warn'`: the payload is published, and a process warning (`BeamsPayloadWarning`) says why nothing would be shown and
   *   what to write instead: once for each rule and path, and at most 20 times in a process.
   * - `'reject'`: the call rejects with `ERR_BEAMS_INVALID_ARGUMENT`, before anything is sent; the error has the `findings`.
   *   If it is the request of a single user in a `publishToManyUsers`, only this user is in `failures`.
   *
   * Payloads are checked on the worker thread. Subscribers to the diagnostics channel `beams-native:payload` get all
   * findings, hints included, as a `BeamsPayloadMessage`.
   *
   * @default 'warn', or 'off' if `NODE_ENV` is `production`
   */
  payloadChecks?: PayloadChecks | undefined
  /**
   * The URL of a proxy (`http`, `https`, `socks5` or `socks5h`), with a user name and password if it requires them. Without
   * it, `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` apply, in upper or lower case.
   */
  proxy?: string | undefined
  /** Certificates in PEM to trust instead of the system's, as in Node's own `tls`. */
  ca?: string | Uint8Array | ReadonlyArray<string | Uint8Array> | undefined
  /**
   * Logs each call when it has ended: `debug` for requests and calls that succeed at once, `warn` for retries, aborted calls,
   * users that a `publishToManyUsers` could not publish to, and payload warnings, `error` for calls that fail. `console`, pino,
   * winston and the like fit. No value of a payload, interest, user id or key is logged.
   *
   * With a logger, payload warnings are not emitted as process warnings.
   *
   * @default none
   */
  logger?: BeamsLogger | undefined
}

/**
 * Reads the journal of a `publishToManyUsers` call: the last known outcome of every user in it, over all calls.
 *
 * The journal may be in use, except on Windows. Its `failures` are the users whose last publish failed; `delivery: 'unknown'`
 * also stands for requests that were in flight when the process died, or are in flight now. Users that were never sent are not
 * in a journal: `duplicateCount` and `resumedCount` are 0, and invalid ids are missing.
 *
 * @param path The path of the journal.
 * @throws {BeamsError} Always as a rejection: `ERR_BEAMS_JOURNAL` if the file cannot be read, or is not a journal.
 *
 * ### Example
 *
 * ```js
 * const { readCampaignJournal } = require('beams-native')
 *
 * const { publishedCount, failures } = await readCampaignJournal('./spring-sale.journal')
 * ```
 */
export declare function readCampaignJournal(path: string): Promise<ManyUsersReport>

/**
 * Signs a webhook as the service does, for tests of your own handler.
 *
 * @param body The body that will be sent, byte for byte.
 * @param secret The secret that the handler verifies with.
 * @returns The headers to send with it.
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if the secret is missing or empty.
 *
 * ### Example
 *
 * ```js
 * const body = JSON.stringify({ payload, metadata, custom_data: {} })
 * await fetch(url, { method: 'POST', body, headers: signWebhook(body, secret) })
 * ```
 */
export declare function signWebhook(body: WebhookBody, secret: string): { 'Content-Type': 'application/json'; 'Webhook-Signature': string }

/** Options of one token. */
export interface TokenOptions {
  /** By how many seconds the token is backdated, instead of the client's `tokenBackdate`. */
  backdate?: number | undefined
}

/**
 * Turns one message into a payload for each platform, in the form that it needs: a date or a duration, strings in `fcm.data`,
 * absolute URLs. The table at {@link Message} says what each member becomes.
 *
 * @param message What to say. With `silent: true`, it wakes the apps and shows nothing.
 * @returns What `publishToUsers`, `publishToInterests` and `publishToManyUsers` take.
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if a member is missing, mistyped or unknown, or cannot work on a platform.
 *
 * ### Example
 *
 * ```js
 * const { toPublishRequest } = require('beams-native')
 *
 * const publishRequest = toPublishRequest({
 *   title: 'Your order',
 *   body: 'It is on its way.',
 *   link: '/orders/7',
 *   baseUrl: 'https://example.com',
 *   data: { orderId: 7 },
 *   ttl: 3600,
 * })
 * await beams.publishToUsers(['user-001'], publishRequest)
 * ```
 */
export declare function toPublishRequest(message: Message): PublishRequest

/**
 * Verifies that a webhook was sent by the service, and returns its event.
 *
 * Pass the raw body, byte for byte: a body that was parsed and serialized again has another signature. Somebody who has
 * seen a webhook can send it again, and the service itself does if it gets no 2xx within 3 seconds: store `eventId` for as
 * long as it matters. See [Webhooks](https://pusher.com/docs/beams/concepts/webhooks/).
 *
 * @param rawBody The request's body, before any parsing.
 * @param signature The value of the request's header `Webhook-Signature`. A missing one does not match.
 * @param secret The webhook's secret from the dashboard, which is not the instance's secret key; or several of them, one of
 * which must match, while you rotate it.
 * @throws {BeamsError} `ERR_BEAMS_WEBHOOK_SIGNATURE` if it was not signed with the secret: respond with 401.
 * `ERR_BEAMS_WEBHOOK_PAYLOAD` if it was, but is not a Beams event. `ERR_BEAMS_INVALID_ARGUMENT` if an argument has the wrong
 * type, such as all headers in place of one, or a secret is missing or empty.
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
export declare function verifyWebhook(rawBody: WebhookBody, signature: string | readonly string[] | null | undefined, secret: string | readonly string[]): WebhookEvent
