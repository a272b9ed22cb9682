// The endpoints, where no global type but those of ES2022 is known.

import { PushNotifications } from 'beams-native'
import * as node from 'beams-native/express'
import * as web from 'beams-native/fetch'

const beams = new PushNotifications({ instanceId: 'my-instance', secretKey: 'my-key' })

export const auth = node.authEndpoint(beams, { userId: ({ url }) => url })
export const webhook = node.webhookEndpoint({ secret: 'hush' }, ({ eventId }) => eventId)
export const GET = web.authEndpoint(beams, { userId: ({ headers }) => headers.get('x-user') })
export const POST = web.webhookEndpoint({ secret: 'hush' }, {})
export const status = async (request: Parameters<typeof GET>[0]): Promise<number> => (await POST(request)).status
