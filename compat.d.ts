/**
 * The shape of `@pusher/push-notifications-server`, to migrate by one line.
 *
 * @module beams-native/compat
 */

import Beams = require('./index')
import Client = PushNotifications

/**
 * The shape of `@pusher/push-notifications-server` 1.2.7: change the `require` line, and nothing else.
 *
 * New code should use `beams-native` itself, whose `generateToken` returns the token and whose types are closer to what the
 * service takes. As in the official typings, the fields `instanceId`, `secretKey`, `endpoint`, `port` and `protocol` are not
 * declared, so that a subclass may declare its own.
 */
declare class PushNotifications {
  constructor(options: PushNotifications.Options)

  /** See {@link Beams.PushNotifications.generateToken}, which returns the token itself. */
  generateToken(userId: string): { token: PushNotifications.Token }

  /** See {@link Beams.PushNotifications.publishToInterests}. */
  publishToInterests<T extends PushNotifications.PublishRequest>(
    interests: string[],
    publishRequest: PushNotifications.PublishRequest,
    options?: Beams.CallOptions,
  ): Promise<PushNotifications.PublishResponse>

  /** See {@link Beams.PushNotifications.publishToUsers}. */
  publishToUsers<T extends PushNotifications.PublishRequest>(
    users: string[],
    publishRequest: PushNotifications.PublishRequest,
    options?: Beams.CallOptions,
  ): Promise<PushNotifications.PublishResponse>

  /**
   * See {@link Beams.PushNotifications.deleteUser}. An index in place of options, as in `ids.map(client.deleteUser, client)`,
   * is ignored.
   */
  deleteUser(userId: string, options?: Beams.CallOptions | number): Promise<void>

  /** @deprecated Use `publishToInterests` instead. */
  publish<T extends PushNotifications.PublishRequest>(
    interests: string[],
    publishRequest: T,
    options?: Beams.CallOptions,
  ): Promise<PushNotifications.PublishResponse>
}

// The official types; both are assignable to each other. Nested parts also accept members that Apple, Google and Beams have
// added since.
declare namespace PushNotifications {
  /** For `import { PushNotifications } from 'beams-native/compat'`. */
  export { Client as PushNotifications }

  export interface Options extends Beams.PushNotificationsOptions {}

  export interface PublishRequestBase {
    /** @deprecated Set up webhooks in the dashboard: they are signed. */
    webhookUrl?: string | undefined
  }

  export interface PublishRequestWithApns extends PublishRequestBase {
    apns: ApnsPayload | WithNewKeys<ApnsPayload>
  }

  export interface PublishRequestWithFcm extends PublishRequestBase {
    fcm: FcmPayload | WithNewKeys<FcmPayload>
  }

  export interface PublishRequestWithWeb extends PublishRequestBase {
    web: WebPayload | WithNewKeys<WebPayload>
  }

  export interface PublishRequestWithApnsAndFcm extends PublishRequestWithApns, PublishRequestWithFcm {}
  export interface PublishRequestWithApnsAndWeb extends PublishRequestWithApns, PublishRequestWithWeb {}
  export interface PublishRequestWithFcmAndWeb extends PublishRequestWithFcm, PublishRequestWithWeb {}
  export interface PublishRequestWithAllPlatforms
    extends PublishRequestWithApns, PublishRequestWithFcm, PublishRequestWithWeb {}

  export type PublishRequest =
    | PublishRequestWithApns
    | PublishRequestWithFcm
    | PublishRequestWithWeb
    | PublishRequestWithApnsAndFcm
    | PublishRequestWithApnsAndWeb
    | PublishRequestWithFcmAndWeb
    | PublishRequestWithAllPlatforms

  /** See {@link Beams.ApnsPayload}. */
  export interface ApnsPayload {
    aps: ApsPayload | WithNewKeys<ApsPayload>
    data?: object | undefined
    collapse_id?: string | undefined
    expiration?: number | undefined
    priority?: 5 | 10 | undefined
  }

  /** See {@link Beams.Aps}. */
  export interface ApsPayload {
    alert?: string | AlertPayload | WithNewKeys<AlertPayload> | undefined
    badge?: number | undefined
    sound?: string | undefined
    /** The official typings want a text. The service takes the number 1 only. */
    'content-available'?: any
    category?: string | undefined
    'thread-id'?: string | undefined
  }

  /** See {@link Beams.ApsAlert}. */
  export interface AlertPayload {
    title: string
    body: string
    'title-loc-key'?: string | undefined
    'title-loc-args'?: string[] | null | undefined
    'action-loc-key'?: string | null | undefined
    'loc-key'?: string | undefined
    'loc-args'?: string[] | undefined
    'launch-image'?: string | undefined
  }

  /** See {@link Beams.FcmPayload}. */
  export interface FcmPayload {
    notification?: FcmNotificationPayload | WithNewKeys<FcmNotificationPayload> | undefined
    /** Any object, as in the official typings. Google delivers strings and refuses a message with anything else. */
    data?: object | undefined
    collapse_key?: string | undefined
    time_to_live?: number | undefined
    priority?: 'normal' | 'high' | undefined
  }

  /** See {@link Beams.FcmNotification}. */
  export interface FcmNotificationPayload {
    title?: string | undefined
    body?: string | undefined
    android_channel_id?: string | undefined
    icon?: string | undefined
    sound?: string | undefined
    tag?: string | undefined
    color?: string | undefined
    click_action?: string | undefined
    body_loc_key?: string | undefined
    body_loc_args?: string[] | undefined
    title_loc_key?: string | undefined
    title_loc_args?: string[] | undefined
  }

  /** See {@link Beams.WebPayload}. */
  export interface WebPayload {
    notification?: WebNotificationPayload | WithNewKeys<WebNotificationPayload> | undefined
    data?: object | undefined
    time_to_live?: number | undefined
  }

  /** See {@link Beams.WebNotification}. */
  export interface WebNotificationPayload {
    title?: string | undefined
    body?: string | undefined
    icon?: string | undefined
    deep_link?: string | undefined
    hide_notification_if_site_has_focus?: boolean | undefined
  }

  /** A part of a payload with keys that its vendor has added since. */
  export type WithNewKeys<Part> = Part & { readonly [key: string]: unknown }

  export type PublishResponse = Beams.PublishResponse
  export type Token = string
}

export = PushNotifications
