/**
 * Push notifications with Pusher Beams: `PushNotifications` publishes, makes tokens and deletes users; `BeamsError` says what
 * went wrong and what became of the notification; `verifyWebhook` reads what the service has to tell.
 *
 * @module beams-native
 */

/**
 * What went wrong with a call, and what became of the request. Every error of this package is one.
 *
 * ```js
 * try {
 *   await beams.publishToInterests(['hello'], request)
 * } catch (error) {
 *   if (error instanceof BeamsError && error.delivery !== 'unknown') queue.retryLater(request)
 *   else throw error
 * }
 * ```
 */
export class BeamsError extends Error {
  constructor(message: string, details: BeamsErrorDetails)
  /** Always `'BeamsError'`. */
  name: 'BeamsError'
  /** What went wrong, for programs. */
  code: BeamsErrorCode
  /**
   * What became of the request. The service has no idempotency key, so sending a publish again can notify somebody twice:
   *
   * - `'not-sent'`: no byte of it left this process. Sending it again is safe.
   * - `'refused'`: the service answered that it did not take it (4xx or 503). Sending it again is safe.
   * - `'unknown'`: it went out and no usable answer came back. It may or may not have been carried out.
   */
  delivery: BeamsDelivery
  /** How often it was tried. 0 where the arguments were refused. */
  attempts: number
  /** The HTTP status. Present where the service answered. */
  status?: number
  /** The service's own short title, such as `'Unauthorized'`. Present where its answer held one. */
  error?: string
  /** The service's own explanation, such as `'Incorrect Secret Key'`. Present where its answer held one. */
  description?: string
  /** How many seconds the service asked to wait. Present where it did. */
  retryAfter?: number
  /** The error beneath, with Node's own `code` (`'ECONNREFUSED'`, …) where it has one. Present where there is one. */
  cause?: unknown
  /** What had become of the users by then. Present where `publishToManyUsers` was stopped before the end. */
  report?: ManyUsersReport
  /** The users that were read and not sent. Present where `publishToManyUsers` was stopped before the end. */
  remaining?: string[]
}

/** The properties of a {@link BeamsError} beside its message, as its constructor takes them: for tests of your own. */
export type BeamsErrorDetails = Pick<BeamsError, 'code' | 'delivery' | 'attempts'> &
  Partial<Pick<BeamsError, 'status' | 'error' | 'description' | 'retryAfter' | 'cause' | 'report' | 'remaining'>>

/** See {@link BeamsError.delivery}. */
export type BeamsDelivery = 'not-sent' | 'refused' | 'unknown'

/**
 * | code | when |
 * |---|---|
 * | `ERR_BEAMS_INVALID_ARGUMENT` | an argument or option breaks a documented rule, or the service answered 400 or another 4xx |
 * | `ERR_BEAMS_UNAUTHORIZED` | 401 or 403: the secret key is not this instance's |
 * | `ERR_BEAMS_PAYMENT_REQUIRED` | 402: the plan's limit is exceeded |
 * | `ERR_BEAMS_NOT_FOUND` | 404: there is no such instance |
 * | `ERR_BEAMS_UNPROCESSABLE` | 422: the payload does not fit the service's schema |
 * | `ERR_BEAMS_RATE_LIMITED` | 429: too many requests |
 * | `ERR_BEAMS_SERVER` | 5xx: the service failed |
 * | `ERR_BEAMS_BAD_RESPONSE` | an answer that is none: a redirect, or 2xx without a publish id |
 * | `ERR_BEAMS_TIMEOUT` | `connectTimeout` or `timeout` was reached |
 * | `ERR_BEAMS_CONNECTION` | no connection could be made, or it broke |
 * | `ERR_BEAMS_CLOSED` | the client was closed before the call, or before `publishToManyUsers` came to its end |
 * | `ERR_BEAMS_INTERRUPTED` | `publishToManyUsers` was stopped: `signal` was aborted, or reading the users or `onProgress` threw (see `cause`) |
 * | `ERR_BEAMS_WEBHOOK_SIGNATURE` | a webhook was not signed with the secret |
 * | `ERR_BEAMS_WEBHOOK_PAYLOAD` | a webhook was signed with the secret, but is no event |
 * | `ERR_BEAMS_INTERNAL` | a defect of this package: please report it |
 */
