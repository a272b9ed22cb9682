'use strict'

// A bulk publish that is stopped accounts for every id that it has read, at whatever moment it is stopped, and closes what
// it read from. STOPPED_RUNS and REPORT_USERS set the sizes; make audit runs the long forms.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter, once } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { Readable } = require('node:stream')
const { recordingServer } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')
const { runProgram } = require('./helpers/run-program.js')

const RUNS = Number(process.env.STOPPED_RUNS ?? 1000)
const REPORT_USERS = Number(process.env.REPORT_USERS ?? 100_000)
const SEED = 14

describe('a publishToManyUsers that is stopped at a random moment', { concurrency: 2 }, () => {
  for (const [source, name] of [
    ['array', 'an array'],
    ['iterable', 'an iterable'],
    ['generator', 'a generator'],
    ['stream', 'a stream'],
    ['entries', 'users with different requests'],
  ]) {
    test(`${RUNS} times, while it reads from ${name}, accounts for each id exactly once`, async (t) => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-stopped-'))
      t.after(() => fs.rmSync(folder, { recursive: true }))
      // A run takes 10 ms or so on a machine that has nothing else to do.
      const timeout = RUNS * 500
      const { stdout, stderr, signal } = await runProgram('stopped-bulk.js', [source, RUNS, SEED, folder], { timeout })
      assert.deepEqual([stderr, signal], ['', null])
      const { stopped, wrong } = JSON.parse(stdout)
      t.diagnostic(JSON.stringify(stopped))
      assert.deepEqual(wrong, [])
      for (const [stopper, count] of Object.entries(stopped)) assert.ok(count > RUNS / 60, `${stopper}: ${count}`)
    })
  }
})

const never = new Promise(() => {})
const oops = new Error('oops')
const ids = Array.from({ length: 1500 }, (_, index) => `user-${index}`)

/** What stops a call that has read all there is for now: each is given the client and the controller of the signal. */
const stoppers = {
  'its signal': { stop: (_beams, controller) => controller.abort(oops), code: 'ERR_BEAMS_INTERRUPTED' },
  'close()': { stop: (beams) => void beams.close(), code: 'ERR_BEAMS_CLOSED' },
}

/** Sources that give all ids and then wait for ever. `idle` is called once they wait; `seen` records what is done to them. */
const idleSources = {
  'a stream': (idle) => {
    const rest = [...ids]
    const stream = new Readable({
      objectMode: true,
      read() {
        if (rest.length > 0) this.push(rest.shift())
        else idle()
      },
    })
    return { users: stream, isClosed: () => stream.destroyed }
  },
  'a stream with its own error handling': (idle) => {
    const rest = [...ids]
    const stream = new Readable({
      objectMode: true,
      read() {
        if (rest.length > 0) this.push(rest.shift())
        else idle()
      },
      destroy: (_error, done) => done(new Error('on the way out')),
    })
    stream.on('error', () => {})
    return { users: stream, isClosed: () => stream.destroyed }
  },
  'a cursor that can be closed': (idle) => {
    const rest = [...ids]
    let end
    let isClosed = false
    const next = async () => {
      if (rest.length > 0) return { done: false, value: rest.shift() }
      idle()
      return new Promise((resolve) => (end = resolve))
    }
    const close = async () => {
      isClosed = true
      end({ done: true, value: undefined })
      return {}
    }
    return { users: { [Symbol.asyncIterator]: () => ({ next, return: close }) }, isClosed: () => isClosed }
  },
  'a cursor that never closes': (idle) => {
    const rest = [...ids]
    let isClosed = false
    const next = async () => {
      if (rest.length > 0) return { done: false, value: rest.shift() }
      idle()
      return never
    }
    const close = () => {
      isClosed = true
      return never
    }
    return { users: { [Symbol.asyncIterator]: () => ({ next, return: close }) }, isClosed: () => isClosed }
  },
  'a cursor that cannot be closed': (idle) => {
    const rest = [...ids]
    const next = async () => {
      if (rest.length > 0) return { done: false, value: rest.shift() }
      idle()
      return never
    }
    return { users: { [Symbol.asyncIterator]: () => ({ next }) }, isClosed: () => true }
  },
  'a generator that is stuck': (idle) => ({
    users: (async function* stuck() {
      yield* ids
      idle()
      await never
    })(),
    isClosed: () => true,
  }),
}

