/// <reference lib="esnext.disposable" />

/**
 * The Beams service on your own machine: `startEmulator` starts one.
 *
 * @module beams-emulator
 */

/** Options of {@link startEmulator}. */
export interface EmulatorOptions {
  /**
   * The port to listen on. 0 takes any free one.
   *
   * @default 0
   */
  port?: number | undefined
  /**
   * The address to listen on.
   *
   * @default '127.0.0.1'
   */
  host?: string | undefined
  /** Accept only this instance. Any, by default. */
  instanceId?: string | undefined
  /** Accept only this secret key, and only tokens signed with it. Any, by default. */
  secretKey?: string | undefined
  /**
   * Refuse bodies that the service is reported to refuse although its documentation does not say so: duplicate targets, no
   * platform at all, an `aps.content-available` other than 1, an `aps.sound` that is an object, a `deep_link` that is not
   * absolute. Documented limits and types are always enforced.
   *
   * @default true
   */
  strict?: boolean | undefined
  /**
   * Refuse more than 100 requests a second to publish and to delete users with 429, as the service does.
   *
   * @default false
   */
  rateLimit?: boolean | undefined
  /**
   * Host names to answer to, besides IP addresses, `localhost`, names without a dot and `host.docker.internal`. An entry such as
   * `.example.com` stands for every name below it. Other names are refused, since a web page could make its own name lead here.
   */
  allowedHosts?: string[] | undefined
  /**
   * Origins, such as `http://localhost:3000`, whose pages may use all APIs. Pages of other origins may use only the Device API
   * and the Reporting API, which the browser SDK needs.
   */
  allowedOrigins?: string[] | undefined
  /** Serve https: with a certificate made for this run if `true`, or with the given one, in PEM. */
  tls?: boolean | { cert: string | Uint8Array; key: string | Uint8Array } | undefined
  /** The webhooks, as they are configured on the dashboard. See also {@link Emulator.addWebhook}. */
  webhooks?: Webhook[] | undefined
  /**
   * How long to wait before each further attempt at a webhook, in ms.
   *
   * @default [10000, 30000, 120000, 300000]
   */
  webhookRetryDelays?: number[] | undefined
  /**
   * How long the target of a webhook has to respond, in ms.
   *
   * @default 3000
   */
  webhookTimeout?: number | undefined
  /**
   * How many publishes are kept. The oldest make room, with their deliveries; they also do when all take more than 128 MiB of
   * memory, or have more than 100 000 deliveries.
   *
   * @default 10000
   */
  maxPublishes?: number | undefined
  /** Called with a line of text for every publish, failed request, planned fault, deletion, report and webhook attempt. */
  log?: ((line: string) => void) | undefined
}

/** A publish as it was received. */
export interface ReceivedPublish {
  /** The id that the sender got. */
  publishId: string
  /** The instance it was for. */
  instanceId: string
  /** When it was received, in ISO 8601. */
  receivedAt: string
  /** Its interests, if it was to interests. */
  interests?: string[] | undefined
  /** Its users, if it was to users. */
  users?: string[] | undefined
  /** The payload for Apple devices. */
  apns?: ReceivedPayload | undefined
  /** The payload for Android devices. */
  fcm?: ReceivedPayload | undefined
  /** The payload for browsers. */
  web?: ReceivedPayload | undefined
  [key: string]: unknown
}

/** The payload for one platform. Other members may have any type. */
export interface ReceivedPayload {
  /** For Apple devices. */
  aps?: Record<string, unknown> | undefined
  /** For Android devices and browsers. */
  notification?: Record<string, unknown> | undefined
  /** For the app or the page. */
  data?: Record<string, unknown> | undefined
  [key: string]: unknown
}

/**
 * A request that was refused, or that failed because of a planned fault. Refused requests of devices are not listed.
 */
export interface FailedRequest {
  /** The emulator's id for it, also in the inbox. */
  id: string
  /** The operation; absent if the path belongs to none. */
  operation?: Operation | undefined
  /** The HTTP method. */
  method: string
  /** The path, cut off after 500 characters. */
  path: string
  /** The instance it was for, if the path has one. */
  instanceId?: string | undefined
  /** When it was received, in ISO 8601. */
  receivedAt: string
  /** The status of the response; absent if there was none. */
  status?: number | undefined
  /** The title of the error, such as `Unauthorized`. */
  error?: string | undefined
  /** Why it failed. */
  description: string
  /** The planned fault, in words, if there was one. */
  fault?: string | undefined
  /** The body of a publish, if it was read and is a JSON object. */
  publish?: Record<string, unknown> | undefined
}

/** A finding of the payload checks, as the `PayloadFinding` of `beams-native`. */
export interface PayloadFinding {
  /** The id of the rule, such as `'web/deep-link-not-absolute'`. */
  rule: string
  /** The effect on the notification. */
  severity: 'refused' | 'dropped' | 'degraded' | 'hint'
  /** The platform of the member, if it belongs to one. */
  platform?: Platform | undefined
  /** Where the member is, or is missing, as a JSON pointer: `'/web/notification/deep_link'`. */
  path: string
  /** The effect, and what to write instead. */
  message: string
  /** The member or value to write instead, if there is exactly one. */
  suggestion?: string | undefined
  /** A page of Beams, Apple or Google. */
  documentation: string
}

