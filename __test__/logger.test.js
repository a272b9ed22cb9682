'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { subscribe, unsubscribe } = require('node:diagnostics_channel')
const { Writable } = require('node:stream')
const { Console } = require('node:console')
const { once } = require('node:events')
const pino = require('pino')
const winston = require('winston')
const PushNotificationsServer = require('../compat.js')
const { fakeBeams } = require('../testing.js')
const { PushNotifications } = require('..')
const { payload, createClient, rejection } = require('./helpers/clients.js')
const { recordingServer, socketServer, unusedPort } = require('./helpers/servers.js')

const LEVELS = ['debug', 'warn', 'error']

/** A logger that keeps its lines: the level, the message and the fields. */
function recordingLogger() {
  const lines = []
  const logger = Object.fromEntries(
    LEVELS.map((level) => [level, (message, fields) => lines.push([level, message, fields])]),
  )
  return { lines, logger }
}

/** The lines without times, in messages and in fields. */
function withoutTimes(lines) {
  return lines.map(([level, message, fields]) => {
    const { startTime: _startTime, duration: _duration, ...rest } = fields
    return [level, message.replace(/ in \d+ ms$/, ''), rest]
  })
}

const common = { operation: 'publishToUsers', instanceId: 'my-instance' }

describe('a logger', () => {
  test('gets a call that succeeds, and its request', async (t) => {
    const { port } = await recordingServer(t)
    const { lines, logger } = recordingLogger()
    await createClient({ port }, { logger }).publishToUsers(['a', 'b'], payload)
    assert.deepEqual(withoutTimes(lines), [
      ['debug', 'beams.publishToUsers: attempt 1: 200', { ...common, attempt: 1, status: 200 }],
      [
        'debug',
        'beams.publishToUsers: succeeded',
        { ...common, targets: 2, attempts: 1, status: 200, publishId: 'pubid-1' },
      ],
    ])
    assert.equal(typeof lines[0][2].startTime, 'number')
    for (const [, message, { duration }] of lines) {
      assert.ok(duration > 0)
      assert.ok(message.endsWith(` in ${Math.round(duration)} ms`))
    }
  })

  test('warns of a call that succeeds after retries', async (t) => {
    const { port } = await recordingServer(t, (_request, number) =>
      number === 1 ? { status: 429, headers: { 'retry-after': '0' } } : undefined,
    )
    const { lines, logger } = recordingLogger()
    await createClient({ port }, { logger }).deleteUser('a')
    assert.deepEqual(
      withoutTimes(lines).map(([level, message]) => [level, message]),
      [
        ['debug', 'beams.deleteUser: attempt 1: 429'],
        ['debug', 'beams.deleteUser: attempt 2: 200'],
        ['warn', 'beams.deleteUser: succeeded at attempt 2'],
      ],
    )
  })

  test('gets the code, the status and the delivery of a call that fails', async (t) => {
    const { port } = await recordingServer(t, () => ({ status: 422 }))
    const { lines, logger } = recordingLogger()
    await rejection(createClient({ port }, { logger }).publishToUsers(['a'], payload))
    const failed = { targets: 1, attempts: 1, status: 422, code: 'ERR_BEAMS_UNPROCESSABLE', delivery: 'refused' }
    assert.deepEqual(withoutTimes(lines).at(-1), [
      'error',
      'beams.publishToUsers: ERR_BEAMS_UNPROCESSABLE, refused',
      { ...common, ...failed },
    ])
  })

  test('gets the code of a request without a response', async () => {
    const { lines, logger } = recordingLogger()
    const beams = createClient({ port: await unusedPort() }, { logger, maxRetries: 0 })
    await rejection(beams.publishToUsers(['a'], payload))
    assert.deepEqual(
      withoutTimes(lines).map(([level, message]) => [level, message]),
      [
        ['debug', 'beams.publishToUsers: attempt 1: ERR_BEAMS_CONNECTION'],
        ['error', 'beams.publishToUsers: ERR_BEAMS_CONNECTION, not-sent'],
      ],
    )
  })

  test('gets calls with an invalid argument', async () => {
    const { lines, logger } = recordingLogger()
    await rejection(createClient({ port: 1 }, { logger }).publishToUsers([''], payload))
    assert.deepEqual(
      withoutTimes(lines).map(([level, message]) => [level, message]),
      [['error', 'beams.publishToUsers: ERR_BEAMS_INVALID_ARGUMENT, not-sent']],
    )
  })

  test('warns of a call that is aborted', async (t) => {
    const controller = new AbortController()
    const { port } = await socketServer(t, () => controller.abort())
    const { lines, logger } = recordingLogger()
    await assert.rejects(createClient({ port }, { logger }).publishToUsers(['a'], payload, controller))
    assert.deepEqual(
      withoutTimes(lines).map(([level, message]) => [level, message]),
      [
        ['debug', 'beams.publishToUsers: attempt 1: ABORT_ERR'],
        ['warn', 'beams.publishToUsers: aborted'],
      ],
    )
  })

  test('gets a publish to many users in one line, with its failures by code', async (t) => {
    const { port } = await recordingServer(t, (_request, number) => (number === 2 ? { status: 422 } : undefined))
    const { lines, logger } = recordingLogger()
    const users = [...Array.from({ length: 2500 }, (_, index) => `user-${index}`), '', 'user-0']
    await createClient({ port }, { logger }).publishToManyUsers(users, payload, { concurrency: 1 })
    assert.deepEqual(withoutTimes(lines), [
      [
        'warn',
        'beams.publishToManyUsers: failed for 1001 users',
        {
          operation: 'publishToManyUsers',
          instanceId: 'my-instance',
          targets: 2502,
          attempts: 3,
          status: 200,
          publishedCount: 1500,
          failedCount: 1001,
          resumedCount: 0,
          duplicateCount: 1,
          failures: [
            { code: 'ERR_BEAMS_UNPROCESSABLE', delivery: 'refused', userCount: 1000 },
            { code: 'ERR_BEAMS_INVALID_ARGUMENT', delivery: 'not-sent', userCount: 1 },
          ],
        },
      ],
    ])
  })

  test('gets the counts of a publish to many users that is stopped', async (t) => {
    const { port } = await recordingServer(t, () => ({ status: 401 }))
    const { lines, logger } = recordingLogger()
    await rejection(createClient({ port }, { logger }).publishToManyUsers(['a', 'b'], payload))
    const [[level, message, { publishedCount, failedCount }]] = lines
    assert.deepEqual(
      [level, message, publishedCount, failedCount],
      ['error', 'beams.publishToManyUsers: ERR_BEAMS_UNAUTHORIZED, refused', 0, 2],
    )
  })

  test('gets payload warnings in place of the process', async (t) => {
    const emit = t.mock.method(process, 'emitWarning', () => {})
    const { port } = await recordingServer(t)
    const { lines, logger } = recordingLogger()
    const beams = createClient({ port }, { logger, payloadChecks: 'warn' })
    await beams.publishToInterests(['news'], { web: { notification: { title: 'logged', deep_link: '/logged' } } })
    const [level, message, fields] = lines.find(([, , { rule }]) => rule !== undefined)
    assert.deepEqual([level, fields.rule], ['warn', 'web/deep-link-not-absolute'])
    assert.match(message, /deep_link/)
    assert.equal(emit.mock.callCount(), 0)
  })

  test('gets the warning about insecure options', () => {
    const { lines, logger } = recordingLogger()
    const insecure = { instanceId: 'i', secretKey: 'k', endpoint: 'http://beams.example', logger }
    assert.ok(new PushNotifications(insecure))
    assert.deepEqual(
      lines.map(([level]) => level),
      ['warn'],
    )
  })

  test('is in place of a process warning about them, of which there is one', (t) => {
    const emit = t.mock.method(process, 'emitWarning', () => {})
    const insecure = { instanceId: 'i', secretKey: 'k', endpoint: 'http://beams.example' }
    const clients = [1, 2].map(() => new PushNotifications(insecure))
    const [[text, { type }], ...others] = emit.mock.calls.map((call) => call.arguments)
    assert.match(text, /^the secret key is sent to beams\.example in plain text/)
    assert.deepEqual([type, others], ['BeamsWarning', []])
    assert.equal(clients.length, 2)
  })

  test('never gets the payload, the targets or the key', async (t) => {
    const { port } = await recordingServer(t, () => ({
      status: 422,
      body: '{"error":"E","description":"hidden-user"}',
    }))
    const { lines, logger } = recordingLogger()
    const beams = createClient({ port }, { logger, secretKey: 'hidden-key', payloadChecks: 'warn' })
    const hidden = { web: { notification: { title: 'hidden-title' } } }
    await rejection(beams.publishToUsers(['hidden-user'], hidden))
    await rejection(beams.publishToInterests(['hidden-interest'], hidden))
    await rejection(beams.publishToInterests(['hidden interest'], hidden))
    await beams.publishToManyUsers(['hidden-user', 'hidden\ud800'], hidden)
    await rejection(beams.deleteUser('hidden-user'))
    assert.ok(lines.length >= 8)
    assert.doesNotMatch(JSON.stringify(lines), /hidden/)
  })

  test('that throws or rejects fails no call, and is warned of once', async (t) => {
    const emit = t.mock.method(process, 'emitWarning', () => {})
    const { port } = await recordingServer(t)
    const throws = () => {
      throw new Error('oops')
    }
    const rejects = async () => throws()
    for (const fails of [throws, rejects]) {
      const beams = createClient({ port }, { logger: { debug: fails, warn: fails, error: fails } })
      assert.deepEqual(await beams.publishToUsers(['a'], payload), { publishId: 'pubid-1' })
      await beams.deleteUser('a')
    }
    assert.deepEqual(
      emit.mock.calls.map(({ arguments: [message] }) => message),
      ['the logger failed: oops'],
    )
  })

  test('gets what subscribers of the tracing channel cannot change', async (t) => {
    const { port } = await recordingServer(t)
    const { lines, logger } = recordingLogger()
    const change = (message) => (message.requests[0] = null)
    subscribe('tracing:beams-native:request:asyncStart', change)
    t.after(() => unsubscribe('tracing:beams-native:request:asyncStart', change))
    assert.deepEqual(await createClient({ port }, { logger }).publishToUsers(['a'], payload), { publishId: 'pubid-1' })
    assert.equal(lines.length, 2)
  })

  test('gets payload warnings in one line each', async (t) => {
    const { port } = await recordingServer(t)
    const { lines, logger } = recordingLogger()
    const beams = createClient({ port }, { logger, payloadChecks: 'warn' })
    await beams.publishToInterests(['news'], {
      web: { notification: { title: 't', ['forged\nline'.padEnd(5000)]: 1 } },
    })
    const warnings = lines.filter(([, , fields]) => fields?.rule !== undefined)
    assert.ok(warnings.length > 0)
    for (const [, message] of warnings) assert.ok(message.length <= 1000 && !message.includes('\n'), message)
  })

  test('warns of a publish to many users that is stopped by a signal', async (t) => {
    const controller = new AbortController()
    const { port } = await recordingServer(t)
    const { lines, logger } = recordingLogger()
    const onProgress = () => controller.abort()
    const users = Array.from({ length: 100_000 }, (_, index) => `user-${index}`)
    const options = { signal: controller.signal, onProgress, concurrency: 1 }
    await rejection(createClient({ port }, { logger }).publishToManyUsers(users, payload, options))
    const [[level, message, { code }]] = lines
    assert.deepEqual([level, message, code], ['warn', 'beams.publishToManyUsers: stopped', 'ERR_BEAMS_INTERRUPTED'])
  })

  test('is used by compat and by the fake', async (t) => {
    const { port } = await recordingServer(t)
    const { lines, logger } = recordingLogger()
    const options = { instanceId: 'my-instance', secretKey: 'my-key', logger }
    await new PushNotificationsServer({ ...options, endpoint: '127.0.0.1', port }).deleteUser('a')
    await fakeBeams(options).deleteUser('a')
    assert.deepEqual(
      lines.map(([level]) => level),
      ['debug', 'debug', 'debug', 'debug'],
    )
  })

  for (const logger of [null, 'console', {}, { debug() {}, warn() {} }, { debug() {}, warn() {}, error: true }]) {
    test(`is not ${JSON.stringify(logger)}`, () => {
      assert.throws(() => createClient({ port: 1 }, { logger }), {
        code: 'ERR_BEAMS_INVALID_ARGUMENT',
        message: /logger must have the methods debug, warn and error/,
      })
    })
  }
})

/** Each row makes a logger that writes to a stream, and reads the message and a field of a line. */
const libraries = {
  pino: [(stream) => pino({ level: 'debug' }, stream), (line) => [JSON.parse(line).msg, JSON.parse(line).attempt]],
  winston: [
    (stream) => winston.createLogger({ level: 'debug', transports: [new winston.transports.Stream({ stream })] }),
    (line) => [JSON.parse(line).message, JSON.parse(line).attempt],
  ],
  console: [
    (stream) => new Console(stream),
    (line) => [line.slice(0, line.indexOf(' {')), Number(/attempt: (\d)/.exec(line)[1])],
  ],
}

for (const [name, [create, read]] of Object.entries(libraries)) {
  test(`${name} logs the message and the fields`, async (t) => {
    const { port } = await recordingServer(t)
    const written = []
    const stream = new Writable({ write: (chunk, _encoding, done) => done(void written.push(String(chunk))) })
    const beams = createClient({ port }, { logger: create(stream) })
    await beams.deleteUser('a')
    if (written.length === 0) await once(stream, 'drain')
    const [message, attempt] = read(written[0])
    assert.match(message, /^beams\.deleteUser: attempt 1: 200 in \d+ ms$/)
    assert.equal(attempt, 1)
  })
}
