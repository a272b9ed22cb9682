'use strict'

// Publishes payloads of which nothing would be shown, and prints the process's warnings as JSON lines. Arguments as JSON: port, an
// array of payloads, the options of the client, whether each payload is that of a single user in one bulk publish.

const { once } = require('node:events')
const { setTimeout } = require('node:timers/promises')
const { Worker, isMainThread, workerData } = require('node:worker_threads')
const { createClient } = require('../helpers/clients.js')

const [port, payloads, options, isBulk] = isMainThread
  ? process.argv.slice(2).map((text) => JSON.parse(text))
  : workerData

process.on('warning', ({ name, code, message, detail }) => console.log(JSON.stringify({ name, code, message, detail })))

async function main() {
  const beams = createClient({ port }, options)
  if (isBulk) {
    const users = payloads.map((publishRequest, index) => ({ userId: `user-${index}`, publishRequest }))
    await beams.publishToManyUsers(users, { requests: {} })
  } else {
    for (const payload of payloads) await beams.publishToUsers(['u'], payload)
  }
  await beams.close()
  // Warnings are emitted in the next tick.
  await setTimeout(0)
  if (isMainThread) await once(new Worker(__filename, { workerData: [port, payloads, options, isBulk] }), 'exit')
}

main()
