'use strict'

// Publishes through a server with random faults, and compares the publishes that it processed with the outcomes of the calls.
// AUDIT_CALLS, AUDIT_USERS and AUDIT_SEED choose how many and which.

const { describe, test, before } = require('node:test')
const assert = require('node:assert/strict')
const { makeAuthority, makeCertificate } = require('./helpers/certificates.js')
const { faultyServer, countPublishes } = require('./helpers/faulty-server.js')
const { payload, createClient } = require('./helpers/clients.js')
const { each, createRandom } = require('./helpers/random.js')

const CALLS = Number(process.env.AUDIT_CALLS ?? 10_000)
const USERS = Number(process.env.AUDIT_USERS ?? 200_000)
const seed = Number(process.env.AUDIT_SEED ?? 1)

/** How often a user may have been notified, by the outcome of the call. */
const possible = { published: [1], refused: [0], 'not-sent': [0], unknown: [0, 1], aborted: [0, 1] }

describe(`${CALLS} publishes through a faulty server have a delivery that agrees with the server`, () => {
  let authority
  before(async () => (authority = await makeAuthority()))

  test('over HTTP/1.1', async (t) => {
    const { port, processed } = await faultyServer(t, seed)
    const counts = await audit(t, { endpoint: `http://127.0.0.1:${port}` }, processed)
    assert.ok(counts.refused > 0 && counts.unknown > 0 && counts.aborted > 0)
  })

  test('over HTTP/2 with few streams', async (t) => {
    const certificate = await makeCertificate(authority)
    const { port, processed } = await faultyServer(t, seed, { certificate })
    const counts = await audit(t, { endpoint: `https://127.0.0.1:${port}`, ca: authority.cert }, processed)
    assert.ok(counts.refused > 0 && counts.unknown > 0 && counts.aborted > 0 && counts['not-sent'] > 0)
  })
})

/** Publishes with limits that are reached at random, and aborts at random. */
async function audit(t, options, processed) {
  const random = createRandom(seed)
  const clients = [5, 50, 2000].map((connectTimeout) =>
    createClient({}, { ...options, port: undefined, connectTimeout, maxRequestsPerSecond: Infinity }),
  )
  const outcomes = new Map()
  const users = Array.from({ length: CALLS / 2 }, (_, index) => `user-${index}`)
  await each(users, 64, async (user) => {
    const beams = clients[Math.floor(random() * clients.length)]
    const callOptions = { timeout: random() < 0.2 ? 1 + random() * 50 : 500, maxRetries: Math.floor(random() * 3) }
    if (random() < 0.2) callOptions.signal = AbortSignal.timeout(Math.floor(random() * 60))
    const outcome = await beams.publishToUsers([user], payload, callOptions).then(
      () => 'published',
      (error) => error.delivery ?? 'aborted',
    )
    outcomes.set(user, outcome)
  })
  // What waits in a connection, although it was given up, is sent before the connection ends.
  await Promise.all(clients.map((beams) => beams.close()))

  assert.equal(outcomes.size, users.length)
  return compare(t, outcomes, countPublishes(processed))
}

test(`each of ${USERS} users in one call through a faulty server has an outcome that agrees with the server`, async (t) => {
  const { port, processed } = await faultyServer(t, seed)
  const beams = createClient({ port }, { timeout: 2000, maxRequestsPerSecond: Infinity })
  const users = Array.from({ length: USERS }, (_, index) => `user-${String(index).padStart(15, '0')}`)
  // Requests of several sizes: some end at 1 000 users, some at 200 KiB, some for want of users.
  const request = { ...payload, filling: 'x'.repeat(190_000) }
  const report = await beams.publishToManyUsers(users, request)

  const outcomes = new Map()
  const tell = (user, outcome) => {
    assert.ok(!outcomes.has(user), `${user} is accounted for twice`)
    outcomes.set(user, outcome)
  }
  for (const { publishId, users: count } of report.publishes) {
    const published = processed.get(publishId)
    assert.equal(published.length, count)
    published.forEach((user) => tell(user, 'published'))
  }
  for (const { users: failed, error } of report.failures) failed.forEach((user) => tell(user, error.delivery))
  assert.deepEqual([...outcomes.keys()].sort(), users)
  assert.equal(report.publishedCount, [...outcomes.values()].filter((outcome) => outcome === 'published').length)
  const counts = compare(t, outcomes, countPublishes(processed))
  assert.ok(counts.refused > 0 && counts.unknown > 0)
})

function compare(t, outcomes, times) {
  const counts = { published: 0, refused: 0, unknown: 0, 'not-sent': 0, aborted: 0 }
  for (const [user, outcome] of outcomes) {
    counts[outcome]++
    const notified = times.get(user) ?? 0
    assert.ok(possible[outcome].includes(notified), `${user} was notified ${notified} times and reported as ${outcome}`)
  }
  t.diagnostic(JSON.stringify(counts))
  assert.ok(counts.published > 0)
  return counts
}
