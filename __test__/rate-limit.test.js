'use strict'

// The rate limiter itself is tested in crates/beams/src/rate_limit.rs, with a paused clock. Here: that calls wait for it.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { recordingServer } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')

const readUser = ({ body }) => JSON.parse(body).users[0]

test('a burst above the limit waits for it, and arrives completely', async (t) => {
  const waiting = []
  const { port, requests } = await recordingServer(t, () => void waiting.push(beams.stats().requestsWaiting))
  const beams = createClient({ port }, { maxRequestsPerSecond: 200, maxConcurrentRequests: 1000 })
  const users = Array.from({ length: 250 }, (_, index) => `user-${index}`)
  await Promise.all(users.map((user) => beams.publishToUsers([user], payload)))
  assert.deepEqual(new Set(requests.map(readUser)), new Set(users))
  assert.equal(requests.length, users.length)
  // Without the limiter, no more than one request at a time would be between its call and its start.
  assert.ok(Math.max(...waiting) > 1, 'no call has waited')
})

test('a call that waits for the rate limiter sends nothing, and an abort releases its place in the queue', async (t) => {
  const { port, requests } = await recordingServer(t)
  const beams = createClient({ port }, { maxRequestsPerSecond: 2 })
  const abort = new AbortController()
  const first = [1, 2].map((user) => beams.publishToUsers([`first-${user}`], payload))
  const waiting = beams.publishToUsers(['waiting'], payload, { signal: abort.signal })
  const next = beams.publishToUsers(['next'], payload)
  await Promise.all(first)
  abort.abort()
  await assert.rejects(waiting, { name: 'AbortError' })
  await next
  assert.deepEqual(requests.map(readUser).sort(), ['first-1', 'first-2', 'next'])
})

test('a Retry-After pauses every call of the client, and no other client', async (t) => {
  const { port, requests } = await recordingServer(t, ({ path }) =>
    path.includes('limited') ? { status: 429, headers: { 'retry-after': '60' } } : undefined,
  )
  const abort = new AbortController()
  const [limited, other] = ['limited', 'other'].map((instanceId) => createClient({ port }, { instanceId }))
  const refused = await rejection(limited.publishToUsers(['first'], payload, { maxRetries: 0 }))
  assert.equal(refused.retryAfter, 60)
  const paused = limited.deleteUser('second', { signal: abort.signal })
  for (let round = 0; round < 20; round++) await other.publishToUsers(['u'], payload)
  assert.equal(requests.filter(({ path }) => path.includes('limited')).length, 1)
  abort.abort()
  await assert.rejects(paused, { name: 'AbortError' })
})
