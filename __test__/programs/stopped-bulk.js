'use strict'

// Stops bulk publishes at random moments, and prints what became of each. Each id that was read must be in exactly one
// place: accepted by the server, in the failures, or in what remains.
// Arguments: source of the users, number of runs, seed, folder for the journals of those runs that have one.

const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const { once } = require('node:events')
const { Readable } = require('node:stream')
const { PushNotifications, readCampaignJournal } = require('../..')
const { createRandom } = require('../helpers/random.js')

const [kind, runs, seed, folder] = process.argv.slice(2)
const random = createRandom(Number(seed))
const below = (limit) => Math.floor(random() * limit)
const notification = { title: 'Hello', body: 'Hello, world!' }
const payload = { web: { notification } }

const requests = {
  de: payload,
  en: { ...payload, fcm: { notification } },
  default: { ...payload, apns: { aps: { alert: notification } } },
}

/** One of so many runs has a journal, because syncing is slow. */
const RUNS_PER_JOURNAL = 10

/** The users whom the server has accepted, of the present run. */
let accepted = []
/** Called for each request that arrives. */
let onRequest = () => {}

const server = http.createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const { users } = JSON.parse(Buffer.concat(chunks).toString())
    onRequest()
    const isRefused = random() < 0.1
    const respond = () => {
      if (isRefused) return response.writeHead(422).end('{"error":"E","description":"D"}')
      accepted.push(...users)
      return response.end('{"publishId":"p"}')
    }
    if (random() < 0.5) respond()
    else setImmediate(respond)
  })
})

/** Makes the iterable of one run. `read` counts and may throw; it gives the next id. */
const sources = {
  array: (read, count) => {
    // Indices are read one by one, as by any array iterator.
    const array = new Proxy(Array(count), { get: (list, name) => (/^\d+$/.test(String(name)) ? read() : list[name]) })
    return array
  },
  iterable: (read, count) => ({
    *[Symbol.iterator]() {
      for (let index = 0; index < count; index++) yield read()
    },
  }),
  generator: async function* generate(read, count) {
    for (let index = 0; index < count; index++) {
      if (random() < 0.002) await new Promise(setImmediate)
      yield read()
    }
  },
  // Users with requests of their own, or of several.
  entries: (read, count) => ({
    *[Symbol.iterator]() {
      for (let index = 0; index < count; index++) {
        const userId = read()
        const which = random()
        if (which < 0.002) yield { userId, publishRequest: { web: { ...payload.web, data: { index } } } }
        else if (which < 0.004) yield { userId, request: 'none' }
        else yield which < 0.3 ? userId : { userId, request: which < 0.6 ? 'de' : 'en' }
      }
    },
  }),
  // A stream reads ahead; what counts is what its iterator has handed over.
  stream: (read, count) => {
    let index = 0
    const stream = new Readable({
      objectMode: true,
      highWaterMark: 1 + below(50),
      read() {
        while (index++ < count) if (!this.push('ahead')) return
        this.push(null)
      },
    })
    const iterator = stream[Symbol.asyncIterator]()
    const next = async () => {
      const { done } = await iterator.next()
      return done ? { done, value: undefined } : { done, value: read() }
    }
    return Object.assign(stream, { [Symbol.asyncIterator]: () => ({ next, return: () => iterator.return() }) })
  },
}

const STOP = new Error('stop')

/** The code of the error with which a stopped call rejects. */
const codes = {
  signal: 'ERR_BEAMS_INTERRUPTED',
  throwing: 'ERR_BEAMS_INTERRUPTED',
  rejecting: 'ERR_BEAMS_INTERRUPTED',
  iterator: 'ERR_BEAMS_INTERRUPTED',
  stopOnError: 'ERR_BEAMS_UNPROCESSABLE',
  close: 'ERR_BEAMS_CLOSED',
}

function connect() {
  const { port } = server.address()
  const options = { instanceId: 'i', secretKey: 'k', endpoint: '127.0.0.1', port }
  return new PushNotifications({ ...options, maxRetries: 0, maxRequestsPerSecond: Infinity })
}

let beams