describe('a publishToManyUsers that is stopped while its source is idle', { concurrency: true }, () => {
  for (const [source, make] of Object.entries(idleSources)) {
    for (const [stopper, { stop, code }] of Object.entries(stoppers)) {
      test(`${source}, by ${stopper}, closes the source without waiting forever`, async (t) => {
        const { port, requests } = await recordingServer(t)
        const beams = createClient({ port })
        const controller = new AbortController()
        const { users, isClosed } = make(() => setImmediate(stop, beams, controller))
        const error = await rejection(beams.publishToManyUsers(users, payload, { signal: controller.signal }))
        assert.equal(error.code, code)
        assert.ok(isClosed())
        const sent = requests.flatMap(({ body }) => JSON.parse(body).users)
        assert.deepEqual([...sent, ...error.remaining], ids)
        assert.equal(error.report.publishedCount, sent.length)
      })
    }
  }

  test('accounts for the id that its iterator gives while it is closed', async (t) => {
    const { port } = await recordingServer(t)
    const controller = new AbortController()
    const events = new EventEmitter()
    const users = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          setImmediate(() => controller.abort(oops))
          await once(events, 'return')
          return { done: false, value: 'late' }
        },
        async return() {
          events.emit('return')
          return {}
        },
      }),
    }
    const error = await rejection(
      createClient({ port }).publishToManyUsers(users, payload, { signal: controller.signal }),
    )
    assert.deepEqual([error.cause, error.remaining], [oops, ['late']])
  })

  test('by a signal without a reason has an AbortError for its cause', async () => {
    const signal = { aborted: true, addEventListener() {}, removeEventListener() {} }
    const error = await rejection(createClient({ port: 1 }).publishToManyUsers([], payload, { signal }))
    assert.deepEqual([error.code, error.cause.name], ['ERR_BEAMS_INTERRUPTED', 'AbortError'])
  })

  test('does not depend on timers that a test has replaced', async (t) => {
    const { port } = await recordingServer(t)
    const program = `
      globalThis.setTimeout = globalThis.clearTimeout = () => { throw new Error('a timer of the test') }
      const { PushNotifications } = require('beams-native')
      const controller = new AbortController()
      const users = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => setImmediate(() => controller.abort())) }) }
      new PushNotifications({ instanceId: 'i', secretKey: 'k', endpoint: '127.0.0.1', port: ${port} })
        .publishToManyUsers(users, {}, { signal: controller.signal })
        .catch((error) => console.log(error.code))`
    const { stdout } = await runProgram('evaluate.js', [program])
    assert.equal(stdout, 'ERR_BEAMS_INTERRUPTED\n')
  })
})

describe('a report of any size', () => {
  for (const [what, length] of [
    ['users who could not be published to', 164],
    ['values that are no user ids', 165],
  ]) {
    test(`resolves with ${REPORT_USERS} ${what}, each in its place`, async () => {
      const beams = createClient({ port: 1 }, { maxRetries: 0, maxRequestsPerSecond: Infinity })
      const filling = 'x'.repeat(length - 8)
      const users = {
        *[Symbol.iterator]() {
          for (let index = 0; index < REPORT_USERS; index++) yield String(index).padStart(8, '0') + filling
        },
      }
      const report = await beams.publishToManyUsers(users, payload, { dedupe: false, concurrency: 1 })
      const seen = new Uint8Array(REPORT_USERS)
      for (const failure of report.failures) for (const user of failure.users) seen[Number(user.slice(0, 8))]++
      assert.equal(report.publishedCount, 0)
      assert.ok(seen.every((times) => times === 1))
      const count = length > 164 ? 1 : REPORT_USERS / 1000
      assert.ok(report.failures.length >= count, `${report.failures.length}`)
    })
  }
})
