import type { PayloadPlatform } from './payload-checks'

/** The response to a publish. */
export interface PublishResponse {
  /** The id of the publish, such as `'pubid-ba69d08a-3b9c-4d1e-9f0b-0a1b2c3d4e5f'`. Webhooks repeat it. */
  publishId: string
}

/** An object of your own, to be sent as JSON. */
export type JsonObject = { readonly [key: string]: unknown } | (object & { readonly [Symbol.iterator]?: never })

/** The members of a type without its index signature: what interfaces and classes of your own are compared with. */
export type KnownKeys<Type> = { [Key in keyof Type as string extends Key ? never : Key]: Type[Key] }

/**
 * A notification, for at least one platform.
 *
 * The members of Beams itself (this object, `web` and `web.notification`) are checked for misspelt names. Keys that Apple or
 * Google add later are accepted. Your own interfaces and classes are accepted for each part. See
 * [Publish payloads](https://pusher.com/docs/beams/reference/publish-payloads/).
 *
 * To build one step by step, see {@link PublishRequestBase}.
 */
// `& unknown` changes only the name in compiler messages: they print the alias, which says that a platform is missing.
export type PublishRequest = PublishRequestWithAtLeastOneOf<'apns' | 'fcm' | 'web'> & unknown

/** A {@link PublishRequest} with a payload for one of these platforms, and perhaps for others. */
export type PublishRequestWithAtLeastOneOf<Platform extends PayloadPlatform> = PublishRequestBase &
  (Platform extends PayloadPlatform ? { [Key in Platform]: Exclude<PublishRequestBase[Key], undefined> } : never)

/**
 * The members of a publish, without the requirement of at least one platform.
 *
 * For a request that is built step by step:
 *
 * ```ts
 * const draft: PublishRequestBase = {}
 * if (forApps) draft.fcm = { notification: { title } }
 * if (forBrowsers) draft.web = { notification: { title } }
 *
 * const hasPlatform = (request: PublishRequestBase): request is PublishRequest =>
 *   Boolean(request.apns ?? request.fcm ?? request.web)
 * if (hasPlatform(draft)) await beams.publishToUsers(userIds, draft)
 * ```
 *
 * Members that this version does not know can be declared here, in {@link WebPayload} and in {@link WebNotification}:
 *
 * ```ts
 * declare module 'beams-native' {
 *   interface WebNotification {
 *     campaign?: string
 *   }
 * }
 * ```
 */
export interface PublishRequestBase {
  /**
   * A URL to tell about the start and the end of this publish.
   *
   * @deprecated Set up [webhooks](https://pusher.com/docs/beams/concepts/webhooks/) in the dashboard: they are signed.
   */
  webhookUrl?: string | undefined
  /** For Apple devices. */
  apns?: ApnsPayload | KnownKeys<ApnsPayload> | undefined
  /** For Android devices, and for Apple devices that are registered with Firebase. */
  fcm?: FcmPayload | KnownKeys<FcmPayload> | undefined
  /** For browsers. */
  web?: WebPayload | undefined
}

/** For Apple devices. Up to 4 KB as JSON. */
export interface ApnsPayload {
  /** Apple's own part. */
  aps: Aps | KnownKeys<Aps>
  /** Data for your app. Only here: other keys beside `aps` do not reach the device. */
  data?: JsonObject | undefined
  /** A later notification with the same id replaces an earlier one. */
  collapse_id?: string | undefined
  /** When the notification expires, in seconds since 1970. */
  expiration?: number | undefined
  /** 10: at once. 5: when it suits the battery. 1: without waking the device. */
  priority?: 1 | 5 | 10 | undefined
  /** Settings of Beams itself. */
  pusher?: ApnsPusherSettings | KnownKeys<ApnsPusherSettings> | undefined
  [key: string]: unknown
}

/** Settings of Beams itself, beside Apple's part. */
export interface ApnsPusherSettings {
  /** Stops Beams from setting `content-available` to 1, which it does to learn of the delivery. */
  disable_delivery_tracking?: boolean | undefined
  [key: string]: unknown
}

/**
 * The keys of
 * [Apple's documentation](https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification).
 */
