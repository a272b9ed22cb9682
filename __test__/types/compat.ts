// The documented usage of @pusher/push-notifications-server, with another `require`.

import PushNotifications = require('beams-native/compat')

const client = new PushNotifications({ instanceId: 'some-instance-id', secretKey: 'some-secret-key' })

const request: PushNotifications.PublishRequest = {
  apns: { aps: { alert: { title: 'title', body: 'body' } } },
  fcm: { notification: { title: 'title', body: 'body' } },
  web: { notification: { title: 'title', body: 'body' } },
}

const toInterests: Promise<PushNotifications.PublishResponse> = client.publishToInterests(['hello'], request)
const toUsers: Promise<PushNotifications.PublishResponse> = client.publishToUsers(['user-alice'], {
  apns: { aps: { alert: 'Hello' } },
})
const published: Promise<PushNotifications.PublishResponse> = client.publish(['hello'], request)
const token: { token: PushNotifications.Token } = client.generateToken('user-alice')
const deleted: Promise<void> = client.deleteUser('user-alice')

const onlyApns: PushNotifications.PublishRequestWithApns = { apns: { aps: {} }, webhookUrl: 'https://example.com' }
const all: PushNotifications.PublishRequestWithAllPlatforms = { apns: { aps: {} }, fcm: {}, web: {} }
const payloads: [
  PushNotifications.ApnsPayload,
  PushNotifications.ApsPayload,
  PushNotifications.AlertPayload,
  PushNotifications.FcmPayload,
  PushNotifications.FcmNotificationPayload,
  PushNotifications.WebPayload,
  PushNotifications.WebNotificationPayload,
] = [all.apns, onlyApns.apns.aps, { title: 'x', body: 'x' }, all.fcm, {}, all.web, {}]
const options: PushNotifications.Options = { instanceId: 'i', secretKey: 's', endpoint: 'localhost' }

export { toInterests, toUsers, published, token, deleted, payloads, options }

// What the service has added since, in its place.
export const newer: PushNotifications.PublishRequest = {
  apns: { aps: { 'content-available': 1, 'mutable-content': 1, alert: { title: 'x', body: 'x', subtitle: 'x' } } },
  fcm: { notification: { image: 'https://example.com/x.png' }, mutable_content: true },
  web: { notification: { image: 'https://example.com/x.png' } },
}
// @ts-expect-error a title is a text
export const wrongTitle: PushNotifications.PublishRequest = { apns: { aps: { alert: { title: 5, body: 'x' } } } }
// @ts-expect-error no platform
export const noPlatform: PushNotifications.PublishRequest = { webhookUrl: 'https://example.com' }
