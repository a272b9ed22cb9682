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
] = [all.apns, onlyApns.apns.aps, {}, all.fcm, {}, all.web, {}]
const options: PushNotifications.Options = { instanceId: 'i', secretKey: 's', endpoint: 'localhost' }
const strings: string[] = [client.instanceId, client.secretKey, client.endpoint]

export { toInterests, toUsers, published, token, deleted, payloads, options, strings }
