'use strict'

// What is retried is a table in src/beams/retry.rs; faults.test.js counts the requests. Here: what users set and see.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { recordingServer, unusedPort } = require('./helpers/servers.js')
const { payload, clientOf, rejection } = require('./helpers/clients.js')

/** Refuses for a while without asking anybody to wait, then accepts. */
const busyFor = (times) => (_request, number) =>
  number > times ? { body: '{"publishId":"p"}' } : { status: 503, headers: { 'retry-after': '0' } }

describe('maxRetries', () => {
  test('is 3 unless it is set', async (t) => {
    const { port, requests } = await recordingServer(t, busyFor(4))
    const error = await rejection(clientOf({ port }).publishToUsers(['u'], payload))
    assert.deepEqual([error.status, error.attempts, error.retryAfter, requests.length], [503, 4, 0, 4])
  })

  test('can be set for a client, and for one call', async (t) => {
    const { port, requests } = await recordingServer(t, busyFor(10))
    const beams = clientOf({ port }, { maxRetries: 0 })
    assert.equal((await rejection(beams.publishToUsers(['u'], payload))).attempts, 1)
    assert.equal((await rejection(beams.publishToUsers(['u'], payload, { maxRetries: 5 }))).attempts, 6)
    assert.equal((await rejection(beams.deleteUser('u', { maxRetries: 2 }))).attempts, 3)
    assert.equal(requests.length, 10)
  })
})

test('a retry sends the same request', async (t) => {
  const { port, requests } = await recordingServer(t, busyFor(2))
  await clientOf({ port }).publishToUsers(['u'], payload)
  const [first, ...retries] = requests
  assert.equal(retries.length, 2)
  for (const retry of retries) assert.deepEqual(retry, first)
})

test('a connection that cannot be made is tried again', async () => {
  const error = await rejection(
    clientOf({ port: await unusedPort() }, { maxRetries: 1 }).publishToUsers(['u'], payload),
  )
  assert.equal(error.attempts, 2)
})

test('a publish that may have been carried out is repeated only with retryUnknown', async (t) => {
  const { port, requests } = await recordingServer(t, () => ({ status: 500 }))
  const once = await rejection(clientOf({ port }).publishToUsers(['u'], payload))
  assert.deepEqual([once.delivery, once.attempts, requests.length], ['unknown', 1, 1])
  const again = await rejection(
    clientOf({ port }, { retryUnknown: true, maxRetries: 1 }).publishToUsers(['u'], payload),
  )
  assert.deepEqual([again.delivery, again.attempts, requests.length], ['unknown', 2, 3])
})
