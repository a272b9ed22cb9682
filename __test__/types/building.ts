// Requests that are built step by step, and what browsers document beyond what the default service worker shows.

import {
  toPublishRequest,
  type PublishRequest,
  type PublishRequestBase,
  type PublishRequestWithAtLeastOneOf,
  type PushNotifications,
  type WebNotification,
} from 'beams-native'

declare const beams: PushNotifications

export async function stepByStep(userIds: string[], title: string, forApps: boolean, forBrowsers: boolean) {
  const draft: PublishRequestBase = {}
  if (forApps) draft.fcm = { notification: { title } }
  if (forBrowsers) draft.web = { notification: { title } }

  const hasPlatform = (request: PublishRequestBase): request is PublishRequest =>
    Boolean(request.apns ?? request.fcm ?? request.web)
  if (hasPlatform(draft)) await beams.publishToUsers(userIds, draft)
}

export async function fromOneThatIsAlwaysThere(userIds: string[], title: string, forApps: boolean) {
  const request: PublishRequest = { web: { notification: { title } } }
  if (forApps) request.apns = { aps: { alert: { title } } }
  request.web.time_to_live = 60
  await beams.publishToUsers(userIds, request)
  await beams.publishToUsers(userIds, {
    web: { notification: { title } },
    ...(forApps ? { fcm: { notification: { title } } } : {}),
    apns: forApps ? { aps: { alert: title } } : undefined,
  })
}

export async function byThePlatformsOfAMessage(userIds: string[], platforms: ('apns' | 'fcm' | 'web')[]) {
  await beams.publishToUsers(userIds, toPublishRequest({ title: 'Hello', body: 'Hello, world!', platforms }))
}

export const forBrowsers: PublishRequestWithAtLeastOneOf<'web'> = { web: { notification: { title: 'Hello' } } }
export const title: string | undefined = forBrowsers.web.notification?.title
export const any: PublishRequest = forBrowsers

export const withAHandlerOfYourOwn: WebNotification = {
  title: 'Hello',
  actions: [{ action: 'reply', title: 'Reply', icon: 'https://example.com/reply.png' }],
  badge: 'https://example.com/badge.png',
  dir: 'auto',
  image: 'https://example.com/picture.png',
  lang: 'en-GB',
  renotify: true,
  requireInteraction: true,
  silent: null,
  tag: 'orders',
  timestamp: 1_700_000_000_000,
  vibrate: [100, 50, 100],
}
// @ts-expect-error a button has a title
export const withoutTitle: WebNotification = { actions: [{ action: 'reply' }] }

/** An interface of one's own may have more members, as long as those that are known are right. */
interface OwnNotification {
  title: string
  campaign: string
}
export const own = (notification: OwnNotification) => beams.publishToUsers(['user-1'], { web: { notification } })
