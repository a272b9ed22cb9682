'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { once, EventEmitter } = require('node:events')
const { Readable } = require('node:stream')
const { tracingChannel } = require('node:diagnostics_channel')
const { recordingServer, socketServer } = require('./helpers/servers.js')
const { payload, createClient, emulated, rejection } = require('./helpers/clients.js')
const { BeamsError } = require('..')
const { assembleReport } = require('../lib/bulk-report.js')

const accepted = { body: '{"publishId":"pubid-1"}' }
const never = new Promise(() => {})

function generateIds(count) {
  return Array.from({ length: count }, (_, index) => `user-${index}`)
}

/** The users of each request, in the order in which they came. */
function readUsers(requests) {
  return requests.map(({ body }) => JSON.parse(body).users)
}

/** A 503 is a refusal only where the body is the service's own. */
const refusal = { status: 503, body: '{"error":"Unavailable","description":"try again"}' }

/** A server that sends these responses, one after the other, and accepts from then on; no rate limit, and no retries. */
async function respondingServer(t, ...responses) {
  const { requests, port } = await recordingServer(t, (_request, number) => responses[number - 1] ?? accepted)
  return { requests, beams: createClient({ port }, { maxRequestsPerSecond: Infinity, maxRetries: 0 }) }
}

/** Every id that the report accounts for, sorted. */
function listAccounted({ report, remaining }, sent) {
  const published = sent.slice(0, report.publishedCount)
  return [...published, ...report.failures.flatMap(({ users }) => users), ...remaining].sort()
}

