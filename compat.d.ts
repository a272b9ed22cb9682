/**
 * The shape of `@pusher/push-notifications-server`, to migrate by one line.
 *
 * @module beams-native/compat
 */

import Beams = require('./index')

/**
 * The shape of `@pusher/push-notifications-server` 1.2.7: change the `require` line, and nothing else.
 *
 * New code should use `beams-native` itself, whose `generateToken` returns the token.
 */
declare class PushNotifications {
  constructor(options: PushNotifications.Options)

  /** The instance's id. */
  readonly instanceId: string
  /** The instance's secret key. Not enumerable, so that it does not get into logs. */
  readonly secretKey: string
  /** The host that requests go to. */
  readonly endpoint: string
  /** The port that requests go to, or `null` for the protocol's own. */
  readonly port: number | string | null
  /** `'http'` with an `endpoint` that is a bare host, else `'https'`. */
  readonly protocol: 'http' | 'https'

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

  /** See {@link Beams.PushNotifications.deleteUser}. */
  deleteUser(userId: string, options?: Beams.CallOptions): Promise<void>

  /** @deprecated Use `publishToInterests` instead. */
  publish<T extends PushNotifications.PublishRequest>(
    interests: string[],
    publishRequest: T,
  ): Promise<PushNotifications.PublishResponse>
}

declare namespace PushNotifications {
  interface Options extends Beams.PushNotificationsOptions {}

  interface PublishRequestBase {
    /** @deprecated Set up webhooks in the dashboard: they are signed. */
    webhookUrl?: string
  }

  interface PublishRequestWithApns extends PublishRequestBase {
    apns: ApnsPayload
  }

  interface PublishRequestWithFcm extends PublishRequestBase {
    fcm: FcmPayload
  }

  interface PublishRequestWithWeb extends PublishRequestBase {
    web: WebPayload
  }

  interface PublishRequestWithApnsAndFcm extends PublishRequestWithApns, PublishRequestWithFcm {}
  interface PublishRequestWithApnsAndWeb extends PublishRequestWithApns, PublishRequestWithWeb {}
  interface PublishRequestWithFcmAndWeb extends PublishRequestWithFcm, PublishRequestWithWeb {}
  interface PublishRequestWithAllPlatforms
    extends PublishRequestWithApns, PublishRequestWithFcm, PublishRequestWithWeb {}

  type PublishRequest = Beams.PublishRequest

  type ApnsPayload = Beams.ApnsPayload
  type ApsPayload = Beams.Aps
  type AlertPayload = Beams.ApsAlert
  type FcmPayload = Beams.FcmPayload
  type FcmNotificationPayload = Beams.FcmNotification
  type WebPayload = Beams.WebPayload
  type WebNotificationPayload = Beams.WebNotification

  type PublishResponse = Beams.PublishResponse
  type Token = string
}

export = PushNotifications
