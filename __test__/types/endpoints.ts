// The endpoints of `beams-native/express` and `beams-native/fetch`, without any framework.

import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createServer2, type Http2ServerRequest } from 'node:http2'
import { BeamsError, type PushNotifications, type WebhookEvent } from 'beams-native'
import CompatClient = require('beams-native/compat')
import * as node from 'beams-native/express'
import * as web from 'beams-native/fetch'

declare const beams: PushNotifications
declare const compat: CompatClient
declare const secret: string
declare function getUser(request: { url?: string | undefined }): Promise<string | null>

export const servers = [
  createServer(node.authEndpoint(beams, { userId: (request) => request.headers.cookie?.toString() })),
  createServer(node.authEndpoint(compat, { userId: (request: IncomingMessage) => request.socket.remoteAddress })),
  createServer(node.webhookEndpoint({ secret }, {})),
  createServer2(node.authEndpoint(beams, { userId: (request: Http2ServerRequest) => getUser(request) })),
  createServer2(node.webhookEndpoint({ secret }, {})),
]

export const GET: (request: Request) => Promise<Response> = web.authEndpoint(beams, { userId: getUser })
export const POST: (request: Request) => Promise<Response> = web.webhookEndpoint({ secret: ['new', 'old'] }, {})

class FrameworkRequest extends Request {
  readonly cookies = new Map<string, string>()
}
export const typed: (request: FrameworkRequest) => Promise<Response> = web.authEndpoint(beams, {
  userId: ({ cookies }: FrameworkRequest) => cookies.get('user'),
})

const options: node.WebhookEndpointOptions = {
  secret,
  seen: async ({ eventId }) => eventId === '',
  after: (run) => void run(),
  onError: (error, event) => console.error(error instanceof BeamsError, event?.eventType),
  maxBytes: undefined,
}
const handlers: web.WebhookHandlers = {
  'v1.PublishToUsersAttempt': ({ payload }) => payload.users_gateway_failed.length,
  'v1.UserNotificationAcknowledgement': async ({ payload }) => payload.user_id,
  'v1.UserNotificationOpen'({ createdAt, payload }) {
    console.log(createdAt.toISOString(), payload.user_id)
    // @ts-expect-error only an attempt has it
    void payload.users_no_devices
  },
  unknown: ({ metadata, payload }) => console.log(metadata.event_type, payload.anything),
}
node.webhookEndpoint({ ...options, seen: node.seenInMemory({ maxEvents: 100 }) }, handlers)
web.webhookEndpoint(options, (event: WebhookEvent) => event.eventId)
web.webhookEndpoint({ ...options, seen: web.seenInMemory() }, handlers)

// @ts-expect-error a number is not a user id
node.authEndpoint(beams, { userId: () => 42 })
// @ts-expect-error there must be a userId
web.authEndpoint(beams, {})
// @ts-expect-error there must be a secret
web.webhookEndpoint({}, handlers)
// @ts-expect-error a secret may not be set
web.webhookEndpoint({ secret: process.env.BEAMS_WEBHOOK_SECRET }, handlers)
// @ts-expect-error no event is of this type
node.webhookEndpoint(options, { 'v1.Open': () => {} })
// @ts-expect-error Redis's reply is not a boolean
node.webhookEndpoint({ ...options, seen: () => 'OK' }, handlers)