export interface Aps {
  /** What to show: a text, or its parts. */
  alert?: string | ApsAlert | KnownKeys<ApsAlert> | undefined
  /** The number on the app's icon. 0 removes it. */
  badge?: number | undefined
  /**
   * A sound file in the app, or `'default'`. The dictionary is for critical alerts; in 2023 the service refused it.
   */
  sound?: string | ApsSound | KnownKeys<ApsSound> | undefined
  /** Groups notifications. */
  'thread-id'?: string | undefined
  /** The kind of notification, which decides the buttons it has. */
  category?: string | undefined
  /** 1: wakes the app in the background. */
  'content-available'?: number | undefined
  /** 1: lets the app's extension change the notification before it shows. */
  'mutable-content'?: number | undefined
  /** The window to bring forward. */
  'target-content-id'?: string | undefined
  /** How much the notification may interrupt. */
  'interruption-level'?: 'passive' | 'active' | 'time-sensitive' | 'critical' | undefined
  /** From 0 to 1: the highest in a summary is featured. For a Live Activity, any number. */
  'relevance-score'?: number | undefined
  /** Which Focus may show it. */
  'filter-criteria'?: string | undefined
  /** Live Activity: when its content is out of date, in seconds since 1970. */
  'stale-date'?: number | undefined
  /** Live Activity: its content. */
  'content-state'?: JsonObject | undefined
  /** Live Activity: when this was sent, in seconds since 1970. */
  timestamp?: number | undefined
  /** Live Activity: what happens to it. */
  event?: 'start' | 'update' | 'end' | (string & {}) | undefined
  /** Live Activity: when it disappears, in seconds since 1970. */
  'dismissal-date'?: number | undefined
  /** Live Activity: the type of its attributes. */
  'attributes-type'?: string | undefined
  /** Live Activity: its attributes. */
  attributes?: JsonObject | undefined
  /** Safari before version 16: the arguments for the placeholders of the site's URL. */
  'url-args'?: readonly string[] | undefined
  [key: string]: unknown
}

/** A critical alert's sound. */
export interface ApsSound {
  /** 1: sounds although the device is muted. */
  critical?: 0 | 1 | undefined
  /** A sound file in the app, or `'default'`. */
  name?: string | undefined
  /** From 0 to 1. */
  volume?: number | undefined
  [key: string]: unknown
}

/** The parts of an alert. All are optional. */
export interface ApsAlert {
  /** The title. */
  title?: string | undefined
  /** The line under the title. */
  subtitle?: string | undefined
  /** The text. */
  body?: string | undefined
  /** The key of a localized title in the app. */
  'title-loc-key'?: string | null | undefined
  /** The arguments for the placeholders of the localized title. */
  'title-loc-args'?: readonly string[] | null | undefined
  /** The key of a localized subtitle in the app. */
  'subtitle-loc-key'?: string | null | undefined
  /** The arguments for the placeholders of the localized subtitle. */
  'subtitle-loc-args'?: readonly string[] | null | undefined
  /** The key of a localized text in the app. */
  'loc-key'?: string | null | undefined
  /** The arguments for the placeholders of the localized text. */
  'loc-args'?: readonly string[] | null | undefined
  /** The key of a localized button. Apple's table lists it no more. */
  'action-loc-key'?: string | null | undefined
  /** The picture to show while the app starts. */
  'launch-image'?: string | undefined
  /** iOS 12 to 14: what a summary counts. */
  'summary-arg'?: string | undefined
  /** iOS 12 to 14: how many of it. */
  'summary-arg-count'?: number | undefined
  [key: string]: unknown
}

/**
 * For Android devices, in the form of
 * [Firebase's legacy HTTP protocol](https://pusher.com/docs/beams/reference/publish-payloads/).
 */
export interface FcmPayload {
  /** What to show. */
  notification?: FcmNotification | KnownKeys<FcmNotification> | undefined
  /**
   * Data for your app. Google delivers strings and refuses a message with anything else: turn other values into strings
   * yourself. An interface of strings has no index signature; spread its value: `data: { ...order }`.
   */
  data?: { readonly [key: string]: string | undefined } | undefined
  /** A later message with the same key replaces an earlier one. */
  collapse_key?: string | undefined
  /** For how many seconds Google keeps the message for a device that is off: up to 2 419 200, four weeks. */
  time_to_live?: number | undefined
  /** When it is delivered. */
  priority?: 'normal' | 'high' | undefined
  /** Apple devices: wakes the app. */
  content_available?: boolean | undefined
  /** Apple devices: lets the app's extension change the notification. */
  mutable_content?: boolean | undefined
  /** Only the app of this package receives it. */
  restricted_package_name?: string | undefined
  /** Tests the message without delivering it. */
  dry_run?: boolean | undefined
  [key: string]: unknown
}

