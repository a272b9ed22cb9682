import {
  isWebhookEventType,
  signWebhook,
  verifyWebhook,
  type PublishWebhook,
  type WebhookBody,
  type WebhookEvent,
} from 'beams-native'

declare const headers: { [name: string]: string | string[] | undefined }

const event: WebhookEvent = verifyWebhook(Buffer.from(''), headers['webhook-signature'], ['new', 'old'] as const)

export function users(): string[] {
  const at: Date = event.createdAt
  const id: string = event.eventId
  switch (event.eventType) {
    case 'v1.PublishToUsersAttempt':
      return [...event.payload.users_gateway_failed, ...event.payload.users_no_devices, id, at.toISOString()]
    case 'v1.UserNotificationAcknowledgement':
    case 'v1.UserNotificationOpen':
      // @ts-expect-error only an attempt has it
      void event.payload.users_no_devices
      return [event.payload.user_id, event.payload.publish_id]
    case 'unknown': {
      const type: string = event.metadata.event_type
      const member: unknown = event.payload.anything
      return [type, typeof member]
    }
  }
}

export function deprecated(hook: PublishWebhook): number {
  return hook.status === 'FINISHED' ? (hook.results.apns?.numSuccessfulPublishes ?? 0) : hook.publishId.length
}

const signed: string = signWebhook('{}', 'secret')['Webhook-Signature']
export const request: RequestInit = { method: 'POST', body: '{}', headers: signWebhook('{}', 'secret') }
export { signed }

export const bodies: WebhookBody[] = [
  '{}',
  Buffer.from('{}'),
  new Uint8Array(2),
  new Float32Array(2),
  new DataView(new ArrayBuffer(2)),
  new ArrayBuffer(2),
  new SharedArrayBuffer(2),
]
for (const body of bodies) verifyWebhook(body, signWebhook(body, 'secret')['Webhook-Signature'], 'secret')

// @ts-expect-error all headers are not the signature
verifyWebhook('', headers, 'secret')
// @ts-expect-error the parsed body is not what was signed
verifyWebhook({ payload: {} }, 'signature', 'secret')
// @ts-expect-error there must be a secret
verifyWebhook('', 'signature', undefined)

export function typeOf(text: string): WebhookEvent['eventType'] {
  return isWebhookEventType(text) ? text : 'unknown'
}
