'use strict'

// Instrumentation patches `Promise.prototype.then`, and may fail. By then the request may be sent, which the error must not deny.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { tracingChannel } = require('node:diagnostics_channel')
const { BeamsError } = require('..')
const Compat = require('../compat.js')
const { recordingServer } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')

const oops = new Error('oops')

/** Makes a call while `then` throws. */
function callWhileThenThrows(call) {
  const { then } = Promise.prototype
  // oxlint-disable-next-line no-extend-native, no-thenable -- the test patches it
  Promise.prototype.then = () => {
    throw oops
  }
  try {
    return call()
  } finally {
    // oxlint-disable-next-line no-extend-native, no-thenable -- the test patches it
    Promise.prototype.then = then
  }
}

const { signal } = new AbortController()

const calls = {
  publishToInterests: (beams) => beams.publishToInterests(['i'], payload),
  publishToUsers: (beams) => beams.publishToUsers(['u'], payload),
  'publishToUsers with a signal': (beams) => beams.publishToUsers(['u'], payload, { signal }),
  deleteUser: (beams) => beams.deleteUser('u'),
  'deleteUser with a signal': (beams) => beams.deleteUser('u', { signal }),
}
const publishToManyUsers = (beams) => beams.publishToManyUsers(['u'], payload)
const makeCompat = ({ port }) => new Compat({ instanceId: 'i', secretKey: 'k', endpoint: '127.0.0.1', port })
const cases = [
  ...Object.entries(calls).flatMap(([name, call]) =>
    [false, true].map((isTraced) => ({ name, call, isTraced, make: createClient })),
  ),
  { name: 'publishToManyUsers', call: publishToManyUsers, isTraced: true },
  { name: 'publishToUsers of compat', call: calls.publishToUsers, make: makeCompat },
  { name: 'deleteUser of compat', call: calls.deleteUser, make: makeCompat },
]

describe('if then throws after a request was sent, the outcome is unknown', { concurrency: 1 }, () => {
  for (const { name, call, isTraced = false, make = createClient } of cases) {
    for (const status of [200, 402]) {
      test(`${name}${isTraced ? ', traced' : ''}, with a response of ${status}`, async (t) => {
        let resolveBoth
        const haveBothArrived = new Promise((resolve) => (resolveBoth = resolve))
        const server = await recordingServer(t, (_request, count) => {
          if (count === 2) resolveBoth()
          return status === 200 ? undefined : { status }
        })
        if (isTraced) {
          const subscribers = { asyncEnd() {} }
          tracingChannel('beams-native:request').subscribe(subscribers)
          t.after(() => tracingChannel('beams-native:request').unsubscribe(subscribers))
        }
        const beams = make(server)
        const error = await rejection(callWhileThenThrows(() => call(beams)))
        assert.ok(error instanceof BeamsError)
        assert.deepEqual([error.code, error.delivery, error.cause], ['ERR_BEAMS_INTERNAL', 'unknown', oops])
        assert.ok(!Object.keys(error).includes('cause'))
        assert.match(error.message, /^Promise\.prototype\.then threw after the request was sent/)
        // The runner would report an unhandled rejection of the first call.
        await call(beams).catch(() => {})
        await haveBothArrived
      })
    }
  }
})

test('publishToManyUsers without subscribers does not call then', async (t) => {
  const beams = createClient(await recordingServer(t))
  assert.equal((await callWhileThenThrows(() => publishToManyUsers(beams))).publishedCount, 1)
})

test('close resolves though then throws', async () => {
  await callWhileThenThrows(() => createClient({ port: 1 }).close())
})
