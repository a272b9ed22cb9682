// Publishes to all customers, each in their language: `npm start -- <campaign>`. The same command continues it after a crash.
import { BeamsError, PushNotifications, toPublishRequest } from 'beams-native'
import type { ManyUsersProgress, ManyUsersReport } from 'beams-native'
import { customerCount, customers } from './customers.js'

const campaign = process.argv[2]
if (campaign === undefined || !/^[\w-]+$/.test(campaign)) {
  throw new Error('usage: npm start -- <campaign: letters, digits, - or _>')
}

const beams = new PushNotifications({
  instanceId: process.env.BEAMS_INSTANCE_ID!,
  secretKey: process.env.BEAMS_SECRET_KEY!,
  endpoint: process.env.BEAMS_ENDPOINT,
})

// Every run needs the same requests, so none contains the time: the journal belongs to them.
const link = 'https://shop.example/sale'
const requests = {
  default: toPublishRequest({ title: 'The spring sale has begun', body: 'Until Sunday', link }),
  de: toPublishRequest({ title: 'Der Frühlingsverkauf hat begonnen', body: 'Bis Sonntag', link }),
}

let lastPercent = -1

function showProgress({ publishedCount, resumedCount, failedCount }: ManyUsersProgress): void {
  const percent = Math.floor((100 * (publishedCount + resumedCount + failedCount)) / customerCount)
  if (percent === lastPercent) return
  lastPercent = percent
  console.log(`${percent} %: ${publishedCount} published, ${resumedCount} published before, ${failedCount} failed`)
}

function summarize({ publishedCount, resumedCount, failures }: ManyUsersReport): void {
  console.log(`published to ${publishedCount} customers, and to ${resumedCount} before`)
  for (const { users, error } of failures) {
    const what = error.delivery === 'unknown' ? 'may have been notified' : 'were not notified; the next run tries again'
    console.log(`${users.length} customers, from ${users[0]} on, ${what}: ${error.message}`)
  }
  if (failures.length > 0) process.exitCode = 1
}

// Makes no further request, and waits for those in flight, so that no outcome is unknown
const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort(signal))

try {
  const options = { journal: `${campaign}.journal`, signal: interrupt.signal, onProgress: showProgress }
  summarize(await beams.publishToManyUsers(customers(), { requests }, options))
} catch (error) {
  if (!(error instanceof BeamsError) || error.report === undefined) throw error
  summarize(error.report)
  console.log(`${error.message}. The same command continues.`)
  process.exitCode = 1
}
await beams.close()