export type BeamsErrorCode =
  | 'ERR_BEAMS_INVALID_ARGUMENT'
  | 'ERR_BEAMS_UNAUTHORIZED'
  | 'ERR_BEAMS_PAYMENT_REQUIRED'
  | 'ERR_BEAMS_NOT_FOUND'
  | 'ERR_BEAMS_UNPROCESSABLE'
  | 'ERR_BEAMS_RATE_LIMITED'
  | 'ERR_BEAMS_SERVER'
  | 'ERR_BEAMS_BAD_RESPONSE'
  | 'ERR_BEAMS_TIMEOUT'
  | 'ERR_BEAMS_CONNECTION'
  | 'ERR_BEAMS_CLOSED'
  | 'ERR_BEAMS_INTERRUPTED'
  | 'ERR_BEAMS_WEBHOOK_SIGNATURE'
  | 'ERR_BEAMS_WEBHOOK_PAYLOAD'
  | 'ERR_BEAMS_INTERNAL'

/** What the service answers to a publish. */
export interface PublishResponse {
  /** The id of the publish, such as `'pubid-ba69d08a-3b9c-4d1e-9f0b-0a1b2c3d4e5f'`. Webhooks repeat it. */
  publishId: string
}

/** What became of the users of one `publishToManyUsers`. Each id that was read is counted once. */
export interface ManyUsersReport {
  /** The publishes that the service accepted, and how many users each was for. */
  publishes: { publishId: string; users: number }[]
  /** How many users were published to: the sum of `publishes`. */
  published: number
  /** How many ids had come before, and were left out. 0 with `dedupe: false`. */
  duplicates: number
  /** The users that were not published to, or not for certain: `error.delivery` tells, and so whether to try again. */
  failed: { users: string[]; error: BeamsError }[]
}

/** How far a `publishToManyUsers` has come. */
export interface ManyUsersProgress {
  /** How many users were published to so far. */
  published: number
  /** How many could not be published to so far. */
  failed: number
  /** How many ids had come before, so far. */
  duplicates: number
  /** The publish that has just been accepted. Absent where one has just failed. */
  publishId?: string
}

/** An object of your own, to be sent as JSON. */
export type JsonObject = { readonly [key: string]: unknown } | (object & { readonly [Symbol.iterator]?: never })

/**
 * A notification, for at least one platform.
 *
 * Known keys are checked; keys that Apple, Google or Beams add later may be used at once. See
 * [Publish payloads](https://pusher.com/docs/beams/reference/publish-payloads/).
 */
export type PublishRequest = PublishRequestBase & ({ apns: ApnsPayload } | { fcm: FcmPayload } | { web: WebPayload })

/** All that a publish may hold, without the rule that there must be a platform. */
export interface PublishRequestBase {
  /**
   * A URL to tell about the start and the end of this publish.
   *
   * @deprecated Set up [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) in the dashboard: they are signed.
   */
  webhookUrl?: string
  /** For Apple devices. */
  apns?: ApnsPayload
  /** For Android devices, and for Apple devices that are registered with Firebase. */
  fcm?: FcmPayload
  /** For browsers. */
  web?: WebPayload
}

/** For Apple devices. Up to 4 KB as JSON. */
export interface ApnsPayload {
  /** Apple's own part. */
  aps: Aps
  /** Data for your app. Only here: other keys beside `aps` do not reach the device. */
  data?: JsonObject
  /** A later notification with the same id replaces an earlier one. */
  collapse_id?: string
  /** When the notification is of no more use, in seconds since 1970. */
  expiration?: number
  /** 10: at once. 5: when it suits the battery. 1: without waking the device. */
  priority?: 1 | 5 | 10
  /** Settings of Beams itself. */
  pusher?: {
    /** Stops Beams from setting `content-available` to 1, which it does to learn of the delivery. */
    disable_delivery_tracking?: boolean
    [key: string]: unknown
  }
  [key: string]: unknown
}

/**
 * The keys of
 * [Apple's documentation](https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification).
 */
