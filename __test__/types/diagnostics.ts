// The messages of the diagnostics channels, the statistics of a client, and its instance and endpoint.

import { subscribe, tracingChannel } from 'node:diagnostics_channel'
import {
  PushNotifications,
  type BeamsErrorCode,
  type BeamsPayloadMessage,
  type BeamsRequestMessage,
  type BeamsRequestTrace,
  type ClientStats,
} from 'beams-native'

const beams = new PushNotifications({ instanceId: 'i', secretKey: 'k', payloadChecks: 'reject' })
// @ts-expect-error there is no such word
void new PushNotifications({ instanceId: 'i', secretKey: 'k', payloadChecks: 'error' })

export const address: string[] = [beams.instanceId, beams.endpoint]
// @ts-expect-error it is made once, by the constructor
beams.endpoint = 'localhost'

export const stats: ClientStats = beams.stats()
export const resumed: number | undefined = stats.pausedUntil?.getTime()
export const closed: Promise<void>[] = [beams.close(), beams.close({ timeout: 20_000 }), beams.close({})]
// @ts-expect-error a number is no object with options
void beams.close(5)

subscribe('beams-native:payload', (message) => {
  const { instanceId, operation, findings } = message as BeamsPayloadMessage
  console.log(instanceId, operation === 'publishToManyUsers', findings[0]?.suggestion)
})

const requests: BeamsRequestTrace[] = []
const take = (message: BeamsRequestMessage) => {
  const code: BeamsErrorCode | undefined = message.error?.code
  requests.push(...(message.requests ?? []))
  console.log(
    code,
    message.result?.publishId,
    message.serverPort.toFixed(),
    message.startTime + (message.duration ?? 0),
  )
}
const ignore = () => {}
const channel = tracingChannel<unknown, BeamsRequestMessage>('beams-native:request')
channel.subscribe({ start: ignore, end: ignore, asyncStart: ignore, asyncEnd: take, error: ignore })