describe('publishToManyUsers', () => {
  for (const [name, from] of [
    ['an array', (ids) => ids],
    ['a set', (ids) => new Set(ids)],
    ['a generator', (ids) => ids.values()],
    [
      'an async iterable',
      (ids) =>
        (async function* () {
          yield* ids
        })(),
    ],
    ['a stream', (ids) => Readable.from(ids)],
    ['an array behind a proxy', (ids) => new Proxy(ids, {})],
  ]) {
    test(`publishes to all users of ${name} in requests of up to 1 000`, async (t) => {
      const { emulator, beams } = await emulated(t)
      const ids = generateIds(2500)
      const report = await beams.publishToManyUsers(from(ids), payload)
      const publishes = emulator.publishes()
      assert.deepEqual(publishes.flatMap((publish) => publish.users).sort(), [...ids].sort())
      assert.deepEqual(
        publishes.map(({ web }) => web),
        Array(3).fill(payload.web),
      )
      const sizes = new Map(publishes.map((publish) => [publish.publishId, publish.users.length]))
      assert.deepEqual([...sizes.values()].sort(), [1000, 1000, 500])
      assert.deepEqual(new Map(report.publishes.map(({ publishId, users }) => [publishId, users])), sizes)
      assert.deepEqual(
        { ...report, publishes: [] },
        { publishes: [], publishedCount: 2500, resumedCount: 0, duplicateCount: 0, failures: [] },
      )
    })
  }

  test('opens an iterator as a loop does: on the users, without arguments', async (t) => {
    const { beams } = await respondingServer(t)
    const opened = []
    const users = {
      [Symbol.iterator](...args) {
        opened.push([this, args])
        return [].values()
      },
    }
    await beams.publishToManyUsers(users, payload)
    assert.deepEqual(opened, [[users, []]])
  })

  test('resolves without users', async (t) => {
    const { requests, beams } = await respondingServer(t)
    assert.deepEqual(await beams.publishToManyUsers([], payload), {
      publishes: [],
      publishedCount: 0,
      resumedCount: 0,
      duplicateCount: 0,
      failures: [],
    })
    assert.equal(requests.length, 0)
  })

  test('keeps every request within 200 KiB', async (t) => {
    const { requests, beams } = await respondingServer(t)
    const ids = generateIds(3000).map((id) => id.padEnd(164, '…'))
    const { publishedCount } = await beams.publishToManyUsers(ids, { ...payload, filling: 'é'.repeat(50_000) })
    assert.equal(publishedCount, 3000)
    const sizes = requests.map(({ body }) => Buffer.byteLength(body))
    assert.ok(Math.max(...sizes) <= 200 * 1024 && Math.max(...sizes) > 199 * 1024, `${sizes}`)
    assert.deepEqual(readUsers(requests).flat().sort(), ids.sort())
  })

  test('publishes once to a duplicate user, unless deduplication is off', async (t) => {
    const { requests, beams } = await respondingServer(t)
    const ids = [...generateIds(1500), ...generateIds(1600)]
    const { publishedCount, duplicateCount } = await beams.publishToManyUsers(ids, payload)
    assert.deepEqual([publishedCount, duplicateCount], [1600, 1500])
    assert.equal(new Set(readUsers(requests).flat()).size, 1600)
    const { publishedCount: all, duplicateCount: none } = await beams.publishToManyUsers(ids, payload, {
      dedupe: false,
    })
    assert.deepEqual([all, none], [3100, 0])
  })

  test('reports invalid user ids, and continues', async (t) => {
    const { requests, beams } = await respondingServer(t)
    const hostile = { toString() { throw new Error('hostile') } } // prettier-ignore
    const invalid = [5, '', null, undefined, Symbol('s'), hostile, ['nested'], 'x'.repeat(165)]
    const { publishedCount, failures } = await beams.publishToManyUsers(['first', ...invalid, 'last'], payload)
    assert.equal(publishedCount, 2)
    assert.deepEqual(readUsers(requests), [['first', 'last']])
    const [{ users, error }] = failures
    assert.equal(failures.length, 1)
    assert.deepEqual(users.sort(), ['', '5', 'nested', 'null', 'object', 'symbol', 'undefined', 'x'.repeat(165)])
    assert.ok(error instanceof BeamsError)
    assert.deepEqual([error.code, error.delivery], ['ERR_BEAMS_INVALID_ARGUMENT', 'not-sent'])
  })

  test('publishes to the valid users among thousands of values that are not ids', async (t) => {
    const { beams } = await respondingServer(t)
    const ids = generateIds(9000)
    const values = ids.flatMap((id, index) => (index % 3 === 0 ? [id, index] : [id]))
    const { publishedCount, failures } = await beams.publishToManyUsers(values, payload)
    assert.deepEqual([publishedCount, failures[0].users.length], [9000, 3000])
  })

  test('reports an id of more than 16 384 characters by its length', async (t) => {
    const { beams } = await respondingServer(t)
    const [longest, longer] = ['x'.repeat(16_384), 'x'.repeat(16_385)]
    const { failures } = await beams.publishToManyUsers([longest, longer], payload)
    assert.deepEqual(failures[0].users.sort(), ['a string of 16385 characters', longest])
  })

  test('sends every user id unchanged', async (t) => {
    const { requests, beams } = await respondingServer(t)
    const ids = ['"', '\\', '\0\n\u2028', 'é', 'שלום', '😀'.repeat(82), 'a\ud83d', '\ude00b', 'x'.repeat(164)]
    await beams.publishToManyUsers(ids, payload)
    assert.deepEqual(readUsers(requests), [ids])
    const { failures } = await (await respondingServer(t, { status: 422 })).beams.publishToManyUsers(ids, payload)
    assert.deepEqual(failures[0].users, ids)
  })

  test('has no more requests in flight than `concurrency` allows', async (t) => {
    const waiting = []
    const arrived = new EventEmitter()
    const server = await socketServer(t, (socket) => {
      waiting.push(socket)
      arrived.emit('request')
    })
    const beams = createClient(server, { maxRequestsPerSecond: Infinity, maxRetries: 0 })
    let read = 0
    const ids = generateIds(20_000)
    const users = {
      *[Symbol.iterator]() {
        for (const id of ids) {
          read++
          yield id
        }
      },
    }
    const report = beams.publishToManyUsers(users, payload, { concurrency: 3 })
    while (server.requests < 3) await once(arrived, 'request')
    // A round trip later, a fourth request or block would have been there.
    await rejection(beams.publishToUsers([''], payload))
    assert.ok(read <= 5000, `${read} were read with 3 000 on their way`)
    const respond = () => {
      assert.ok(waiting.length <= 3)
      const body = '{"publishId":"p"}'
      waiting.shift()?.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    }
    arrived.on('request', respond)
    for (let first = 0; first < 3; first++) respond()
    assert.equal((await report).publishedCount, 20_000)
    assert.equal(server.requests, 20)
  })

  test('does not block the event loop while it reads', async (t) => {
    const { beams } = await respondingServer(t)
    let turns = 0
    let isDone = false
    const turn = () => {
      turns++
      if (!isDone) setImmediate(turn)
    }
    setImmediate(turn)
    const { failures } = await beams.publishToManyUsers(Array(50_000).fill(''), payload)
    isDone = true
    assert.equal(failures[0].users.length, 50_000)
    assert.ok(turns >= 40, `${turns}`)
  })

  test("respects the client's rate limit", async (t) => {
    const { requests, port } = await recordingServer(t)
    const beams = createClient({ port }, { maxRequestsPerSecond: 2 })
    const controller = new AbortController()
    const onProgress = ({ publishedCount }) => publishedCount === 2000 && controller.abort()
    const error = await rejection(
      beams.publishToManyUsers(generateIds(10_000), payload, { signal: controller.signal, onProgress }),
    )
    assert.equal(requests.length, 2)
    assert.deepEqual(error.report.failures, [])
    assert.ok(error.remaining.length > 0)
  })
})