/** Why a target of a publish received nothing, or not on all of its devices. */
export interface MissedTarget {
  /** The interest or the user. */
  target: string
  /**
   * - `'no-user'`: no device has ever been bound to the user, or the user was deleted.
   * - `'no-device'`: the user no longer has a device.
   * - `'no-subscription'`: no device is subscribed to the interest.
   * - `'no-payload'`: devices got nothing, since the publish has no payload for their platforms.
   * - `'gateway-refused'`: the gateway refused the notification, as planned with `failNext`.
   */
  reason: 'no-user' | 'no-device' | 'no-subscription' | 'no-payload' | 'gateway-refused'
  /** The platforms of the devices that got nothing, with the last two reasons. */
  platforms?: Platform[] | undefined
  /** How many devices got nothing, with the last two reasons. */
  deviceCount?: number | undefined
  /** An existing user or interest with a similar name. */
  similar?: string | undefined
  /** The reason as a sentence, such as ``nobody is subscribed to `newz`; there is `news` ``. */
  message: string
}

/** Why a publish shows nothing, or not everywhere. */
export interface Explanation {
  /** The first 100 reasons, in the order of the targets. */
  missed: MissedTarget[]
  /** The number of all reasons. */
  missedCount: number
  /** The same number for each kind of reason: `{ 'no-user': 498 }`. */
  missedCounts: Partial<Record<MissedTarget['reason'], number>>
  /** The findings for the payload, the worst first. Empty if `beams-native` is not installed. */
  findings: PayloadFinding[]
  /** Why the payload was not checked, if it was not: `beams-native` is not installed, or the payload is larger than 64 KiB. */
  checksUnavailable?: string | undefined
}

/** A deletion of a user as it was received. */
export interface ReceivedDeletion {
  /** The emulator's id for it, also in the inbox. */
  id: string
  /** The instance it was for. */
  instanceId: string
  /** The user. */
  userId: string
  /** When it was received, in ISO 8601. */
  receivedAt: string
  /** How many devices the user had, which were removed. */
  deviceCount: number
}

/** A platform of devices. */
export type Platform = 'apns' | 'fcm' | 'web'

/** A registered device. */
export interface RegisteredDevice {
  /** Its id. */
  id: string
  /** The instance it belongs to. */
  instanceId: string
  /** Its platform. */
  platform: Platform
  /** Its gateway token. */
  token: string
  /** The app's bundle, for Apple devices. */
  bundleIdentifier?: string | undefined
  /** What its SDK reports about itself. */
  metadata: Record<string, string>
  /** The user it is bound to, if any. */
  userId?: string | undefined
  /** The interests it has subscribed to. */
  interests: string[]
  /** When it registered, in ISO 8601. */
  registeredAt: string
}

/** A notification that was handed to a device's gateway. */
export interface Delivery {
  /** The publish that led to it. */
  publishId: string
  /** The instance it was for. */
  instanceId: string
  /** The device. */
  deviceId: string
  /** The device's platform. */
  platform: Platform
  /** The device's user, if any. */
  userId?: string | undefined
  /** When it was handed to the gateway, in ISO 8601. */
  at: string
  /** Whether the gateway accepted it. It does, unless `failNext({ operation: 'gateway' })` was planned. */
  outcome: 'accepted' | 'failed'
  /** What the device gets. */
  payload: ReceivedPayload
  /** When the device reported its delivery, in ISO 8601. */
  acknowledgedAt?: string | undefined
  /** When the device reported that it was opened, in ISO 8601. */
  openedAt?: string | undefined
}

/** The type of a webhook's event. */
export type WebhookEventType =
  'v1.PublishToUsersAttempt' | 'v1.UserNotificationAcknowledgement' | 'v1.UserNotificationOpen'

/** A webhook, as it is configured on the dashboard. */
export interface Webhook {
  /** Where to send it. */
  url: string
  /** What to sign it with. */
  secret: string
  /** The events to send. All, by default. */
  events?: WebhookEventType[] | undefined
  /** What to send along as `custom_data`. */
  customData?: Record<string, any> | undefined
}

/** A request to the target of a webhook, and its attempts. */
export interface WebhookRequest {
  /** Its id: the `Webhook-Request-ID-UUID`, which the deprecated webhooks do not send. */
  id: string
  /** The event's type; `STARTED` or `FINISHED` for the deprecated webhooks. */
  eventType: string
  /** Where it is sent, without credentials. */
  url: string
  /** Its headers. */
  headers: Record<string, string>
  /** Its body. */
  body: string
  /** When the event occurred, in ISO 8601. */
  createdAt: string
  /** Whether more attempts follow, one got a 2xx, or none did. Requests beyond 500 that wait are dropped at once. */
  state: 'waiting' | 'delivered' | 'dropped'
  /** The latest 10 attempts: the status of the response, or why there is none. */
  attempts: { at: string; status?: number | undefined; error?: string | undefined }[]
  /** When the next attempt follows, in ISO 8601, if one is planned. */
  nextAttemptAt?: string | undefined
}

