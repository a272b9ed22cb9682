// Cuts the cursor into batches: `npm run produce -- <campaign> <title>`.
import type { PublishRequest } from 'beams-native'
import { openQueue, type Batch } from './batches.js'
import { customers } from './customers.js'

const BATCH_SIZE = 1000
const BATCHES_AT_A_TIME = 50

const [campaign, title] = process.argv.slice(2)
if (campaign === undefined || title === undefined || !/^[\w-]+$/.test(campaign)) {
  throw new Error('usage: npm run produce -- <campaign: letters, digits, - or _> <title>')
}

const publishRequest: PublishRequest = {
  apns: { aps: { alert: { title } } },
  fcm: { notification: { title } },
  web: { notification: { title } },
}

async function* batches(): AsyncGenerator<Batch> {
  let users: string[] = []
  for await (const user of customers()) {
    if (users.push(user) < BATCH_SIZE) continue
    yield { users, publishRequest }
    users = []
  }
  if (users.length > 0) yield { users, publishRequest }
}

const queue = openQueue()
let jobs: Parameters<typeof queue.addBulk>[0] = []
let number = 0

async function add(): Promise<void> {
  await queue.addBulk(jobs)
  jobs = []
  console.log(`${number} batches`)
}

for await (const data of batches()) {
  // The same batch has the same id: a producer that is started again adds nothing twice.
  const jobId = `${campaign}-${++number}`
  const retries = { attempts: 20, backoff: { type: 'exponential', delay: 500, jitter: 0.5 } }
  if (jobs.push({ name: campaign, data, opts: { jobId, ...retries } }) === BATCHES_AT_A_TIME) await add()
}
await add()
await queue.close()
