import type { PublishRequestBase } from './publish'

/**
 * A webhook's body as bytes (a `Buffer`, a `DataView` or any other view, an `ArrayBuffer`), or as a string that was decoded from
 * UTF-8.
 */
export type WebhookBody = string | ArrayBufferView | ArrayBufferLike

/**
 * A webhook event. `eventType` discriminates the union:
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
  custom_data?: { [key: string]: unknown } | undefined
}

/** A publish to users has been handed to the gateways of Apple, Google and the browsers. */
export type PublishToUsersAttemptEvent = WebhookEventBase<
  'v1.PublishToUsersAttempt',
  {
    instance_id: string
    publish_id: string
    /** Users for whom a gateway accepted the notification for at least one device. */
    users_delivered_to_gateway: string[]
    /** Users who have no device. */
    users_no_devices: string[]
    /** Users for whom no gateway accepted the notification, for a transient reason: publishing to them again may succeed. */
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
  requestBody: PublishRequestBase & { interests?: string[] | undefined; users?: string[] | undefined }
}

/** @deprecated See {@link PublishWebhook}. */
export interface PublishFinishedWebhook extends Omit<PublishStartedWebhook, 'status'> {
  status: 'FINISHED'
  /** What became of it on each platform that it was for. */
  results: { apns?: PublishResult | undefined; fcm?: PublishResult | undefined }
}

/** @deprecated See {@link PublishWebhook}. */
export interface PublishResult {
  /** Whether all of it failed. */
  failed?: boolean | undefined
  numSuccessfulPublishes?: number | undefined
  numFailedPublishes?: number | undefined
}
