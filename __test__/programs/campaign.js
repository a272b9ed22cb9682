'use strict'

// A campaign with a journal, which its test may kill. Prints `begun` before it publishes, and the report at the end.
// Arguments: port, path of the journal, number of users, concurrency, at which user to begin.

const { PushNotifications } = require('../..')

const [port, journal, count, concurrency, first = 0] = process.argv.slice(2)
const beams = new PushNotifications({
  instanceId: 'my-instance',
  secretKey: 'secret',
  endpoint: '127.0.0.1',
  port,
  maxRetries: 0,
  maxRequestsPerSecond: Infinity,
})

/** In another order each time. */
function* users() {
  for (let index = 0; index < count; index++) yield `user-${(index + Number(first)) % count}`
}

/** By their size where lists would be long. */
function summarize({ publishedCount, resumedCount, duplicateCount, failures }) {
  const shown = failures.map(({ users: failed, error: { code, delivery } }) => ({
    users: failed.length,
    code,
    delivery,
  }))
  return { publishedCount, resumedCount, duplicateCount, failures: shown }
}

console.log('begun')
beams
  .publishToManyUsers(
    users(),
    { web: { notification: { title: 'Hello' } } },
    { journal, concurrency: Number(concurrency) },
  )
  .then(
    (report) => console.log(JSON.stringify(summarize(report))),
    ({ code, message, cause, report, remaining }) =>
      console.log(
        JSON.stringify({
          code,
          message,
          cause: cause?.code,
          remaining: remaining?.length,
          ...(report && summarize(report)),
        }),
      ),
  )
