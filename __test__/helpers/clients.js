'use strict'

const { PushNotifications } = require('../..')

/** A payload that is always right. */
const payload = { web: { notification: { title: 'Hello', body: 'Hello, world!' } } }

/** A client of a server on this machine. */
function createClient({ port }, options) {
  return new PushNotifications({
    instanceId: 'my-instance',
    secretKey: 'secret',
    endpoint: '127.0.0.1',
    port,
    ...options,
  })
}

/** An emulator that ends with the test, and a client of it. */
async function emulated(t, options, clientOptions) {
  // Loading it takes longer than most tests, and most need none.
  const { startEmulator } = require('beams-emulator')
  const emulator = await startEmulator(options)
  t.after(() => emulator.close())
  return { emulator, beams: createClient(emulator, clientOptions) }
}

/** The error with which a promise rejects. */
async function rejection(promise) {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  )
  if (!('error' in outcome)) throw new Error(`resolved to ${JSON.stringify(outcome.value)}`)
  return outcome.error
}

module.exports = { payload, createClient, emulated, rejection }
