// Each of these must not compile. `typings.test.js` looks at what the compiler says of each, under the name of its constant.

import { PushNotifications, type PublishRequest, type PublishRequestBase } from 'beams-native'

declare const beams: PushNotifications
declare const draft: PublishRequestBase
declare const isWeb: boolean
const empty = {}
const web = { notification: { title: 'Hello' } }

export const noPlatform: PublishRequest = {}
export const noPlatformInACall = beams.publishToUsers(['user-1'], {})
export const noPlatformInAVariable = beams.publishToUsers(['user-1'], empty)
export const noPlatformInManyUsers = beams.publishToManyUsers(['user-1'], { webhookUrl: 'https://example.com' })
export const perhapsNoPlatform = beams.publishToInterests(['hello'], {
  webhookUrl: undefined,
  ...(isWeb ? { web } : {}),
})
export const perhapsUndefined = beams.publishToInterests(['hello'], { web: isWeb ? web : undefined })
export const unfinished = beams.publishToInterests(['hello'], draft)

export const requestName = beams.publishToManyUsers([{ userId: 'user-1', request: 'germam' }], {
  requests: { german: { web }, english: { web } },
})

export const title: PublishRequest = { web: { notification: { titel: 'Hello' } } }
export const notification: PublishRequest = { web: { notifcation: { title: 'Hello' } } }
export const deepLink: PublishRequest = { web: { notification: { title: 'Hello', deepLink: 'https://example.com' } } }
export const timeToLive: PublishRequest = { web: { notification: { title: 'Hello' }, timeToLive: 60 } }
export const webhookUrl: PublishRequest = { web, wehbookUrl: 'https://example.com' }
export const dataInNotification: PublishRequest = { web: { notification: { title: 'Hello', data: { id: 7 } } } }
export const foreignPlatform: PublishRequest = { web, ios: { aps: {} } }
