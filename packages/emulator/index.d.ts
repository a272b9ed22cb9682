/**
 * The Beams service on your own machine: `startEmulator` starts one.
 *
 * @module beams-emulator
 */

/** How to start an emulator. */
export interface EmulatorOptions {
  /**
   * The port to listen on. 0 takes any that is free.
   *
   * @default 0
   */
  port?: number
  /**
   * The address to listen on.
   *
   * @default '127.0.0.1'
   */
  host?: string
  /** Accept only this instance. Any, unless given. */
  instanceId?: string
  /** Accept only this secret key, and only tokens signed with it. Any, unless given. */
  secretKey?: string
  /**
   * Refuse more than 100 requests a second to publish and to delete users, with 429, as the service does.
   *
   * @default false
   */
  strict?: boolean
  /** Serve https: with a certificate made for this run, if `true`, or with the given one, in PEM. */
  tls?: boolean | { cert: string | Uint8Array; key: string | Uint8Array }
  /** The webhooks, as they are configured on the dashboard. See also {@link Emulator.addWebhook}. */
  webhooks?: Webhook[]
  /**
   * How long to wait before each further attempt at a webhook, in ms.
   *
   * @default [10000, 30000, 120000, 300000]
   */
  webhookRetryDelays?: number[]
  /**
   * How long a webhook's target has to answer, in ms.
   *
   * @default 3000
   */
  webhookTimeout?: number
  /**
   * How many publishes are kept. The oldest make room, with their deliveries; they do so too when there are more than 128 MiB
   * of them, or 100 000 deliveries.
   *
   * @default 10000
   */
  maxPublishes?: number
  /** Called with a line of text for every publish and deletion. */
  log?: (line: string) => void
}

/** A publish as it came in. */
export interface ReceivedPublish {
  /** The id that the sender was given. */
  publishId: string
  /** The instance it was for. */
  instanceId: string
  /** When it came in, in ISO 8601. */
  receivedAt: string
  /** Its interests, if it was to interests. */
  interests?: string[]
  /** Its users, if it was to users. */
  users?: string[]
  /** The payload for Apple devices. */
  apns?: Record<string, any>
  /** The payload for Android devices. */
  fcm?: Record<string, any>
  /** The payload for browsers. */
  web?: Record<string, any>
  [key: string]: any
}

/** A deletion of a user as it came in. */
export interface ReceivedDeletion {
  /** The instance it was for. */
  instanceId: string
  /** The user. */
  userId: string
  /** When it came in, in ISO 8601. */
  receivedAt: string
}

/** A platform of devices. */
export type Platform = 'apns' | 'fcm' | 'web'

/** A device that has registered. */
export interface RegisteredDevice {
  /** The id that it was given. */
  id: string
  /** The instance it belongs to. */
  instanceId: string
  /** Its platform. */
  platform: Platform
  /** Its gateway token. */
  token: string
  /** The app's bundle, for Apple devices. */
  bundleIdentifier?: string
  /** What its SDK says of itself. */
  metadata: Record<string, string>
  /** The user it is bound to, if any. */
  userId?: string
  /** The interests it has subscribed to. */
  interests: string[]
  /** When it registered, in ISO 8601. */
  registeredAt: string
}

/** A notification on its way to a device. */
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
  userId?: string
  /** When it went to the gateway, in ISO 8601. */
  at: string
  /** Whether the gateway took it. It does, unless `failNext({ operation: 'gateway' })` says otherwise. */
  outcome: 'accepted' | 'failed'
  /** What the device gets. */
  payload: Record<string, any>
  /** When the device reported that it has come, in ISO 8601. */
  acknowledgedAt?: string
  /** When the device reported that it was opened, in ISO 8601. */
  openedAt?: string
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
  /** The events to send. All, unless given. */
  events?: WebhookEventType[]
  /** What to send along as `custom_data`. */
  customData?: Record<string, any>
}

/** A request to the target of a webhook, and what became of it. */
export interface WebhookRequest {
  /** The event's type; `STARTED` or `FINISHED` for the deprecated webhooks. */
  eventType: string
  /** Where it goes, without credentials. */
  url: string
  /** What it is sent with. */
  headers: Record<string, string>
  /** What is sent. */
  body: string
  /** Whether there are further attempts to come, one has been answered with 2xx, or all have failed. */
  state: 'waiting' | 'delivered' | 'dropped'
  /** The attempts so far: the status of the answer, or what prevented one. */
  attempts: { at: string; status?: number; error?: string }[]
}

/** What can be made to fail. `gateway` is a device's gateway, which then does not take a notification. */
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

/** What is to go wrong. */
export interface Fault {
  /** Answer with this status, and a body of the service's form. */
  status?: number
  /** Wait so long first, in ms. Alone, it delays an answer that goes well. */
  delay?: number
  /** Reset the connection in place of an answer. */
  reset?: boolean
  /** Answer with `status`, or 503, and no body. */
  emptyBody?: boolean
  /** Answer with `status`, or 200, and break off before the end of the body. */
  truncate?: boolean
  /** First do what was asked for. This is how a client comes to send a thing twice. */
  afterwards?: boolean
  /**
   * How many requests it happens to.
   *
   * @default 1
   */
  times?: number
  /** What it happens to. To whatever comes next, unless given. */
  operation?: Operation
}

/** A running emulator. */
export interface Emulator {
  /** Where it listens, such as `http://127.0.0.1:8081`. Use it as the client's `endpoint`. */
  url: string
  /** The port it listens on. */
  port: number
  /** The certificate to trust, in PEM, if it serves https. Pass it as the client's `ca`. */
  certificate?: string | Uint8Array
  /** All publishes so far, oldest first. */
  publishes(): ReceivedPublish[]
  /** All deletions of users so far, oldest first. */
  deletions(): ReceivedDeletion[]
  /** What went to devices, oldest publish first. */
  deliveries(): Delivery[]
  /** The devices that are registered. */
  devices(): RegisteredDevice[]
  /** The configured webhooks, and the latest 1 000 requests to their targets, oldest first. */
  webhooks(): { configured: (Omit<Required<Webhook>, 'secret'> & { id: string })[]; requests: WebhookRequest[] }
  /** Configures a webhook and returns its id. */
  addWebhook(webhook: Webhook): string
  /** Removes a webhook; `false` if there is none of that id. */
  removeWebhook(id: string): boolean
  /**
   * The first publish, of those that came and those to come, for which `predicate` is true; of all, if it is left out.
   *
   * It rejects after `timeout` ms (5 000), with an error that lists what did come.
   */
  waitForPublish(
    predicate?: (publish: ReceivedPublish) => unknown,
    options?: { timeout?: number },
  ): Promise<ReceivedPublish>
  /** Lets the next requests fail. Faults are used up in the order in which they were asked for. */
  failNext(fault: Fault): void
  /** The faults that have not happened yet; `times` is how often they still will. */
  failures(): Fault[]
  /** Forgets publishes, with their deliveries, and deletions. Devices stay. */
  clear(): void
  /** Forgets publishes, deletions, devices, planned faults and webhook requests. Configured webhooks stay. */
  reset(): void
  /** Stops listening and drops all connections. */
  close(): Promise<void>
}

/** Starts an emulator of the Beams service on this machine. */
export function startEmulator(options?: EmulatorOptions): Promise<Emulator>