async function run(number, stopper) {
  beams ??= connect()
  // Mostly few, since time is dear, and now and then several batches.
  const count = 1 + below(1 + below(1 + below(12_000)))
  const given = []
  /** A moment is a number of ids read, of requests made or of requests completed. */
  const moments = { read: Infinity, request: Infinity, progress: Infinity }
  const only = { throwing: 'progress', rejecting: 'progress', iterator: 'read' }
  const moment = only[stopper] ?? Object.keys(moments)[below(3)]
  moments[moment] = moment === 'read' ? below(count) : below(1 + count / 1000)
  const controller = new AbortController()
  const journal = number % RUNS_PER_JOURNAL === 0 ? path.join(folder, String(number)) : undefined
  const options = { concurrency: 1 + below(4), dedupe: journal !== undefined, journal, signal: controller.signal }
  const stop = {
    signal: () => controller.abort(STOP),
    close: () => void beams.close(),
    stopOnError: () => {},
  }[stopper]
  if (stopper === 'stopOnError') options.stopOnError = true

  const counts = { read: 0, request: 0, progress: 0 }
  const tick = (what) => counts[what]++ === moments[what] && stop?.()
  onRequest = () => tick('request')
  options.onProgress = () => {
    tick('progress')
    if (counts.progress <= moments.progress) return undefined
    if (stopper === 'throwing') throw STOP
    return stopper === 'rejecting' ? Promise.reject(STOP) : undefined
  }
  const read = () => {
    tick('read')
    if (stopper === 'iterator' && counts.read > moments.read) throw STOP
    const id = `user-${given.length}`
    given.push(id)
    return random() < 0.001 ? '' : id
  }

  accepted = []
  const users = sources[kind](read, count)
  const outcome = await beams.publishToManyUsers(users, kind === 'entries' ? { requests } : payload, options).then(
    (report) => ({ report, remaining: [] }),
    (error) => error,
  )
  if (stopper === 'close') {
    // Waits for ever where something has begun and was not finished.
    await beams.close()
    beams = undefined
  }
  const problem = check(stopper, outcome, given, users) ?? (journal && (await checkJournal(journal, outcome.report)))
  return { isStopped: 'code' in outcome, problem }
}

/** Returns the problem with a journal, if there is one. A journal has only users for whom a request was made. */
async function checkJournal(journal, report) {
  const { publishedCount, failures } = await readCampaignJournal(journal)
  fs.rmSync(journal)
  if (publishedCount !== report.publishedCount) return `${publishedCount} of ${report.publishedCount} recorded`
  const count = (list) => list.reduce((sum, { users, error }) => sum + (error.attempts > 0 ? users.length : 0), 0)
  if (count(failures) !== count(report.failures)) return `${count(failures)} failures of ${count(report.failures)}`
  return undefined
}

/** What is wrong with the account of one run, if anything is. */
function check(stopper, outcome, given, users) {
  const { report, remaining, code, cause } = outcome
  if (report === undefined) return `no report: ${outcome.stack}`
  if (code !== undefined && code !== codes[stopper]) return `rejected with ${code}`
  if (code === 'ERR_BEAMS_INTERRUPTED' && cause !== STOP) return `the cause is ${cause}`
  if (report.publishedCount !== accepted.length)
    return `${report.publishedCount} published, ${accepted.length} accepted`
  const listed = [...accepted, ...report.failures.flatMap((failure) => failure.users), ...remaining]
  const isIdle = users instanceof Readable && code !== undefined && !users.readableEnded && stopper !== 'iterator'
  if (isIdle && !users.destroyed) return 'the stream is not destroyed'
  const places = new Map()
  for (const id of listed) places.set(id, (places.get(id) ?? 0) + 1)
  const empty = places.get('') ?? 0
  places.delete('')
  for (const [id, times] of places) if (times !== 1) return `${id} is in ${times} places`
  if (listed.length !== given.length) return `${listed.length} listed, ${given.length} read`
  const missing = given.filter((id) => !places.has(id)).length
  return missing === empty ? undefined : `${missing} of ${given.length} missing, ${empty} empty`
}

async function main() {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stopped = Object.fromEntries(Object.keys(codes).map((stopper) => [stopper, 0]))
  const wrong = []
  for (let number = 0; number < Number(runs); number++) {
    const stopper = Object.keys(codes)[number % Object.keys(codes).length]
    const { isStopped, problem } = await run(number, stopper)
    if (isStopped) stopped[stopper]++
    if (problem !== undefined) wrong.push(`run ${number}, ${stopper}: ${problem}`)
  }
  server.close()
  server.closeAllConnections()
  console.log(JSON.stringify({ stopped, wrong }))
}

main()