describe('a publishToManyUsers with a failed request', () => {
  test('continues, and reports the users', async (t) => {
    const { requests, beams } = await respondingServer(t, accepted, {
      status: 422,
      body: '{"error":"Bad Request","description":"no"}',
    })
    const ids = generateIds(2500)
    const report = await beams.publishToManyUsers(ids, payload, { concurrency: 1 })
    assert.equal(requests.length, 3)
    assert.deepEqual(report.publishes.map(({ users }) => users), [1000, 500]) // prettier-ignore
    const [{ users, error }] = report.failures
    assert.deepEqual(users, ids.slice(1000, 2000))
    assert.deepEqual([error.status, error.description, error.attempts, error.delivery], [422, 'no', 1, 'refused'])
  })

  test('retries it like any publish', async (t) => {
    const { requests, port } = await recordingServer(t, (_request, number) =>
      number === 1 ? { ...refusal, headers: { 'retry-after': '0' } } : number === 2 ? { status: 500 } : undefined,
    )
    const report = await createClient({ port }).publishToManyUsers(generateIds(10), payload)
    assert.equal(requests.length, 2)
    assert.deepEqual([report.failures[0].error.attempts, report.failures[0].error.delivery], [2, 'unknown'])
  })

  for (const [status, code] of [
    [401, 'ERR_BEAMS_UNAUTHORIZED'],
    [402, 'ERR_BEAMS_PAYMENT_REQUIRED'],
    [403, 'ERR_BEAMS_UNAUTHORIZED'],
    [404, 'ERR_BEAMS_NOT_FOUND'],
  ]) {
    test(`stops at a ${status}, which every request would get`, async (t) => {
      const { requests, beams } = await respondingServer(t, accepted, {
        status,
        body: '{"error":"E","description":"D"}',
      })
      const ids = generateIds(5000)
      const error = await rejection(beams.publishToManyUsers(ids, payload, { concurrency: 1 }))
      assert.equal(requests.length, 2)
      assert.ok(error instanceof BeamsError)
      assert.deepEqual([error.code, error.status, error.attempts, error.delivery], [code, status, 2, 'unknown'])
      assert.equal(error.message, `${status} E - D`)
      assert.equal(error.report.publishedCount, 1000)
      assert.deepEqual(error.report.failures[0].users, ids.slice(1000, 2000))
      assert.equal(error.report.failures[0].error.status, status)
      const read = 2000 + error.remaining.length
      assert.deepEqual(listAccounted(error, ids), ids.slice(0, read).sort())
    })
  }

  test('stops at any failure, if asked to', async (t) => {
    const { beams } = await respondingServer(t, { status: 422 })
    const error = await rejection(beams.publishToManyUsers(generateIds(1000), payload, { stopOnError: true }))
    assert.deepEqual([error.status, error.attempts, error.delivery], [422, 1, 'refused'])
    assert.deepEqual([error.report.failures[0].users.length, error.remaining], [1000, []])
  })

  test('reports that nothing was sent', async () => {
    const beams = createClient({ port: 1 }, { maxRetries: 0 })
    const error = await rejection(beams.publishToManyUsers(['a'], payload, { stopOnError: true }))
    assert.deepEqual(
      [error.code, error.delivery, error.cause.code],
      ['ERR_BEAMS_CONNECTION', 'not-sent', 'ECONNREFUSED'],
    )
  })
})

