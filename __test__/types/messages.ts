// The message builder and the payload checker, as programs use them.

import {
  checkPublishRequest,
  toPublishRequest,
  type Message,
  type PayloadFinding,
  type PublishRequest,
} from 'beams-native'
import { expectTypeOf } from 'expect-type'

const message: Message = {
  title: 'Your order',
  body: 'It is on its way.',
  data: { orderId: 7, items: [{ name: 'soup' }] },
  platforms: ['apns', 'web'],
  localized: { titleKey: 'ORDER', titleArgs: ['7'] },
  apns: { aps: { alert: { subtitle: 'No. 7' }, sound: null, 'thread-id': 'orders' }, priority: null },
  fcm: { notification: { android_channel_id: 'orders', tomorrow: { a: 1 } } },
  web: { notification: { hide_notification_if_site_has_focus: true }, data: null },
}
expectTypeOf(toPublishRequest(message)).toEqualTypeOf<PublishRequest>()
toPublishRequest({ silent: true, data: { sync: true }, priority: 'normal' })

// @ts-expect-error A message that is not silent has a body.
toPublishRequest({ title: 'Your order' })
// @ts-expect-error A silent message shows nothing.
toPublishRequest({ silent: true, title: 'Your order' })
// @ts-expect-error The name is `title`.
toPublishRequest({ titel: 'Your order', body: 'It is on its way.' })
// @ts-expect-error A duration is a number of seconds.
toPublishRequest({ title: 'Your order', body: 'It is on its way.', ttl: '1h' })
// @ts-expect-error Apple's priorities are numbers.
toPublishRequest({ title: 'Your order', body: 'It is on its way.', apns: { priority: 'high' } })
// @ts-expect-error The platforms have Beams' names.
toPublishRequest({ title: 'Your order', body: 'It is on its way.', platforms: ['ios'] })

const findings: PayloadFinding[] = checkPublishRequest(toPublishRequest(message), { targets: 'users' })
for (const { severity, platform, suggestion } of findings) {
  expectTypeOf(severity).toEqualTypeOf<'refused' | 'dropped' | 'degraded' | 'hint'>()
  expectTypeOf(platform).toEqualTypeOf<'apns' | 'fcm' | 'web' | undefined>()
  expectTypeOf(suggestion).toEqualTypeOf<string | undefined>()
}
// A wrong payload is what the checker is for, so that any object will do.
checkPublishRequest({ web: { notification: { deep_link: 7 } } })
// @ts-expect-error There are two kinds of targets.
checkPublishRequest({}, { targets: 'devices' })
