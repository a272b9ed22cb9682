'use strict'

// Calls a faulty server over and over, and prints what the process holds, again and again.
// Arguments: port, number of calls, how many at a time.

const fs = require('node:fs')
const { payload, createClient } = require('../helpers/clients.js')
const { each } = require('../helpers/random.js')

const [port, calls, inFlight] = process.argv.slice(2).map(Number)
const WARM_UP = 10_000
const SAMPLES = 12
const beams = createClient({ port }, { timeout: 500, maxRequestsPerSecond: Infinity, maxRetries: 1 })

function held() {
  globalThis.gc()
  const count = (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder).length : 0)
  return {
    megabytes: Math.round(process.memoryUsage.rss() / 1024 / 1024),
    descriptors: count('/proc/self/fd'),
    threads: count('/proc/self/task'),
  }
}

async function operate(number) {
  const { signal } = new AbortController()
  if (number % 3 === 0) return beams.publishToInterests(['hello'], payload)
  if (number % 3 === 1) return beams.publishToUsers([`user-${number}`], payload, { signal })
  return beams.deleteUser(`user-${number}`)
}

const outcomes = {}

async function operateMany(count) {
  await each(Array.from({ length: count }).keys(), inFlight, async (number) => {
    const outcome = await operate(number).then(
      () => 'resolved',
      (error) => error.code,
    )
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  })
}

async function main() {
  await operateMany(WARM_UP)
  const samples = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    await operateMany(Math.ceil(calls / SAMPLES))
    samples.push(held())
  }
  console.log(JSON.stringify({ samples, outcomes }))
}

main()
