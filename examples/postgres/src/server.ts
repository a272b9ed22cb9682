import express from 'express'
import { Pool } from 'pg'
import { webhookEndpoint } from 'beams-native/express'
import { countEvent } from './counts.js'
import { handleEvents, storeEvent } from './events.js'

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

// The service waits for a response for three seconds: without a connection, `seen` fails earlier.
const pool = new Pool({ connectionString: required('DATABASE_URL'), connectionTimeoutMillis: 2000 })
// The database closed an idle connection. The next query opens another.
pool.on('error', (error) => console.error(error))
// It closed a connection in use. The query fails as well, but without a listener this event would end the process.
pool.on('connect', (client) => client.on('error', () => {}))

let handling: Promise<void> | undefined

/** One loop in each process leaves the other connections to webhooks. */
function handleDueEvents(): Promise<void> {
  return (handling ??= handleEvents(pool, countEvent).finally(() => (handling = undefined)))
}

// Events whose handler failed, or whose process ended before it
const timer = setInterval(() => handleDueEvents().catch((error: unknown) => console.error(error)), 1000)

const app = express()
const secret = required('BEAMS_WEBHOOK_SECRET')
app.post('/webhooks/beams', webhookEndpoint({ secret, seen: (event) => storeEvent(pool, event) }, handleDueEvents))
app.get('/publishes', async (_request, response) => {
  response.json((await pool.query('select * from publish_counts order by publish_id')).rows)
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`listening on http://127.0.0.1:${address.port}`)
})

async function stop(): Promise<void> {
  clearInterval(timer)
  // An error was logged where the run was started.
  await handling?.catch(() => {})
  await pool.end()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close(() => void stop()))
