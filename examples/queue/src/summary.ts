// Accounts for every batch: `npm run summary`, or `npm run summary -- --again <job>` once a person has decided.
import { parseArgs } from 'node:util'
import { Claims, openQueue } from './batches.js'

const { values } = parseArgs({ options: { again: { type: 'string', multiple: true, default: [] } } })
const queue = openQueue()
const claims = new Claims()

for (const id of values.again) {
  const job = await queue.getJob(id)
  if (!job || (await job.getState()) !== 'failed') throw new Error(`${id} is not parked`)
  await claims.release(job)
  await job.retry()
}

const [completed, failed, open] = await Promise.all([
  queue.getJobs(['completed']),
  queue.getJobs(['failed']),
  queue.getJobs(['active', 'waiting', 'delayed', 'prioritized']),
])
const countUsers = (jobs: typeof completed): number => jobs.reduce((sum, { data }) => sum + data.users.length, 0)
const parked = await Promise.all(failed.map(async (job) => ({ job, isUnknown: await claims.isClaimed(job) })))

console.log(`published to ${countUsers(completed)} users in ${completed.length} publishes`)
console.log(`still to do: ${countUsers(open)} users`)
console.log(`parked: ${countUsers(failed)} users`)
for (const { job, isUnknown } of parked) {
  console.log(`  ${job.id}: ${isUnknown ? 'may have been published' : 'not published'}: ${job.failedReason}`)
}
await Promise.all([queue.close(), claims.close()])
