// Under `exactOptionalPropertyTypes`: `undefined` always means the default, so it may be written.

import { BeamsError, PushNotifications, verifyWebhook, type ManyUsersOptions, type PublishRequest } from 'beams-native'
import Compat = require('beams-native/compat')

declare const unset: undefined
declare const maybe: { text?: string; number?: number; flag?: boolean; signal?: AbortSignal; args?: string[] }
const { text, number, flag, signal, args } = maybe

export const beams = new PushNotifications({
  instanceId: process.env.BEAMS_INSTANCE_ID!,
  secretKey: process.env.BEAMS_SECRET_KEY!,
  endpoint: process.env.BEAMS_ENDPOINT,
  port: process.env.BEAMS_PORT,
  timeout: number,
  connectTimeout: number,
  maxRetries: number,
  maxRequestsPerSecond: number,
  retryUnknown: flag,
  tokenBackdate: number,
  proxy: process.env.BEAMS_PROXY,
  ca: text,
})
export const request: PublishRequest = {
  webhookUrl: text,
  apns: {
    collapse_id: text,
    expiration: number,
    data: unset,
    priority: unset,
    pusher: { disable_delivery_tracking: flag },
    aps: {
      alert: { title: text, subtitle: text, body: text, 'loc-key': text, 'loc-args': args, 'title-loc-args': args },
      badge: number,
      sound: { critical: unset, name: text, volume: number },
      'thread-id': text,
      category: text,
      'content-available': number,
      'mutable-content': number,
      'interruption-level': unset,
      'relevance-score': number,
      'content-state': unset,
      event: text,
    },
  },
  fcm: {
    collapse_key: text,
    time_to_live: number,
    priority: unset,
    content_available: flag,
    data: { text },
    notification: { title: text, body: text, icon: text, image: text, body_loc_args: args },
  },
  web: {
    time_to_live: number,
    data: unset,
    notification: { title: text, body: text, icon: text, deep_link: text, hide_notification_if_site_has_focus: flag },
  },
}
export const others: PublishRequest = { apns: unset, fcm: unset, web: { notification: unset } }
const manyUsers: ManyUsersOptions = {
  timeout: number,
  maxRetries: number,
  signal,
  concurrency: number,
  dedupe: flag,
  stopOnError: flag,
  onProgress: unset,
}

export async function use(options?: { signal?: AbortSignal | undefined }): Promise<void> {
  await beams.publishToUsers(['user-1'], request, { timeout: number, maxRetries: unset, signal: options?.signal })
  await beams.publishToManyUsers(['user-1'], request, manyUsers)
  await beams.deleteUser('user-1', { signal })
  beams.generateToken('user-1', { backdate: number })
  verifyWebhook('', undefined, 'secret')
  throw new BeamsError('x', { code: 'ERR_BEAMS_SERVER', delivery: 'unknown', attempts: 1, status: number, error: text })
}

const compat = new Compat({ instanceId: 'i', secretKey: 's', endpoint: process.env.BEAMS_ENDPOINT })
export const published: Promise<Compat.PublishResponse> = compat.publishToInterests(
  ['hello'],
  {
    webhookUrl: text,
    apns: { collapse_id: text, aps: { badge: number, alert: { title: 'x', body: 'x', 'loc-args': args } } },
    fcm: { priority: unset, notification: { title: text } },
    web: { time_to_live: number, notification: { icon: text } },
  },
  { timeout: number },
)
