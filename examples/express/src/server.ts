import { PushNotifications } from 'beams-native'
import { createApp } from './app.js'

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

const instanceId = required('BEAMS_INSTANCE_ID')
const endpoint = process.env.BEAMS_ENDPOINT
const beams = new PushNotifications({ instanceId, secretKey: required('BEAMS_SECRET_KEY'), endpoint })

const app = createApp(beams, {
  sessionSecret: required('SESSION_SECRET'),
  webhookSecret: required('BEAMS_WEBHOOK_SECRET'),
  page: { instanceId, endpoint },
  onEvent: (event) => console.log(event.eventType, JSON.stringify(event.payload)),
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`listening on http://127.0.0.1:${address.port}`)
})

// Stops accepting requests; once those in flight have their responses, nothing needs Beams any more.
function stop(): void {
  server.close(() => beams.close())
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