export interface Aps {
  /** What to show: a text, or its parts. */
  alert?: string | ApsAlert
  /** The number on the app's icon. 0 removes it. */
  badge?: number
  /**
   * A sound file in the app, or `'default'`. The dictionary is for critical alerts; in 2023 the service refused it.
   */
  sound?: string | { critical?: 0 | 1; name?: string; volume?: number; [key: string]: unknown }
  /** Groups notifications. */
  'thread-id'?: string
  /** The kind of notification, which decides the buttons it has. */
  category?: string
  /** 1: wakes the app in the background. */
  'content-available'?: number
  /** 1: lets the app's extension change the notification before it shows. */
  'mutable-content'?: number
  /** The window to bring forward. */
  'target-content-id'?: string
  /** How much the notification may interrupt. */
  'interruption-level'?: 'passive' | 'active' | 'time-sensitive' | 'critical'
  /** From 0 to 1: the highest in a summary is featured. For a Live Activity, any number. */
  'relevance-score'?: number
  /** Which Focus may show it. */
  'filter-criteria'?: string
  /** Live Activity: when its content is out of date, in seconds since 1970. */
  'stale-date'?: number
  /** Live Activity: its content. */
  'content-state'?: JsonObject
  /** Live Activity: when this was sent, in seconds since 1970. */
  timestamp?: number
  /** Live Activity: what happens to it. */
  event?: 'start' | 'update' | 'end' | (string & {})
  /** Live Activity: when it disappears, in seconds since 1970. */
  'dismissal-date'?: number
  /** Live Activity: the type of its attributes. */
  'attributes-type'?: string
  /** Live Activity: its attributes. */
  attributes?: JsonObject
  /** Safari before version 16: what fills the placeholders of the site's URL. */
  'url-args'?: string[]
  [key: string]: unknown
}

/** The parts of an alert. All are optional. */
export interface ApsAlert {
  /** The title. */
  title?: string
  /** The line under the title. */
  subtitle?: string
  /** The text. */
  body?: string
  /** The key of a localized title in the app. */
  'title-loc-key'?: string | null
  /** What fills the placeholders of the localized title. */
  'title-loc-args'?: string[] | null
  /** The key of a localized subtitle in the app. */
  'subtitle-loc-key'?: string | null
  /** What fills the placeholders of the localized subtitle. */
  'subtitle-loc-args'?: string[] | null
  /** The key of a localized text in the app. */
  'loc-key'?: string | null
  /** What fills the placeholders of the localized text. */
  'loc-args'?: string[] | null
  /** The key of a localized button. Apple's table lists it no more. */
  'action-loc-key'?: string | null
  /** The picture to show while the app starts. */
  'launch-image'?: string
  /** iOS 12 to 14: what a summary counts. */
  'summary-arg'?: string
  /** iOS 12 to 14: how many of it. */
  'summary-arg-count'?: number
  [key: string]: unknown
}

/**
 * For Android devices, in the form of
 * [Firebase's legacy HTTP protocol](https://pusher.com/docs/beams/reference/publish-payloads/).
 */
export interface FcmPayload {
  /** What to show. */
  notification?: FcmNotification
  /** Data for your app. Google delivers strings; turn other values into strings yourself. */
  data?: { readonly [key: string]: string | number | boolean | null | undefined }
  /** A later message with the same key replaces an earlier one. */
  collapse_key?: string
  /** For how many seconds Google keeps the message for a device that is off: up to 2 419 200, four weeks. */
  time_to_live?: number
  /** When it is delivered. */
  priority?: 'normal' | 'high'
  /** Apple devices: wakes the app. */
  content_available?: boolean
  /** Apple devices: lets the app's extension change the notification. */
  mutable_content?: boolean
  /** Only the app of this package receives it. */
  restricted_package_name?: string
  /** Tests the message without delivering it. */
  dry_run?: boolean
  [key: string]: unknown
}

/** What an Android device shows. */
export interface FcmNotification {
  /** The title. */
  title?: string
  /** The text. */
  body?: string
  /** The channel, from Android 8 on. */
  android_channel_id?: string
  /** The name of the icon in the app. */
  icon?: string
  /** The name of the sound in the app, or `'default'`. */
  sound?: string
  /** A notification replaces the one with the same tag. */
  tag?: string
  /** The icon's colour, as `#rrggbb`. */
  color?: string
  /** What a tap opens. */
  click_action?: string
  /** The key of a localized text in the app. */
  body_loc_key?: string
  /** What fills its placeholders: in the legacy form, a JSON array as a string. */
  body_loc_args?: string | string[]
  /** The key of a localized title in the app. */
  title_loc_key?: string
  /** What fills its placeholders: in the legacy form, a JSON array as a string. */
  title_loc_args?: string | string[]
  /** The URL of a picture. */
  image?: string
  /** Apple devices: the line under the title. */
  subtitle?: string
  /** Apple devices: the number on the app's icon. */
  badge?: string
  [key: string]: unknown
}

