// Publishes batches: `npm run work`, as many times as you like, on as many machines.
import { randomUUID } from 'node:crypto'
import { BeamsError, PushNotifications } from 'beams-native'
import { UnrecoverableError, Worker, type Job } from 'bullmq'
import { Claims, connection, queueName, type Batch, type Published } from './batches.js'

const REQUESTS_PER_SECOND = 100
const lockDuration = Number(process.env.LOCK_DURATION ?? 30_000)

const beams = new PushNotifications({
  instanceId: process.env.BEAMS_INSTANCE_ID!,
  secretKey: process.env.BEAMS_SECRET_KEY!,
  endpoint: process.env.BEAMS_ENDPOINT,
})
const claims = new Claims()

async function publish(job: Job<Batch, Published>): Promise<Published> {
  const attempt = randomUUID()
  if (!(await claims.claim(job, attempt))) {
    throw new UnrecoverableError('a worker was lost, or lost its lock, while it published this')
  }
  try {
    const { publishId } = await beams.publishToUsers(job.data.users, job.data.publishRequest)
    return { publishId }
  } catch (error) {
    throw await judge(job, error)
  }
}

/** `delivery` decides: what may have gone out keeps its claim and waits for a person; what has not is free again. */
async function judge(job: Job<Batch>, error: unknown): Promise<unknown> {
  if (!(error instanceof BeamsError)) return new UnrecoverableError(String(error))
  if (error.delivery === 'unknown') return new UnrecoverableError(error.message)
  await claims.release(job)
  return mayHelp(error) ? error : new UnrecoverableError(error.message)
}

/** Whether trying again can help without somebody changing something first. */
function mayHelp({ code, delivery }: BeamsError): boolean {
  return (
    code === 'ERR_BEAMS_RATE_LIMITED' ||
    code === 'ERR_BEAMS_SERVER' ||
    (delivery === 'not-sent' && code !== 'ERR_BEAMS_INVALID_ARGUMENT')
  )
}

const worker = new Worker<Batch, Published>(queueName, publish, {
  connection,
  concurrency: 8,
  // The queue counts for all workers together.
  limiter: { max: REQUESTS_PER_SECOND, duration: 1000 },
  lockDuration,
  stalledInterval: lockDuration,
  // A batch whose worker is gone comes back, and its claim decides.
  maxStalledCount: Number.MAX_SAFE_INTEGER,
})
worker.on('ready', () => console.log('ready'))
worker.on('completed', (job) => console.log(`${job.id}: published to ${job.data.users.length} users`))
worker.on('failed', (job, { message }) => console.log(`${job?.id}: ${message}`))
// Redis is away; the connection comes back by itself.
worker.on('error', () => {})

async function stop(): Promise<void> {
  await worker.close()
  await beams.close()
  await claims.close()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
