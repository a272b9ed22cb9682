// Every field that Apple, Google and Beams document, and the mistakes that must not compile.

import {
  PushNotifications,
  BeamsError,
  type BeamsErrorCause,
  type BeamsErrorCode,
  type PublishRequest,
} from 'beams-native'

interface Own {
  id: string
}
const own: Own = { id: 'x' }

export const everything: PublishRequest = {
  webhookUrl: 'https://example.com',
  apns: {
    collapse_id: 'x',
    expiration: 1_700_000_000,
    priority: 1,
    data: own,
    pusher: { disable_delivery_tracking: true },
    aps: {
      alert: {
        title: 'x',
        subtitle: 'x',
        body: 'x',
        'title-loc-key': 'x',
        'title-loc-args': null,
        'subtitle-loc-key': 'x',
        'subtitle-loc-args': ['x'],
        'loc-key': 'x',
        'loc-args': ['x'],
        'action-loc-key': null,
        'launch-image': 'x',
        'summary-arg': 'x',
        'summary-arg-count': 1,
      },
      badge: 0,
      sound: { critical: 1, name: 'x', volume: 0.5 },
      'thread-id': 'x',
      category: 'x',
      'content-available': 1,
      'mutable-content': 1,
      'target-content-id': 'x',
      'interruption-level': 'time-sensitive',
      'relevance-score': 0.5,
      'filter-criteria': 'x',
      'stale-date': 1,
      'content-state': { score: 1 },
      timestamp: 1,
      event: 'update',
      'dismissal-date': 1,
      'attributes-type': 'x',
      attributes: {},
      'url-args': ['x'],
      'some-key-of-next-year': true,
    },
  },
  fcm: {
    collapse_key: 'x',
    time_to_live: 2419200,
    priority: 'high',
    content_available: true,
    mutable_content: true,
    restricted_package_name: 'x',
    dry_run: true,
    data: { order: '17' },
    notification: {
      title: 'x',
      body: 'x',
      android_channel_id: 'x',
      icon: 'x',
      sound: 'x',
      tag: 'x',
      color: '#ff0000',
      click_action: 'x',
      body_loc_key: 'x',
      body_loc_args: '["x"]',
      title_loc_key: 'x',
      title_loc_args: ['x'],
      image: 'https://example.com/x.png',
      subtitle: 'x',
      badge: '1',
      some_key_of_next_year: 1,
    },
  },
  web: {
    time_to_live: 2419200,
    data: own,
    notification: {
      title: 'x',
      body: 'x',
      icon: 'https://example.com/x.png',
      deep_link: 'https://example.com',
      hide_notification_if_site_has_focus: true,
    },
  },
}

export const onePlatform: PublishRequest[] = [{ apns: { aps: {} } }, { fcm: {} }, { web: { notification: {} } }]

// @ts-expect-error no platform
export const noPlatform: PublishRequest = {}
// @ts-expect-error only the deprecated webhook
export const onlyWebhook: PublishRequest = { webhookUrl: 'https://example.com' }
// @ts-expect-error Apple payloads need `aps`
export const noAps: PublishRequest = { apns: { data: {} } }
// @ts-expect-error an alert's title is a text
export const wrongTitle: PublishRequest = { apns: { aps: { alert: { title: 5 } } } }
// @ts-expect-error a number, unlike in the official typings
export const wrongContentAvailable: PublishRequest = { apns: { aps: { 'content-available': '1' } } }
// @ts-expect-error a boolean: the service refuses the text
export const wrongFocus: PublishRequest = { web: { notification: { hide_notification_if_site_has_focus: 'true' } } }
// @ts-expect-error the key `pusher` is the service's own
export const reservedKey: PublishRequest = { web: { data: { pusher: {} } } }
// @ts-expect-error data is an object
export const listOfData: PublishRequest = { apns: { aps: {}, data: ['x'] } }
// @ts-expect-error Google delivers no nested values
export const nestedData: PublishRequest = { fcm: { data: { a: { b: 'c' } } } }
// @ts-expect-error Google refuses numbers
export const numericData: PublishRequest = { fcm: { data: { order: 17 } } }

const beams = new PushNotifications({ instanceId: 'i', secretKey: 's', port: '8081', ca: [Buffer.from('x'), 'x'] })
// @ts-expect-error both keys are required
export const noKeys = new PushNotifications({ instanceId: 'i' })

export const token: string = beams.generateToken('user-1')
export const frozen: Promise<{ publishId: string }> = beams.publishToUsers(['u'] as const, everything, { timeout: 1 })

export function narrow(error: unknown): BeamsErrorCode | undefined {
  if (!(error instanceof BeamsError)) return undefined
  switch (error.code) {
    case 'ERR_BEAMS_TIMEOUT':
      return error.code
    // @ts-expect-error there is no such code
    case 'ERR_BEAMS_COFFEE':
      return undefined
    default: {
      const status: number | undefined = error.status
      const cause = error.code === 'ERR_BEAMS_CONNECTION' ? (error.cause as BeamsErrorCause | undefined) : undefined
      if (cause?.code === 'ECONNREFUSED') console.log(cause.message)
      // @ts-expect-error a cause may be anything that the caller's code throws
      if (error.cause.code === 'ECONNREFUSED') return undefined
      return status === 503 && error.delivery === 'refused' ? error.code : undefined
    }
  }
}