/** For browsers: <https://pusher.com/docs/beams/reference/publish-payloads/>. */
export interface WebPayload {
  /** What to show. The default service worker expects it even where you only send data. */
  notification?: WebNotification
  /** Data for your service worker. The key `pusher` is the service's own. */
  data?: JsonObject & { readonly pusher?: never }
  /** For how many seconds the message is kept for a browser that is closed: up to 2 419 200, the default. */
  time_to_live?: number
  [key: string]: unknown
}

/** What a browser shows. */
export interface WebNotification {
  /** The title. */
  title?: string
  /** The text. */
  body?: string
  /** The URL of an icon. */
  icon?: string
  /** The URL that a click opens. */
  deep_link?: string
  /** Shows nothing while the user is looking at the site. A boolean: the service refuses `'true'`. */
  hide_notification_if_site_has_focus?: boolean
  [key: string]: unknown
}

/**
 * What a webhook tells. `eventType` tells the types apart:
 *
 * ```js
 * switch (event.eventType) {
 *   case 'v1.PublishToUsersAttempt':
 *     return retryLater(event.payload.users_gateway_failed)
 *   case 'v1.UserNotificationOpen':
 *     return count(event.payload.publish_id, event.payload.user_id)
 * }
 * ```
 *
 * See [Webhooks](https://pusher.com/docs/beams/reference/webhooks/).
 */
export type WebhookEvent =
  PublishToUsersAttemptEvent | UserNotificationAcknowledgementEvent | UserNotificationOpenEvent | UnknownWebhookEvent

/** The members that every event has: the body as it was sent, and three that are read from its `metadata`. */
export interface WebhookEventBase<Type extends string, Payload> {
  /** `metadata.event_type`, or `'unknown'` where this package does not know it. */
  eventType: Type
  /** `metadata.event_id`: the same whenever the event is sent again. */
  eventId: string
  /** `metadata.created_at`. */
  createdAt: Date
  /** What has happened. */
  payload: Payload
  /** About the event, as it was sent. */
  metadata: {
    /** When it happened, such as `'2019-03-11T10:42:16+0000'`. */
    created_at: string
    /** What kind of event it is. */
    event_type: Type extends 'unknown' ? string : Type
    /** The event's id. */
    event_id: string
    /** Always `'beams'`. */
    product: string
    [key: string]: unknown
  }
  /** What was entered for this webhook in the dashboard. */
  custom_data?: { [key: string]: unknown }
}

/** A publish to users has been handed to the gateways of Apple, Google and the browsers. */
export type PublishToUsersAttemptEvent = WebhookEventBase<
  'v1.PublishToUsersAttempt',
  {
    instance_id: string
    publish_id: string
    /** Users of whom a gateway has taken the notification for at least one device. */
    users_delivered_to_gateway: string[]
    /** Users who have no device. */
    users_no_devices: string[]
    /** Users whose notification no gateway took, for a reason that may pass: publishing to them again may succeed. */
    users_gateway_failed: string[]
  }
>

/** A device has received a notification. From iOS SDK 1.3.0 and Android SDK 1.4.0 on. */
export type UserNotificationAcknowledgementEvent = WebhookEventBase<
  'v1.UserNotificationAcknowledgement',
  { instance_id: string; publish_id: string; user_id: string }
>

/** A user has opened a notification. From iOS SDK 1.3.0 and Android SDK 1.4.0 on. */
export type UserNotificationOpenEvent = WebhookEventBase<
  'v1.UserNotificationOpen',
  { instance_id: string; publish_id: string; user_id: string }
>

/** An event of a type that is newer than this package: `metadata.event_type` says which. */
export type UnknownWebhookEvent = WebhookEventBase<'unknown', { [key: string]: unknown }>

