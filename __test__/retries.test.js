'use strict'

// What is retried is a table in crates/beams/src/retry.rs; faults.test.js counts the requests. Here: what users set and see.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { recordingServer, unusedPort } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')

/** What the service itself says when it is busy. */
const serviceBody = '{"error":"Service Unavailable","description":"Try again later"}'

/** Refuses for a while without asking anybody to wait, then accepts. */
const busyFor =
  (times, refusal = { status: 503, body: serviceBody }) =>
  (_request, number) =>
    number > times ? { body: '{"publishId":"p"}' } : { headers: { 'retry-after': '0' }, ...refusal }

describe('maxRetries', () => {
  test('is 3 unless it is set', async (t) => {
    const { port, requests } = await recordingServer(t, busyFor(4))
    const error = await rejection(createClient({ port }).publishToUsers(['u'], payload))
    assert.deepEqual([error.status, error.attempts, error.retryAfter, requests.length], [503, 4, 0, 4])
  })

  test('can be set for a client, and for one call', async (t) => {
    const { port, requests } = await recordingServer(t, busyFor(10))
    const beams = createClient({ port }, { maxRetries: 0 })
    assert.equal((await rejection(beams.publishToUsers(['u'], payload))).attempts, 1)
    assert.equal((await rejection(beams.publishToUsers(['u'], payload, { maxRetries: 5 }))).attempts, 6)
    assert.equal((await rejection(beams.deleteUser('u', { maxRetries: 2 }))).attempts, 3)
    assert.equal(requests.length, 10)
  })
})

test('a retry sends the same request', async (t) => {
  const { port, requests } = await recordingServer(t, busyFor(2))
  await createClient({ port }).publishToUsers(['u'], payload)
  const [first, ...retries] = requests
  assert.equal(retries.length, 2)
  for (const retry of retries) assert.deepEqual(retry, first)
})

describe('a publish', () => {
  for (const [name, refusal] of [
    ["the service's own 503", { status: 503, body: serviceBody }],
    ['429', { status: 429 }],
    ['408', { status: 408 }],
  ]) {
    test(`is retried after ${name}`, async (t) => {
      const { port, requests } = await recordingServer(t, busyFor(1, refusal))
      assert.deepEqual(await createClient({ port }).publishToUsers(['u'], payload), { publishId: 'p' })
      assert.equal(requests.length, 2)
    })
  }

  // A router responds like this when the application took too long, or has broken the connection, and may go on to publish.
  for (const [name, refusal] of [
    ['HTML', { body: '<html>Application error</html>' }],
    ['no body', { body: '' }],
    ['JSON of another shape', { body: '{"message":"upstream connect error"}' }],
    ['JSON whose description is not a text', { body: '{"error":"E","description":{}}' }],
    ['half of the JSON', { body: serviceBody.slice(0, -1) }],
  ]) {
    for (const status of [503, 500, 502, 504]) {
      test(`is not retried after ${status} with ${name}, despite Retry-After: 0`, async (t) => {
        const { port, requests } = await recordingServer(t, busyFor(1, { status, ...refusal }))
        const error = await rejection(createClient({ port }).publishToUsers(['u'], payload))
        assert.deepEqual([error.status, error.delivery, error.attempts, error.retryAfter], [status, 'unknown', 1, 0])
        assert.equal(requests.length, 1)
      })
    }
  }

  test("is not retried after another 5xx with the service's own JSON", async (t) => {
    const { port } = await recordingServer(t, busyFor(1, { status: 500, body: serviceBody }))
    const error = await rejection(createClient({ port }).publishToUsers(['u'], payload))
    assert.deepEqual([error.delivery, error.attempts], ['unknown', 1])
  })

  for (const wait of ['61', '3600', '18446744073709551615', '99999999999999999999999999']) {
    test(`is not retried if the service asks to wait for ${wait} s`, async (t) => {
      const refusal = { status: 429, headers: { 'retry-after': wait } }
      const { port, requests } = await recordingServer(t, busyFor(1, refusal))
      const error = await rejection(createClient({ port }).publishToUsers(['u'], payload))
      assert.deepEqual([error.delivery, error.attempts, requests.length], ['refused', 1, 1])
      assert.ok(error.retryAfter >= 61)
    })
  }
})

test('a deletion is retried after any 5xx', async (t) => {
  const { port, requests } = await recordingServer(t, busyFor(3, { status: 503, body: '<html>' }))
  await createClient({ port }).deleteUser('u')
  assert.equal(requests.length, 4)
})

test('a failed connection is retried', async () => {
  const error = await rejection(
    createClient({ port: await unusedPort() }, { maxRetries: 1 }).publishToUsers(['u'], payload),
  )
  assert.equal(error.attempts, 2)
})

test('a publish that may have been processed is retried only with retryUnknown', async (t) => {
  const { port, requests } = await recordingServer(t, () => ({ status: 500 }))
  const once = await rejection(createClient({ port }).publishToUsers(['u'], payload))
  assert.deepEqual([once.delivery, once.attempts, requests.length], ['unknown', 1, 1])
  const again = await rejection(
    createClient({ port }, { retryUnknown: true, maxRetries: 1 }).publishToUsers(['u'], payload),
  )
  assert.deepEqual([again.delivery, again.attempts, requests.length], ['unknown', 2, 3])
})

test('delivery stays unknown if a retry after an unknown outcome is refused', async (t) => {
  const { port } = await recordingServer(t, (_request, number) => ({ status: number === 1 ? 500 : 422 }))
  const error = await rejection(createClient({ port }, { retryUnknown: true }).publishToUsers(['u'], payload))
  assert.deepEqual([error.status, error.attempts, error.delivery], [422, 2, 'unknown'])
})
