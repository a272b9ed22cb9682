// Programs declare types of their own for the parts of a payload. Interfaces and classes have no index signature.

import type {
  ApnsPayload,
  Aps,
  ApsAlert,
  FcmNotification,
  FcmPayload,
  PublishRequest,
  PushNotifications,
  WebNotification,
  WebPayload,
} from 'beams-native'

declare const beams: PushNotifications

interface Alert {
  title: string
  body: string
  subtitle?: string
}
interface Sound {
  critical: 1
  name: string
}
interface OwnAps {
  alert: Alert
  badge: number
  sound: Sound
  'mutable-content': 1
}
interface OwnApns {
  aps: OwnAps
  data: Order
  pusher: { disable_delivery_tracking: boolean }
}
interface Order {
  id: string
  total: string
}
interface Totals {
  total: number
}
interface Text {
  readonly title: string
  readonly body: string
}
interface OwnFcm {
  notification: Text
  data: Record<string, string>
  priority: 'high'
}
interface OwnWeb {
  notification: Text & { deep_link: string }
  data: Order
}
interface OwnRequest {
  apns: OwnApns
  fcm: OwnFcm
  web: OwnWeb
}

class WebText {
  constructor(
    readonly title: string,
    readonly body: string,
    readonly icon?: string,
  ) {}

  withTitle(title: string): WebText {
    return new WebText(title, this.body, this.icon)
  }
}
class AppleAlert implements ApsAlert {
  [key: string]: unknown
  title = 'x'
}
class Message {
  readonly web: { notification: WebText }
  private readonly createdAt = new Date()

  constructor(text: WebText) {
    this.web = { notification: text }
  }

  age(): number {
    return Date.now() - this.createdAt.getTime()
  }
}

export async function publish(
  request: OwnRequest,
  order: Order,
  totals: Totals,
  alert: Alert,
  sound: Sound,
  text: Text,
  own: OwnAps,
) {
  await beams.publishToUsers(['user-1'], request)
  await beams.publishToUsers(['user-1'], { apns: request.apns })
  await beams.publishToUsers(['user-1'], { apns: { aps: own } })
  await beams.publishToUsers(['user-1'], { apns: { aps: { alert, sound } } })
  await beams.publishToUsers(['user-1'], { apns: { aps: { alert: new AppleAlert() } } })
  await beams.publishToUsers(['user-1'], { fcm: request.fcm, web: request.web })
  await beams.publishToUsers(['user-1'], { fcm: { notification: text, data: { ...order } } })
  await beams.publishToUsers(['user-1'], { web: { notification: text, data: order } })
  await beams.publishToUsers(['user-1'], { web: { notification: new WebText('Hello', 'Hello, world!') } })
  await beams.publishToUsers(['user-1'], new Message(new WebText('Hello', 'Hello, world!')))
  await beams.publishToManyUsers(['user-1'], request)

  // @ts-expect-error an interface has no index signature: see `{ ...order }` above
  await beams.publishToUsers(['user-1'], { fcm: { data: order } })
  // @ts-expect-error Google refuses numbers, spread or not
  await beams.publishToUsers(['user-1'], { fcm: { data: { ...totals } } })
}

interface WrongAps {
  alert: { title: number }
}
interface Headline {
  headline: string
}
export async function refuse(wrong: WrongAps, headline: Headline, request: { web: { notification: Headline } }) {
  // @ts-expect-error a title is a text, in an interface, too
  await beams.publishToUsers(['user-1'], { apns: { aps: wrong } })
  // @ts-expect-error nothing in it is known
  await beams.publishToUsers(['user-1'], { web: { notification: headline } })
  // @ts-expect-error nothing in it is known
  await beams.publishToUsers(['user-1'], request)
}

// Extended, and with keys that are newer than the types.
interface ExtendedAps extends Aps {
  'key-of-next-year': number
}
interface ExtendedApns extends ApnsPayload {
  aps: ExtendedAps
}
interface ExtendedWeb extends WebPayload {
  notification: WebNotification & { image: string }
}
export const extended: [ExtendedApns, ExtendedWeb] = [
  { aps: { 'key-of-next-year': 1 } },
  { notification: { image: 'https://example.com/x.png' } },
]
export const extendedRequest: PublishRequest = { apns: extended[0], web: extended[1] }
export const aps: Aps = { 'key-of-next-year': 1 }
export const fcm: FcmPayload = { notification: { key_of_next_year: 1 } satisfies FcmNotification, key_of_next_year: 1 }

// Read-only arrays are taken, wherever there is an array.
declare const args: readonly string[]
export const localized: PublishRequest = {
  apns: { aps: { alert: { 'loc-key': 'x', 'loc-args': args, 'title-loc-args': args }, 'url-args': args } },
  fcm: { notification: { body_loc_args: args, title_loc_args: args } },
}
export const readOnly: Promise<{ publishId: string }> = beams.publishToInterests(args, localized)

// Read again.
export const title: string | undefined =
  typeof extendedRequest.apns?.aps.alert === 'object' ? extendedRequest.apns.aps.alert.title : undefined