test('a report is assembled from 32 parts in each turn of the event loop', async () => {
  const partsOfTurns = [0]
  let isDone = false
  const countTurn = () => isDone || (partsOfTurns.push(0), setImmediate(countTurn))
  setImmediate(countTurn)
  const part = JSON.stringify({ unsent: ['user-1'] })
  const parts = [JSON.stringify({ publishedCount: 1 }), ...Array(70).fill(part), null]
  const nextPart = () => (partsOfTurns[partsOfTurns.length - 1]++, parts.shift())
  const { remaining } = await assembleReport(nextPart).finally(() => (isDone = true))
  assert.equal(remaining.length, 70)
  assert.deepEqual(partsOfTurns, [33, 32, 7])
})

test('a long report does not block the event loop', async (t) => {
  const { beams } = await respondingServer(t)
  const USERS = 400_000
  let turns = 0
  let isDone = false
  const count = () => isDone || (turns++, setImmediate(count))
  const users = function* () {
    yield* Array(USERS).fill('')
    setImmediate(count)
  }
  const { failures } = await beams.publishToManyUsers(users(), payload).finally(() => (isDone = true))
  assert.equal(failures[0].users.length, USERS)
  assert.ok(turns >= USERS / 64_000, `${turns} turns`)
})

describe('a publishToManyUsers that is stopped', () => {
  const oops = new Error('oops')

  for (const [name, users] of [
    ['an iterable', function* (ids) { yield* ids; throw oops }], // prettier-ignore
    ['an async iterable', async function* (ids) { yield* ids; throw oops }], // prettier-ignore
  ]) {
    test(`by ${name} that throws accounts for what was read`, async (t) => {
      const { requests, beams } = await respondingServer(t)
      const ids = generateIds(4300)
      const error = await rejection(beams.publishToManyUsers(users(ids), payload))
      assert.deepEqual([error.code, error.cause], ['ERR_BEAMS_INTERRUPTED', oops])
      assert.deepEqual(readUsers(requests).flat().sort(), ids.slice(0, 4000).sort())
      assert.equal(error.report.publishedCount, 4000)
      assert.deepEqual(error.remaining, ids.slice(4000))
    })
  }

  for (const [name, of] of [
    ['an iterable', (next) => ({ [Symbol.iterator]: () => ({ next }) })],
    ['an async iterable', (next) => ({ [Symbol.asyncIterator]: () => ({ next }) })],
  ]) {
    for (const result of [undefined, null, 5, 'user-1']) {
      test(`by ${name} whose next() returns ${result} has the error of a loop as its cause`, async (t) => {
        const { beams } = await respondingServer(t)
        const { code, cause } = await rejection(beams.publishToManyUsers(of(() => result), payload)) // prettier-ignore
        assert.equal(code, 'ERR_BEAMS_INTERRUPTED')
        assert.ok(cause instanceof TypeError)
        assert.equal(cause.message, `Iterator result ${result} is not an object`)
      })
    }

    test(`but not by ${name} whose next() returns a function, which is an object`, async (t) => {
      const { beams } = await respondingServer(t)
      const results = [Object.assign(() => {}, { value: 'user-1' }), Object.assign(() => {}, { done: true })]
      const { publishedCount } = await beams.publishToManyUsers(of(() => results.shift()), payload) // prettier-ignore
      assert.equal(publishedCount, 1)
    })
  }

  test('by a signal stops, completes what is in flight and lists what is left', async (t) => {
    const controller = new AbortController()
    const { requests, beams } = await respondingServer(t)
    const ids = generateIds(100_000)
    const onProgress = ({ publishedCount }) => publishedCount >= 3000 && controller.abort(oops)
    const options = { signal: controller.signal, onProgress, concurrency: 2 }
    const error = await rejection(beams.publishToManyUsers(ids, payload, options))
    assert.deepEqual([error.code, error.cause, error.delivery], ['ERR_BEAMS_INTERRUPTED', oops, 'unknown'])
    assert.ok(error.report.publishedCount < 90_000)
    assert.equal(error.report.publishedCount, readUsers(requests).flat().length)
    const read = error.report.publishedCount + error.remaining.length
    assert.deepEqual([...readUsers(requests).flat(), ...error.remaining].sort(), ids.slice(0, read).sort())
  })

  test('by a signal that was aborted before reads nothing', async (t) => {
    const { requests, beams } = await respondingServer(t)
    let hasBegun = false
    const users = { [Symbol.iterator]() { hasBegun = true; return [].values() } } // prettier-ignore
    const error = await rejection(beams.publishToManyUsers(users, payload, { signal: AbortSignal.abort(oops) }))
    assert.deepEqual(
      [error.code, error.cause, error.delivery, error.attempts],
      ['ERR_BEAMS_INTERRUPTED', oops, 'not-sent', 0],
    )
    assert.deepEqual([error.remaining, error.report.publishedCount, hasBegun, requests.length], [[], 0, false, 0])
  })

  test('for two reasons has the first as its cause, not among its members', async (t) => {
    const controller = new AbortController()
    const { beams } = await respondingServer(t)
    const onProgress = () => {
      controller.abort(oops)
      throw new Error('later')
    }
    const options = { signal: controller.signal, onProgress }
    const error = await rejection(beams.publishToManyUsers(generateIds(10), payload, options))
    assert.equal(error.cause, oops)
    assert.ok(!Object.keys(error).includes('cause'))
  })

  test('by a signal whose reason throws has what it throws as its cause', async (t) => {
    const { beams } = await respondingServer(t)
    const signal = { aborted: true, addEventListener() {}, get reason() { throw oops } } // prettier-ignore
    assert.equal((await rejection(beams.publishToManyUsers(['a'], payload, { signal }))).cause, oops)
  })

  test('reads no more users of an iterable than those of its turn', async (t) => {
    const controller = new AbortController()
    const { requests, beams } = await respondingServer(t)
    let read = 0
    function* users() {
      while (read < 10_000) {
        if (read === 500) controller.abort()
        yield `user-${read++}`
      }
    }
    const { remaining } = await rejection(beams.publishToManyUsers(users(), payload, { signal: controller.signal }))
    assert.deepEqual([read, remaining.length, requests.length], [1000, 1000, 0])
  })

  test('asks an async iterable for no further user, and accounts for the one that comes late', async (t) => {
    const controller = new AbortController()
    const { beams } = await respondingServer(t)
    let asked = 0
    const users = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          if (++asked === 2) controller.abort()
          await new Promise(setImmediate)
          return { done: false, value: `user-${asked}` }
        },
      }),
    }
    const { remaining } = await rejection(beams.publishToManyUsers(users, payload, { signal: controller.signal }))
    assert.deepEqual([asked, remaining], [2, ['user-1', 'user-2']])
  })

  test('by its deadline asks for no further user while the iterator closes', async (t) => {
    const { beams } = await respondingServer(t)
    let asked = 0
    const closing = new EventEmitter()
    const users = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          if (++asked > 1) await once(closing, 'return')
          return { done: false, value: `user-${asked}` }
        },
        return: async () => (closing.emit('return'), {}),
      }),
    }
    const { remaining } = await rejection(beams.publishToManyUsers(users, payload, { deadline: 50 }))
    assert.deepEqual([asked, remaining], [2, ['user-1', 'user-2']])
  })

  for (const [what, members, expected] of [
    ['destroys a stream', { destroy: true, pipe: true }, ['destroy', 'return']],
    ['destroys nothing that is not a stream', { destroy: true }, ['return']],
    ['needs no method to destroy a stream', { pipe: true }, ['return']],
  ]) {
    test(`${what}, and closes its iterator`, async (t) => {
      const { beams } = await respondingServer(t)
      const called = []
      const methods = Object.keys(members).map((name) => [name, () => called.push(name)])
      const users = {
        ...Object.fromEntries(methods),
        [Symbol.asyncIterator]: () => ({ next: () => never, return: async () => (called.push('return'), {}) }),
      }
      const { code } = await rejection(beams.publishToManyUsers(users, payload, { deadline: 50 }))
      assert.deepEqual([code, called], ['ERR_BEAMS_TIMEOUT', expected])
    })
  }

  test('reads nothing of a user who comes after it has ended', async (t) => {
    const controller = new AbortController()
    const { beams } = await respondingServer(t)
    let isRead = false
    let yieldLate
    const late = new Promise((resolve) => (yieldLate = resolve))
    const user = { get userId() { isRead = true; return 'late' } } // prettier-ignore
    const closing = new EventEmitter()
    const isClosing = once(closing, 'return')
    const users = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          controller.abort()
          return { done: false, value: await late }
        },
        return: () => (closing.emit('return'), never),
      }),
    }
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const call = rejection(beams.publishToManyUsers(users, payload, { signal: controller.signal }))
    await isClosing
    t.mock.timers.runAll()
    assert.deepEqual((await call).remaining, [])
    yieldLate(user)
    await new Promise(setImmediate)
    assert.equal(isRead, false)
  })

  test('by its deadline does not wait for users who never come', async (t) => {
    const { requests, beams } = await respondingServer(t)
    let isClosed = false
    const users = {
      [Symbol.asyncIterator]: () => ({
        read: 0,
        next() {
          return this.read++ < 3 ? Promise.resolve({ value: `user-${this.read}`, done: false }) : never
        },
        return: async () => ((isClosed = true), {}),
      }),
    }
    const error = await rejection(beams.publishToManyUsers(users, payload, { deadline: 50 }))
    assert.deepEqual([error.code, error.delivery, isClosed], ['ERR_BEAMS_TIMEOUT', 'not-sent', true])
    assert.deepEqual(error.remaining, ['user-1', 'user-2', 'user-3'])
    assert.equal(requests.length, 0)
  })

  test("has a deadline of its own, not the client's", async (t) => {
    const { port } = await recordingServer(t, () => accepted)
    const beams = createClient({ port }, { deadline: 1, maxRequestsPerSecond: Infinity })
    assert.equal((await beams.publishToManyUsers(generateIds(10), payload)).publishedCount, 10)
  })

  test('by a signal does not wait for the rate limiter, a retry or users', async (t) => {
    const controller = new AbortController()
    const responses = new EventEmitter()
    const responded = once(responses, 'response')
    const { requests, port } = await recordingServer(t, () => {
      setImmediate(() => responses.emit('response'))
      return { ...refusal, headers: { 'retry-after': '50' } }
    })
    const beams = createClient({ port }, { maxRequestsPerSecond: 0.01 })
    async function* users() {
      yield* generateIds(2500)
      await responded
      setImmediate(() => controller.abort(oops))
      await never
    }
    const error = await rejection(beams.publishToManyUsers(users(), payload, { signal: controller.signal }))
    assert.equal(requests.length, 1)
    assert.deepEqual(error.report.failures.map((failure) => [failure.users, failure.error.status]), [[generateIds(1000), 503]]) // prettier-ignore
    assert.deepEqual(error.remaining, generateIds(2500).slice(1000))
    assert.equal(error.delivery, 'refused')
  })

  test('by closing the client accounts for all users, and close waits for it', async (t) => {
    const { beams } = await respondingServer(t)
    let isEnded = false
    async function* users() {
      try {
        yield* generateIds(1500)
        beams.close().then(() => (isEnded = true))
        await never
      } finally {
        assert.fail('a generator that is stuck cannot end')
      }
    }
    const error = await rejection(beams.publishToManyUsers(users(), payload))
    assert.deepEqual([error.code, error.report.publishedCount], ['ERR_BEAMS_CLOSED', 1000])
    assert.deepEqual(error.remaining, generateIds(1500).slice(1000))
    await beams.close()
    assert.ok(isEnded)
    assert.equal((await rejection(beams.publishToManyUsers([], payload))).code, 'ERR_BEAMS_CLOSED')
  })

  for (const [kind, step] of [
    [Symbol.iterator, (given) => given],
    [Symbol.asyncIterator, (given) => async () => given()],
  ]) {
    test(`closes the iterator of a ${kind.description}, whatever that does`, async (t) => {
      for (const outcome of [
        () => ({}),
        () => {
          throw new Error('on the way out')
        },
      ]) {
        const { beams } = await respondingServer(t, { status: 401 })
        const closed = new EventEmitter()
        const isClosed = once(closed, 'closed')
        let next = 0
        const users = {
          [kind]: () => ({
            next: step(() => ({ value: `user-${next++}`, done: false })),
            return: step(() => {
              closed.emit('closed')
              return outcome()
            }),
          }),
        }
        const error = await rejection(beams.publishToManyUsers(users, payload))
        assert.equal(error.code, 'ERR_BEAMS_UNAUTHORIZED')
        await isClosed
      }
    })
  }
})

