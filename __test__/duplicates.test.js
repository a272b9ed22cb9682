'use strict'

// Publishes through a server that goes wrong at random, each with a user of its own; then the server's book is held
// against what the callers were told. AUDIT_CALLS and AUDIT_SEED choose how many and which.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const { once } = require('node:events')
const { payload, clientOf } = require('./helpers/clients.js')
const { randomOf, each } = require('./helpers/random.js')

const CALLS = Number(process.env.AUDIT_CALLS ?? 10_000)
const seed = Number(process.env.AUDIT_SEED ?? 1)
const accepted = '{"publishId":"pubid-1"}'

/** What the server may do with a request: how often in a hundred, whether it then is carried out, and what is answered. */
const behaviours = [
  [60, true, (response) => response.end(accepted)],
  [4, true, (response, socket) => response.end(accepted, () => socket.destroy())],
  [4, true, (response) => response.writeHead(500).end()],
  [3, true, (_response, socket) => socket.destroy()],
  [3, true, (_response, socket) => socket.resetAndDestroy()],
  [3, true, (response, socket) => response.writeHead(200, { 'content-length': 99 }).write('{', () => socket.destroy())],
  [1, true, () => {}],
  [4, false, (_response, socket) => socket.resetAndDestroy()],
  [8, false, (response) => response.writeHead(429, { 'retry-after': '0' }).end()],
  [6, false, (response) => response.writeHead(503, { 'retry-after': '0' }).end()],
  [4, false, (response) => response.writeHead(422).end('{"error":"E","description":"D"}')],
]

test(`${CALLS} publishes through a faulty server are told exactly what became of them`, async (t) => {
  const random = randomOf(seed)
  const carriedOut = new Map()
  const server = http.createServer(async (request, response) => {
    const { users } = JSON.parse((await request.setEncoding('utf8').toArray()).join(''))
    let left = random() * 100
    const [, isCarriedOut, answer] = behaviours.find(([weight]) => (left -= weight) < 0)
    if (isCarriedOut) carriedOut.set(users[0], (carriedOut.get(users[0]) ?? 0) + 1)
    answer(response, request.socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })

  const beams = clientOf(server.address(), { timeout: 2000, maxRequestsPerSecond: Infinity })
  const told = { resolved: 0, refused: 0, unknown: 0, 'not-sent': 0 }
  const users = Array.from({ length: CALLS }, (_, index) => `user-${index}`)
  await each(users, 64, async (user) => {
    const outcome = await beams.publishToUsers([user], payload).then(
      () => 'resolved',
      (error) => error.delivery,
    )
    told[outcome]++
    const times = carriedOut.get(user) ?? 0
    const isTrue = { resolved: times === 1, refused: times === 0, 'not-sent': times === 0, unknown: times <= 1 }[
      outcome
    ]
    assert.ok(isTrue, `${user} was carried out ${times} times and reported as ${outcome}`)
  })

  t.diagnostic(JSON.stringify(told))
  assert.equal(told.resolved + told.refused + told.unknown + told['not-sent'], CALLS)
  assert.ok(told.resolved > 0 && told.refused > 0 && told.unknown > 0)
})