/** What an Android device shows. */
export interface FcmNotification {
  /** The title. */
  title?: string | undefined
  /** The text. */
  body?: string | undefined
  /** The channel, from Android 8 on. */
  android_channel_id?: string | undefined
  /** The name of the icon in the app. */
  icon?: string | undefined
  /** The name of the sound in the app, or `'default'`. */
  sound?: string | undefined
  /** A notification replaces the one with the same tag. */
  tag?: string | undefined
  /** The icon's colour, as `#rrggbb`. */
  color?: string | undefined
  /** What a tap opens. */
  click_action?: string | undefined
  /** The key of a localized text in the app. */
  body_loc_key?: string | undefined
  /** The arguments for its placeholders: in the legacy form, a JSON array as a string. */
  body_loc_args?: string | readonly string[] | undefined
  /** The key of a localized title in the app. */
  title_loc_key?: string | undefined
  /** The arguments for its placeholders: in the legacy form, a JSON array as a string. */
  title_loc_args?: string | readonly string[] | undefined
  /** The URL of a picture. */
  image?: string | undefined
  /** Apple devices: the line under the title. */
  subtitle?: string | undefined
  /** Apple devices: the number on the app's icon. */
  badge?: string | undefined
  [key: string]: unknown
}

/** For browsers: <https://pusher.com/docs/beams/reference/publish-payloads/>. */
export interface WebPayload {
  /** What to show. The default service worker expects it even where you only send data. */
  notification?: WebNotification | undefined
  /** Data for your service worker. The key `pusher` is the service's own. */
  data?: (JsonObject & { readonly pusher?: never }) | undefined
  /** For how many seconds the message is kept for a browser that is closed: up to 2 419 200, the default. */
  time_to_live?: number | undefined
}

/**
 * A notification in a browser. The default service worker uses the title, the text and the icon; the members of the
 * [Notification API](https://developer.mozilla.org/docs/Web/API/ServiceWorkerRegistration/showNotification) below them need a
 * notification handler of your own, which calls `showNotification`.
 */
export interface WebNotification {
  /** The title. */
  title?: string | undefined
  /** The text. */
  body?: string | undefined
  /** The URL of an icon. */
  icon?: string | undefined
  /** The URL that a click opens. */
  deep_link?: string | undefined
  /** Shows nothing while the user is looking at the site. A boolean: the service refuses `'true'`. */
  hide_notification_if_site_has_focus?: boolean | undefined
  /** Buttons. Shown only by a notification handler of your own. */
  actions?: readonly WebNotificationAction[] | undefined
  /** The URL of a small monochrome icon. Shown only by a notification handler of your own. */
  badge?: string | undefined
  /** The direction of the texts. Applied only by a notification handler of your own. */
  dir?: 'auto' | 'ltr' | 'rtl' | undefined
  /** The URL of a picture. Shown only by a notification handler of your own. */
  image?: string | undefined
  /** The language of the texts, such as `'en-GB'`. Applied only by a notification handler of your own. */
  lang?: string | undefined
  /** Whether a notification that replaces one with the same `tag` alerts again. Applied only by a handler of your own. */
  renotify?: boolean | undefined
  /** Keeps it on the screen until the user reacts. Applied only by a notification handler of your own. */
  requireInteraction?: boolean | undefined
  /** Shown without sound and vibration. Applied only by a notification handler of your own. */
  silent?: boolean | null | undefined
  /** A notification replaces the one with the same tag. Applied only by a notification handler of your own. */
  tag?: string | undefined
  /** The time of the event, in milliseconds since 1970. Shown only by a notification handler of your own. */
  timestamp?: number | undefined
  /** Milliseconds of vibration and pause, in turn. Applied only by a notification handler of your own. */
  vibrate?: number | readonly number[] | undefined
}

/** A button of a notification in a browser. */
export interface WebNotificationAction {
  /** The `action` of the `notificationclick` event. */
  action: string
  /** The text. */
  title: string
  /** The URL of an icon. */
  icon?: string | undefined
}