/** What can be made to fail. `gateway` is the gateway of a device, which then refuses a notification. */
export type Operation =
  | 'publishToInterests'
  | 'publishToUsers'
  | 'deleteUser'
  | 'registerDevice'
  | 'getDevice'
  | 'deleteDevice'
  | 'setDeviceMetadata'
  | 'setDeviceToken'
  | 'setDeviceUser'
  | 'getInterests'
  | 'setInterests'
  | 'addInterest'
  | 'removeInterest'
  | 'reportEvent'
  | 'gateway'

/** A planned fault. */
export interface Fault {
  /** Respond with this status. */
  status?: number | undefined
  /** Wait before anything else, in ms. Alone, it delays an operation that succeeds. */
  delay?: number | undefined
  /** Reset the connection instead of responding. */
  reset?: boolean | undefined
  /**
   * What the response carries: the service's own JSON (`error` and `description`), the HTML page of a router in front of it, or
   * nothing. The status is 503 unless given.
   *
   * It matters most for a 503: with the service's JSON it says that the publish was refused, with any other body it says nothing
   * about the publish.
   *
   * @default 'json'; 'html' for a 503 with `afterwards`, since the service itself refuses only what it has not done
   */
  body?: 'json' | 'html' | 'empty' | undefined
  /** Respond with `status`, or 200, and close the connection before the end of the body. */
  truncate?: boolean | undefined
  /** Perform the operation first, and only then fail. This is how a client comes to send a publish twice. */
  afterwards?: boolean | undefined
  /**
   * How many requests it applies to.
   *
   * @default 1
   */
  times?: number | undefined
  /** The operation it applies to. Any, by default. */
  operation?: Operation | undefined
}

/** A device for {@link Emulator.addDevice}. */
export interface NewDevice {
  /** Its platform. */
  platform: Platform
  /** The user to bind it to. */
  userId?: string | undefined
  /** The interests to subscribe it to. */
  interests?: string[] | undefined
  /** The instance it belongs to. Needed unless the emulator was started with one. */
  instanceId?: string | undefined
}

/** A running emulator. */
export interface Emulator {
  /** Where it listens, such as `http://127.0.0.1:8081`. Use it as the client's `endpoint`. */
  url: string
  /** The port it listens on. */
  port: number
  /** The certificate to trust, in PEM, if it serves https. Pass it as the client's `ca`. */
  certificate?: string | Uint8Array | undefined
  /** The publishes that are kept, oldest first. */
  publishes(): ReceivedPublish[]
  /** The latest 1 000 requests that were refused or failed because of a planned fault, oldest first, in at most 16 MiB. */
  failedRequests(): FailedRequest[]
  /** Why a publish shows nothing, or not everywhere; `undefined` if there is no publish with that id. */
  explain(publishId: string): Explanation | undefined
  /** The deletions of users, oldest first. */
  deletions(): ReceivedDeletion[]
  /** The deliveries to devices, oldest publish first. */
  deliveries(): Delivery[]
  /** The registered devices. */
  devices(): RegisteredDevice[]
  /** Registers a device, as a client SDK would. */
  addDevice(device: NewDevice): RegisteredDevice
  /** The configured webhooks, and the latest 1 000 requests to their targets, oldest first. */
  webhooks(): { configured: (Omit<Required<Webhook>, 'secret'> & { id: string })[]; requests: WebhookRequest[] }
  /** Configures a webhook and returns its id. */
  addWebhook(webhook: Webhook): string
  /** Removes a webhook; `false` if there is none of that id. */
  removeWebhook(id: string): boolean
  /** Sends a webhook request again, with its retries; `false` if there is none with that id, or it is being sent. */
  resendWebhook(id: string): boolean
  /**
   * Resolves to the first publish, past or future, for which `predicate` returns or resolves to a truthy value; to the first one
   * of all, without a predicate.
   *
   * Rejects after `timeout` ms (5 000) with an error that lists the publishes that came, and the requests that failed.
   */
  waitForPublish(
    predicate?: (publish: ReceivedPublish) => unknown,
    options?: { timeout?: number | undefined },
  ): Promise<ReceivedPublish>
  /** Plans a fault for the next requests. Faults are used up in the order in which they were planned. */
  failNext(fault: Fault): void
  /** The faults that have not happened yet; `times` is how often each still will. */
  failures(): Fault[]
  /** Clears publishes with their deliveries, failed requests and deletions. Devices are kept. */
  clear(): void
  /** Clears publishes, failed requests, deletions, devices, planned faults and webhook requests. Configured webhooks are kept. */
  reset(): void
  /** Stops listening and drops all connections. */
  close(): Promise<void>
  /**
   * `await using emulator = await startEmulator()` closes it at the end of the block. That syntax needs Node.js 24, or
   * TypeScript 5.2 with a `target` up to `es2022`.
   */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an emulator of the Beams service on this machine.
 *
 * @throws {TypeError} As a rejection, if an option is unknown or invalid. The methods of {@link Emulator} throw it for theirs.
 */
export function startEmulator(options?: EmulatorOptions): Promise<Emulator>
