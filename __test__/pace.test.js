'use strict'

// When turns are given out is tested in src/beams/pace.rs, on a clock of its own. Here: that calls keep to it.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { recordingServer } = require('./helpers/servers.js')
const { payload, clientOf } = require('./helpers/clients.js')

const userOf = ({ body }) => JSON.parse(body).users[0]

test('a burst over the limit arrives whole', async (t) => {
  const { port, requests } = await recordingServer(t)
  const beams = clientOf({ port }, { maxRequestsPerSecond: 200 })
  const users = Array.from({ length: 250 }, (_, index) => `user-${index}`)
  await Promise.all(users.map((user) => beams.publishToUsers([user], payload)))
  assert.deepEqual(new Set(requests.map(userOf)), new Set(users))
  assert.equal(requests.length, users.length)
})

test('a call that waits for its turn has sent nothing, and gives the turn back when it is aborted', async (t) => {
  const { port, requests } = await recordingServer(t)
  const beams = clientOf({ port }, { maxRequestsPerSecond: 2 })
  const abort = new AbortController()
  const first = [1, 2].map((user) => beams.publishToUsers([`first-${user}`], payload))
  const waiting = beams.publishToUsers(['waiting'], payload, { signal: abort.signal })
  const next = beams.publishToUsers(['next'], payload)
  await Promise.all(first)
  abort.abort()
  await assert.rejects(waiting, { name: 'AbortError' })
  await next
  assert.deepEqual(requests.map(userOf).sort(), ['first-1', 'first-2', 'next'])
})

test('a 429 holds the whole client', async (t) => {
  const { port, requests } = await recordingServer(t, (_request, number) =>
    number === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { body: '{"publishId":"p"}' },
  )
  const beams = clientOf({ port })
  const limited = beams.publishToUsers(['limited'], payload)
  while (requests.length === 0) await new Promise(setImmediate)
  const [first, second] = [limited, beams.deleteUser('later')]
  await Promise.all([first, second])
  const paths = requests.map(({ method }) => method)
  assert.deepEqual(paths[0], 'POST')
  assert.equal(paths.length, 3)
})
