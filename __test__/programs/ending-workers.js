'use strict'

// Loads the package in 50 threads, one after the other, each of which ends with calls in flight or after them, and prints
// what is left of them. Arguments: port of a server that responds, port of one that never does.

const fs = require('node:fs')
const { once } = require('node:events')
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')

const WORKERS = 50
const payload = { web: { notification: { title: 'Hello' } } }

async function work({ port, isTraced, isSilent }) {
  const { PushNotifications } = require('../..')
  if (isTraced)
    require('node:diagnostics_channel')
      .tracingChannel('beams-native:request')
      .subscribe({ asyncEnd() {} })
  const beams = new PushNotifications({ instanceId: 'i', secretKey: 'k', endpoint: '127.0.0.1', port })
  const { signal } = new AbortController()
  const idle = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }
  const calls = Array.from({ length: 20 }, () => [
    beams.publishToUsers(['u'], payload, { signal }),
    beams.publishToInterests(['i'], payload),
    beams.publishToManyUsers(isSilent ? idle : ['u'], payload, { signal, onProgress() {} }),
  ])
  if (!isSilent) await Promise.all(calls.flat())
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is no window
  parentPort.postMessage('called')
}

function countThreads() {
  return fs.existsSync('/proc/self/task') ? fs.readdirSync('/proc/self/task').length : 0
}

async function main() {
  const [responding, silent] = process.argv.slice(2)
  const codes = new Set()
  let threads
  for (let number = 0; number < WORKERS; number++) {
    const isSilent = number % 2 === 1
    const isTraced = number % 4 > 1
    const worker = new Worker(__filename, { workerData: { port: isSilent ? silent : responding, isTraced, isSilent } })
    const exited = once(worker, 'exit')
    const [message] = await once(worker, 'message')
    if (isSilent) await worker.terminate()
    const [code] = await exited
    codes.add(`${message} ${isSilent ? 'terminated' : code}`)
    threads ??= countThreads()
  }
  console.log(JSON.stringify({ codes: [...codes], threads: countThreads() - threads }))
}

if (isMainThread) main()
else work(workerData)
