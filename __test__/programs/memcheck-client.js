'use strict'

// A short program that goes through every path on which memory changes hands between JavaScript and Rust.

const assert = require('node:assert/strict')
const http = require('node:http')
const { Worker, isMainThread, workerData, parentPort } = require('node:worker_threads')
const { PushNotifications } = require('../..')
const { payload, createClient, rejection } = require('../helpers/clients.js')

async function operate(port) {
  const beams = createClient({ port }, { maxRequestsPerSecond: Infinity, maxRetries: 0 })
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 10 }, () => beams.publishToUsers(['u', 'é😀'], payload)))
    await rejection(beams.deleteUser('refused'))
    await rejection(beams.publishToInterests(['a|b'], payload))
    await rejection(beams.publishToUsers(['u'], { a: 1n }))
    const abort = new AbortController()
    const aborted = rejection(beams.deleteUser('silent', { signal: abort.signal }))
    setImmediate(() => abort.abort())
    await aborted
    beams.generateToken('u\ud800')
  }
  return beams
}

async function main() {
  const server = http.createServer((request, response) => {
    request.resume()
    if (request.url.endsWith('refused')) response.writeHead(400).end()
    else if (!request.url.endsWith('silent')) response.end('{"publishId":"p"}')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const beams = await operate(port)
  assert.throws(() => new PushNotifications({ instanceId: '' }))
  const worker = new Worker(__filename, { workerData: port })
  await new Promise((resolve) => worker.once('message', resolve))
  await worker.terminate()
  await beams.close()
  server.close()
  server.closeAllConnections()
  console.log('done')
}

async function runWorker() {
  const beams = await operate(workerData)
  beams.deleteUser('silent').catch(() => {})
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a window, not of a worker
  parentPort.postMessage('in flight')
}

if (isMainThread) main()
else runWorker()
