// Members that the service has and this version of the package does not know.

import type { PublishRequest } from 'beams-native'

declare module 'beams-native' {
  interface PublishRequestBase {
    campaignId?: string
  }
  interface WebPayload {
    urgency?: 'low' | 'high'
  }
  interface WebNotification {
    campaign?: string
  }
}

export const request: PublishRequest = {
  campaignId: 'spring',
  web: { urgency: 'low', notification: { title: 'Hello', campaign: 'spring' } },
}
// @ts-expect-error what is declared is checked
export const wrong: PublishRequest = { web: { notification: { campaign: 7 } } }
// @ts-expect-error and so is what is not
export const misspelt: PublishRequest = { web: { notification: { titel: 'Hello' } } }