describe('the progress of a publishToManyUsers', () => {
  const oops = new Error('oops')

  test('is reported after each request, and adds up', async (t) => {
    const { beams } = await respondingServer(t, accepted, { status: 422 })
    const reported = []
    const ids = [...generateIds(2500), 'user-0', '']
    await beams.publishToManyUsers(ids, payload, { concurrency: 1, onProgress: (progress) => reported.push(progress) })
    assert.deepEqual(
      reported.map(({ publishedCount, publishId }) => [publishedCount, publishId]),
      [
        [1000, 'pubid-1'],
        [1000, undefined],
        [1500, 'pubid-1'],
      ],
    )
    assert.deepEqual(reported.at(-1), {
      publishedCount: 1500,
      failedCount: 1001,
      resumedCount: 0,
      duplicateCount: 1,
      publishId: 'pubid-1',
    })
  })

  for (const [how, onProgress] of [
    ['throwing', () => { throw oops }], // prettier-ignore
    ['rejecting', async () => { throw oops }], // prettier-ignore
  ]) {
    test(`stops the call by ${how}`, async (t) => {
      const { requests, beams } = await respondingServer(t)
      const error = await rejection(
        beams.publishToManyUsers(generateIds(50_000), payload, { concurrency: 1, onProgress }),
      )
      assert.deepEqual([error.code, error.cause], ['ERR_BEAMS_INTERRUPTED', oops])
      assert.equal(error.report.publishedCount, readUsers(requests).flat().length)
      assert.ok(requests.length < 50)
      const last = await rejection(beams.publishToManyUsers(['a'], payload, { onProgress }))
      assert.deepEqual([last.report.publishedCount, last.remaining], [1, []])
    })
  }
})

