import type { ApnsPayload, FcmPayload, JsonObject, WebPayload } from './publish'

/**
 * One message for all platforms. `toPublishRequest` makes of each member:
 *
 * | member | Apple: `apns` | Google: `fcm` | browsers: `web` |
 * |---|---|---|---|
 * | `title`, `body` | `aps.alert` | `notification` | `notification` |
 * | `subtitle` | `aps.alert` | – | – |
 * | `link` | `data.link` | `data.link` | `notification.deep_link` (`https:` and `http:`), `data.link` |
 * | `icon` | – (the app's) | – (the app's) | `notification.icon` |
 * | `image` | `data.image`, `aps['mutable-content']: 1` for the app's extension | `notification.image`, `data.image` | `data.image` |
 * | `data` | `data` | `data`: other values than strings as JSON, without `null` | `data` |
 * | `badge`, `category` | `aps` | – | – |
 * | `sound` | `aps.sound` | `notification.sound`, without path and extension | – |
 * | `ttl` | `expiration`: now and `ttl` | `time_to_live` | `time_to_live` |
 * | `priority` | `priority`: 10 or 5 | `priority` | – |
 * | `collapseKey` | `collapse_id` | `collapse_key` | – |
 * | `localized` | `aps.alert`: `title-loc-key`, … instead of the plain text | `notification`: `title_loc_key`, … instead of the plain text | – |
 * | `silent` | `aps['content-available']: 1`, `priority: 5` | `data` alone, `priority: 'normal'` if there is none | left out: browsers must show something |
 * | `apns`, `fcm`, `web` | merged into the result | merged into the result | merged into the result |
 */
export type Message = VisibleMessage | SilentMessage

/** A message that shows something. */
export interface VisibleMessage extends MessageBase {
  /** The title. */
  title: string
  /** The text. */
  body: string
  /** The line under the title: Apple devices only. */
  subtitle?: string | undefined
  /** The URL of an icon, for browsers. */
  icon?: string | undefined
  /** The URL of a picture. Android shows it; on Apple devices, an extension of the app may. */
  image?: string | undefined
  /** The number on the app's icon: Apple devices only. 0 removes it. */
  badge?: number | undefined
  /** A sound file in the app, or `'default'`. */
  sound?: string | undefined
  /** The kind of notification, which decides the buttons it has: Apple devices only. */
  category?: string | undefined
  /** Texts of the app, to be shown in the language of the device instead of `title`, `subtitle` and `body`. */
  localized?: LocalizedTexts | undefined
  silent?: false | undefined
}

/** A message that wakes the apps and shows nothing. Apple allows two or three per hour and device. */
export interface SilentMessage extends MessageBase {
  silent: true
}

/** Members of every message. */
export interface MessageBase {
  /** The URL to open: of the site, or into the app. Apps find it as `link` in their data. */
  link?: string | undefined
  /**
   * Data for apps and service workers. `from`, `message_type`, `collapse_key`, `notification`, `click_action`, `pusher`,
   * `pusherTokenValidation` and names that begin with `google.` or `gcm.` are reserved.
   */
  data?: JsonObject | undefined
  /** How long the message is relevant, in seconds: 1 to 2 419 200 (4 weeks). */
  ttl?: number | undefined
  /** `'high'`: at once. `'normal'`: when it suits the battery. */
  priority?: 'high' | 'normal' | undefined
  /** A later message with the same key replaces an earlier one. Up to 64 bytes of UTF-8. */
  collapseKey?: string | undefined
  /** The base URL of relative `link`, `icon` and `image`, such as `'https://example.com'`. */
  baseUrl?: string | undefined
  /** The platforms to make a payload for. By default all that can have one. */
  platforms?: readonly ('apns' | 'fcm' | 'web')[] | undefined
  /** Overrides for Apple devices: merged into the payload; `null` removes a member. */
  apns?: PayloadOverrides<ApnsPayload> | undefined
  /** Overrides for Android devices: merged into the payload; `null` removes a member. */
  fcm?: PayloadOverrides<FcmPayload> | undefined
  /** Overrides for browsers: merged into the payload; `null` removes a member. */
  web?: PayloadOverrides<WebPayload> | undefined
}

/** The keys of texts in the app, and the arguments for their placeholders. */
export interface LocalizedTexts {
  /** The key of the title. */
  titleKey?: string | undefined
  /** The arguments for its placeholders. */
  titleArgs?: readonly string[] | undefined
  /** The key of the subtitle: Apple devices only. */
  subtitleKey?: string | undefined
  /** The arguments for its placeholders. */
  subtitleArgs?: readonly string[] | undefined
  /** The key of the text. */
  bodyKey?: string | undefined
  /** The arguments for its placeholders. */
  bodyArgs?: readonly string[] | undefined
}

/** Any part of a payload; `null` for what is to be removed. */
export type PayloadOverrides<Payload> = Payload extends readonly unknown[]
  ? Payload
  : Payload extends object
    ? { [Key in keyof Payload]?: PayloadOverrides<Payload[Key]> | null | undefined }
    : Payload