/**
 * What is sent to the `webhookUrl` of a publish when it starts and when it has finished. These are not signed: only a user
 * name and password in the URL can tell that they come from the service.
 *
 * @deprecated Set up [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) in the dashboard.
 */
export type PublishWebhook = PublishStartedWebhook | PublishFinishedWebhook

/** @deprecated See {@link PublishWebhook}. */
export interface PublishStartedWebhook {
  publishId: string
  status: 'STARTED'
  /** The body of the publish. */
  requestBody: PublishRequestBase & { interests?: string[]; users?: string[] }
}

/** @deprecated See {@link PublishWebhook}. */
export interface PublishFinishedWebhook extends Omit<PublishStartedWebhook, 'status'> {
  status: 'FINISHED'
  /** What became of it on each platform that it was for. */
  results: { apns?: PublishResult; fcm?: PublishResult }
}

/** @deprecated See {@link PublishWebhook}. */
export interface PublishResult {
  /** Whether all of it failed. */
  failed?: boolean
  numSuccessfulPublishes?: number
  numFailedPublishes?: number
}

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
  timeout?: number
  /** How many retries may follow the first attempt, from 0 to 100. */
  maxRetries?: number
  /**
   * Aborts the call, which then rejects with the signal's reason, as `fetch` does. What has been sent by then cannot be
   * called back.
   */
  signal?: AbortSignal
}

/** Settings of one call to many users. `undefined` means the client's own setting, or the default. */
export interface ManyUsersOptions {
  /** The time for one attempt at one request, in milliseconds. */
  timeout?: number
  /** How many retries may follow the first attempt at a request, from 0 to 100. */
  maxRetries?: number
  /**
   * Stops the call: no further request is made, those under way are waited for, and the call rejects with
   * `ERR_BEAMS_INTERRUPTED`, the signal's reason as its `cause`.
   */
  signal?: AbortSignal
  /**
   * How many requests may be under way at once, from 1 to 1 000.
   *
   * @default 16
   */
  concurrency?: number
  /**
   * Whether a user who comes more than once is published to once. For this, every id is remembered until the call ends:
   * some 20 bytes each, and the id itself.
   *
   * @default true
   */
  dedupe?: boolean
  /**
   * Whether to stop as soon as one request has failed.
   *
   * @default false
   */
  stopOnError?: boolean
  /** Called each time a request has ended. What it returns is not waited for; if it throws, the call stops. */
  onProgress?: (progress: ManyUsersProgress) => void
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
  endpoint?: string
  /** Another port, from 1 to 65535. Wins over a port in `endpoint`. */
  port?: number | string
  /**
   * The time for one attempt, from the first byte of the request to the last byte of the reply, in milliseconds.
   *
   * @default 30000
   */
  timeout?: number
  /**
   * The time for making a connection (name lookup, TCP, proxy and TLS together), in milliseconds. Never longer than
   * `timeout`.
   *
   * @default 10000
   */
  connectTimeout?: number
  /**
   * How many retries may follow a first attempt, from 0 to 100. A publish is repeated only where it was certainly not
   * carried out: no connection was made, or the service answered 429 or 503. A deletion is repeated after every passing
   * fault.
   *
   * @default 3
   */
  maxRetries?: number
  /**
   * How many requests a second may start, retries included; `Infinity` for no limit. The default is the service's own
   * documented limit. From idle, a second's worth starts at once; the rest of a burst is spread evenly.
   *
   * @default 100
   */
  maxRequestsPerSecond?: number
  /**
   * Whether to repeat a publish even where it may have been carried out already (`delivery: 'unknown'`). Somebody may
   * then be notified twice.
   *
   * @default false
   */
  retryUnknown?: boolean
  /**
   * How many seconds the time of issue of a token lies back, from 0 to 86 400. The service refuses a token that is
   * "used before issued", which happens where this machine's clock runs ahead of its own. A token is good for 24 hours
   * from now all the same.
   *
   * @default 0
   */
  tokenBackdate?: number
  /**
   * The proxy to go through, as an http or https URL, with a user name and password if it wants them. Without it,
   * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count, in either case.
   */
  proxy?: string
  /** Certificates in PEM to trust in place of the system's, as in Node's own `tls`. */
  ca?: string | Uint8Array | Array<string | Uint8Array>
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
  backdate?: number
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