describe('the arguments of publishToManyUsers', () => {
  const beams = createClient({ port: 1 })
  for (const [text, ...args] of [
    ['users argument is required'],
    ['users argument is required', null, payload],
    ['users argument must be an array, an iterable or an async iterable', 'user-1', payload],
    ['users argument must be an array, an iterable or an async iterable', {}, payload],
    ['users argument must be an array, an iterable or an async iterable', function* () {}, payload],
    ['publishRequest argument is required', []],
    ['publishRequest argument must be a plain object', [], []],
    ['options argument must be an object', [], payload, 'fast'],
    ['concurrency must be an integer from 1 to 1000', [], payload, { concurrency: 0 }],
    ['concurrency must be an integer from 1 to 1000', [], payload, { concurrency: 1.5 }],
    ['concurrency must be an integer from 1 to 1000', [], payload, { concurrency: '4' }],
    ['concurrency must be an integer from 1 to 1000', [], payload, { concurrency: 1001 }],
    ['dedupe must be true or false', [], payload, { dedupe: 1 }],
    ['stopOnError must be true or false', [], payload, { stopOnError: 'yes' }],
    ['onProgress must be a function', [], payload, { onProgress: {} }],
    ['signal must be an AbortSignal', [], payload, { signal: {} }],
    ['maxRetries must be an integer from 0 to 100', [], payload, { maxRetries: -1 }],
    [
      'publishRequest argument is too large: with one user it exceeds the maximum of 204800 bytes',
      [],
      { ...payload, filling: 'x'.repeat(204_000) },
    ],
  ]) {
    test(`are refused: ${text}`, async () => {
      const error = await rejection(beams.publishToManyUsers(...args))
      assert.ok(error instanceof BeamsError)
      assert.deepEqual([error.message, error.code], [text, 'ERR_BEAMS_INVALID_ARGUMENT'])
      assert.ok(!('report' in error))
    })
  }

  test('are refused if a getter throws', async () => {
    const oops = new Error('oops')
    const error = await rejection(beams.publishToManyUsers([], payload, { get dedupe() { throw oops } })) // prettier-ignore
    assert.deepEqual([error.message, error.cause], ['oops', oops])
  })
})

test('the tracing channel reports publishToManyUsers as one call', async (t) => {
  const { beams } = await respondingServer(t)
  const messages = []
  const channel = tracingChannel('beams-native:request')
  const listeners = { asyncEnd: (message) => messages.push({ ...message }) }
  channel.subscribe(listeners)
  await beams.publishToManyUsers([...generateIds(1500), 'user-1', ''], payload)
  channel.unsubscribe(listeners)
  const [{ operation, targets, attempts, status, duration, result }] = messages
  assert.equal(messages.length, 1)
  assert.deepEqual([operation, targets, attempts, status, result], ['publishToManyUsers', 1502, 2, 200, undefined])
  assert.ok(duration > 0)
})
