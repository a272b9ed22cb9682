// Programs in the style of those that use @pusher/push-notifications-server, with another import. Each function is one.

import PushNotifications = require('beams-native/compat')
import { PushNotifications as Named } from 'beams-native/compat'
import Official = require('@pusher/push-notifications-server')

// A value of either package's types is one of the other's.
type IsAssignable<From, To> = [From] extends [To] ? true : false
type Both<Ours, Theirs> = [IsAssignable<Ours, Theirs>, IsAssignable<Theirs, Ours>]
type Yes = [true, true]
export const alike: {
  client: Both<PushNotifications, Official>
  // Options have more members here, and what has them is still one of theirs.
  options: Both<PushNotifications.Options, Official.Options>
  request: Both<PushNotifications.PublishRequest, Official.PublishRequest>
  base: Both<PushNotifications.PublishRequestBase, Official.PublishRequestBase>
  withApns: Both<PushNotifications.PublishRequestWithApns, Official.PublishRequestWithApns>
  withFcm: Both<PushNotifications.PublishRequestWithFcm, Official.PublishRequestWithFcm>
  withWeb: Both<PushNotifications.PublishRequestWithWeb, Official.PublishRequestWithWeb>
  apnsAndFcm: Both<PushNotifications.PublishRequestWithApnsAndFcm, Official.PublishRequestWithApnsAndFcm>
  apnsAndWeb: Both<PushNotifications.PublishRequestWithApnsAndWeb, Official.PublishRequestWithApnsAndWeb>
  fcmAndWeb: Both<PushNotifications.PublishRequestWithFcmAndWeb, Official.PublishRequestWithFcmAndWeb>
  all: Both<PushNotifications.PublishRequestWithAllPlatforms, Official.PublishRequestWithAllPlatforms>
  apns: Both<PushNotifications.ApnsPayload, Official.ApnsPayload>
  aps: Both<PushNotifications.ApsPayload, Official.ApsPayload>
  alert: Both<PushNotifications.AlertPayload, Official.AlertPayload>
  fcm: Both<PushNotifications.FcmPayload, Official.FcmPayload>
  notification: Both<PushNotifications.FcmNotificationPayload, Official.FcmNotificationPayload>
  web: Both<PushNotifications.WebPayload, Official.WebPayload>
  webNotification: Both<PushNotifications.WebNotificationPayload, Official.WebNotificationPayload>
  response: Both<PushNotifications.PublishResponse, Official.PublishResponse>
  token: Both<PushNotifications.Token, Official.Token>
  requestArgument: Both<Parameters<PushNotifications['publishToUsers']>[1], Parameters<Official['publishToUsers']>[1]>
  usersArgument: Both<Parameters<PushNotifications['publishToUsers']>[0], Parameters<Official['publishToUsers']>[0]>
} = {} as Record<string, Yes> as never
export const yes: Record<keyof typeof alike, Yes> = alike

interface Order {
  id: number
  items: string[]
}

export function createNestService() {
  class PusherService {
    private readonly client: PushNotifications

    constructor() {
      this.client = new PushNotifications({
        instanceId: process.env.PUSHER_INSTANCE_ID ?? '',
        secretKey: process.env.PUSHER_SECRET_KEY as string,
      })
    }

    async notify(userIds: string[], title: string, body: string, order: Order): Promise<string> {
      const { publishId } = await this.client.publishToUsers(userIds, {
        apns: { aps: { alert: { title, body }, sound: 'default', badge: 1 }, data: order },
        fcm: { notification: { title, body }, data: order },
        web: { notification: { title, body, deep_link: 'https://example.com' }, data: order },
      })
      return publishId
    }

    auth(userId: string): { token: string } {
      return this.client.generateToken(userId)
    }

    async forget(ids: string[]): Promise<void> {
      await Promise.all(ids.map(this.client.deleteUser, this.client))
    }
  }
  return PusherService
}

export function subclassWithPrivateFields() {
  class Client extends PushNotifications {
    private instanceId: string
    private readonly secretKey = 'x'
    protected endpoint?: string

    constructor(options: PushNotifications.Options) {
      super(options)
      this.instanceId = options.instanceId
    }

    describe(): string {
      return `${this.instanceId}${this.secretKey.length}${this.endpoint ?? ''}`
    }

    override publishToInterests(interests: string[], request: PushNotifications.PublishRequest) {
      return super.publishToInterests(interests.slice(0, 100), request)
    }
  }
  return new Client({ instanceId: 'i', secretKey: 's' }).describe()
}

export function silentPush(client: PushNotifications) {
  const text: PushNotifications.ApsPayload = { 'content-available': '1' }
  const read: string | undefined = text['content-available']
  return [client.publishToInterests(['a'], { apns: { aps: text } }), read]
}

export function builder(kind: string): PushNotifications.PublishRequest {
  const alert: PushNotifications.AlertPayload = { title: kind, body: kind, 'loc-args': [kind] }
  const aps: PushNotifications.ApsPayload = { alert, sound: 'default' }
  const notification: PushNotifications.FcmNotificationPayload = { title: kind, body_loc_args: [kind] }
  const request: PushNotifications.PublishRequestWithAllPlatforms = {
    apns: { aps, priority: 10, expiration: 1_700_000_000 },
    fcm: { notification, priority: 'high', time_to_live: 3600 },
    web: { notification: { title: kind, body: kind, icon: '/icon.png', hide_notification_if_site_has_focus: true } },
    webhookUrl: 'https://example.com/webhook',
  }
  return request
}

export function reader(request: PushNotifications.PublishRequestWithAllPlatforms): (string | undefined)[] {
  const { alert, sound } = request.apns.aps
  const title: string = typeof alert === 'object' ? alert.title : (alert ?? '')
  const args: string[] | undefined = request.fcm.notification?.body_loc_args
  const data: object | undefined = request.web.data
  return [title, sound, args?.join(), request.web.notification?.deep_link, JSON.stringify(data)]
}

export function ownTypes(client: PushNotifications) {
  interface Alert {
    title: string
    body: string
    subtitle: number
  }
  interface Aps extends PushNotifications.ApsPayload {
    alert: Alert
    'mutable-content': 1
  }
  interface Apns extends PushNotifications.ApnsPayload {
    aps: Aps
  }
  class Notification {
    constructor(
      public title: string,
      public body: string,
    ) {}
  }
  interface Request extends PushNotifications.PublishRequestBase {
    fcm: { notification: Notification; data: Order }
    web: { notification: Notification }
    apns: Apns
  }
  return (request: Request) => client.publishToInterests(['a'], request)
}

export function generic<T extends PushNotifications.PublishRequest>(client: PushNotifications, request: T) {
  return [
    client.publish<T>(['a'], request),
    client.publishToInterests<T>(['a'], request),
    client.publishToUsers<PushNotifications.PublishRequestWithFcm>(['a'], request),
  ]
}

export const double: PushNotifications = {
  publishToInterests: async () => ({ publishId: 'x' }),
  publishToUsers: async (users: string[]) => ({ publishId: users.join() }),
  publish: () => Promise.resolve({ publishId: 'x' }),
  deleteUser: async () => {},
  generateToken: (userId) => ({ token: userId }),
}

export function mixWithOfficialTypes(send: (client: Official, request: Official.PublishRequest) => void) {
  const client = new Named({ instanceId: 'i', secretKey: 's' })
  send(client, builder('x'))
  return client
}

export type Keys = PushNotifications.Options & { port?: number }
export const answer = (client: PushNotifications, send: (body: { token: PushNotifications.Token }) => void) =>
  send(client.generateToken('user-1'))
