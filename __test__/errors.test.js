'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { setImmediate } = require('node:timers/promises')
const { inspect } = require('node:util')
const { Worker } = require('node:worker_threads')
const { PushNotifications, BeamsError } = require('..')
const binding = require('../lib/load.js')
const Compat = require('../compat.js')
const { recordingServer, socketServer, unusedPort } = require('./helpers/servers.js')
const { payload, createClient, emulated, rejection } = require('./helpers/clients.js')

const serverWords = JSON.stringify({ error: 'Some title', description: 'Some explanation' })

describe('a status', () => {
  for (const [status, code, delivery] of [
    [301, 'ERR_BEAMS_BAD_RESPONSE', 'unknown'],
    [307, 'ERR_BEAMS_BAD_RESPONSE', 'unknown'],
    [400, 'ERR_BEAMS_INVALID_ARGUMENT', 'refused'],
    [401, 'ERR_BEAMS_UNAUTHORIZED', 'refused'],
    [402, 'ERR_BEAMS_PAYMENT_REQUIRED', 'refused'],
    [403, 'ERR_BEAMS_UNAUTHORIZED', 'refused'],
    [404, 'ERR_BEAMS_NOT_FOUND', 'refused'],
    [413, 'ERR_BEAMS_INVALID_ARGUMENT', 'refused'],
    [422, 'ERR_BEAMS_UNPROCESSABLE', 'refused'],
    [429, 'ERR_BEAMS_RATE_LIMITED', 'refused'],
    [500, 'ERR_BEAMS_SERVER', 'unknown'],
    [502, 'ERR_BEAMS_SERVER', 'unknown'],
    [503, 'ERR_BEAMS_SERVER', 'refused'],
    [504, 'ERR_BEAMS_SERVER', 'unknown'],
  ]) {
    test(`of ${status} is ${code}, ${delivery}, with the service's own words`, async (t) => {
      const { port, requests } = await recordingServer(t, () => ({
        status,
        body: serverWords,
        headers: { location: '/' },
      }))
      const error = await rejection(createClient({ port }, { maxRetries: 0 }).publishToUsers(['u'], payload))
      assert.ok(error instanceof BeamsError)
      assert.equal(error.message, `${status} Some title - Some explanation`)
      assert.deepEqual(
        { ...error },
        { code, status, error: 'Some title', description: 'Some explanation', attempts: 1, delivery },
      )
      assert.ok(!('cause' in error))
      assert.equal(requests.length, 1)
    })
  }

  for (const [name, body, message] of [
    ['an empty', '', '503 - the response had no body'],
    ['a null', 'null', 'Could not parse response body'],
    ['an array', '[]', 'Could not parse response body'],
    ['an HTML', '<html><body>Bad gateway</body></html>', 'Could not parse response body'],
    ['a plain text', '404 page not found\n', 'Could not parse response body'],
    ['a half-empty', '{"error":"","description":"x"}', 'Could not parse response body'],
    ['a gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'Could not parse response body'],
    ['a BOM', '\ufeff{"error":"E","description":"D"}', '503 E - D'],
  ]) {
    test(`is kept with ${name} body`, async (t) => {
      const { port } = await recordingServer(t, () => ({ status: 503, body }))
      const error = await rejection(createClient({ port }, { maxRetries: 0 }).deleteUser('u'))
      assert.deepEqual([error.status, error.code, error.message], [503, 'ERR_BEAMS_SERVER', message])
    })
  }

  test('is kept when the body is cut off', async (t) => {
    const { port } = await socketServer(t, (socket) => socket.end('HTTP/1.1 402 X\r\ncontent-length: 100\r\n\r\n{"err'))
    const error = await rejection(createClient({ port }).publishToUsers(['u'], payload))
    assert.deepEqual([error.status, error.code, error.delivery], [402, 'ERR_BEAMS_PAYMENT_REQUIRED', 'refused'])
  })
})

describe('a 2xx', () => {
  for (const [name, body, message] of [
    ['empty', '', 'Could not parse response body'],
    ['null', 'null', 'the response has no publishId'],
    ['a string', '"x"', 'the response has no publishId'],
    ['an object without an id', '{}', 'the response has no publishId'],
    ['HTML', '<html>', 'Could not parse response body'],
    ['deep', '['.repeat(100_000), 'Could not parse response body'],
  ]) {
    test(`that is ${name} fails a publish`, async (t) => {
      const { port } = await recordingServer(t, () => ({ body }))
      const error = await rejection(createClient({ port }).publishToUsers(['u'], payload))
      assert.deepEqual([error.code, error.status, error.delivery], ['ERR_BEAMS_BAD_RESPONSE', 200, 'unknown'])
      assert.equal(error.message, message)
    })
  }

  test('is parsed with any content type', async (t) => {
    const { port } = await recordingServer(t, () => ({
      headers: { 'content-type': 'image/png' },
      body: '{"publishId":"p"}',
    }))
    assert.deepEqual(await createClient({ port }).publishToUsers(['u'], payload), { publishId: 'p' })
  })
})

describe('a connection', () => {
  test('that is refused sent nothing, and says why', async () => {
    const port = await unusedPort()
    const error = await rejection(createClient({ port }, { maxRetries: 0 }).publishToUsers(['u'], payload))
    assert.deepEqual({ ...error }, { code: 'ERR_BEAMS_CONNECTION', attempts: 1, delivery: 'not-sent' })
    assert.equal(error.message, `127.0.0.1:${port} refused the connection: no server is listening there`)
    assert.equal(error.cause.code, 'ECONNREFUSED')
  })

  test('error without a Node code has a cause without one', async (t) => {
    const { port } = await socketServer(t, (socket) => socket.end('220 smtp.example ESMTP\r\n'))
    const { cause } = await rejection(createClient({ port }).publishToUsers(['u'], payload))
    assert.ok(cause instanceof Error && !('code' in cause))
  })

  test('to an unknown name sent nothing, and says why', async () => {
    const beams = createClient({}, { endpoint: 'no-such-host.invalid', port: undefined, maxRetries: 0 })
    const error = await rejection(beams.publishToUsers(['u'], payload))
    assert.deepEqual([error.code, error.delivery], ['ERR_BEAMS_CONNECTION', 'not-sent'])
    assert.equal(error.message, 'the host name no-such-host.invalid was not found')
    assert.equal(error.cause.code, 'ENOTFOUND')
  })

  for (const [name, behave, message] of [
    [
      'is closed before the response',
      (socket) => socket.end(),
      /closed the connection before the response was complete$/,
    ],
    ['is reset before the response', (socket) => socket.resetAndDestroy(), /closed the connection before/],
    [
      'is closed in the response',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'),
      /closed the/,
    ],
    ['speaks another protocol', (socket) => socket.end('220 smtp.example ESMTP\r\n'), /sent an invalid HTTP response$/],
    [
      'responds with more than 1 MiB',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n${'x'.repeat(1048577)}`),
      /larger than 1 MiB$/,
    ],
  ]) {
    test(`that ${name} leaves the delivery unknown`, async (t) => {
      const { port } = await socketServer(t, behave)
      const error = await rejection(createClient({ port }).publishToUsers(['u'], payload))
      assert.deepEqual([error.code, error.delivery, error.attempts], ['ERR_BEAMS_CONNECTION', 'unknown', 1])
      assert.match(error.message, message)
    })
  }
})

describe('a timeout', () => {
  test('ends a call to a silent server', async (t) => {
    const { port } = await socketServer(t, () => {})
    const error = await rejection(createClient({ port }, { timeout: 50 }).publishToUsers(['u'], payload))
    assert.deepEqual({ ...error }, { code: 'ERR_BEAMS_TIMEOUT', attempts: 1, delivery: 'unknown' })
    assert.equal(error.message, 'the service did not respond within 50 ms')
  })

  test('ends a call that gets no connection, before anything is sent', async (t) => {
    const { port } = await socketServer(t, () => assert.fail('no request is sent without TLS'))
    const options = { endpoint: `https://127.0.0.1:${port}`, port: undefined, connectTimeout: 50, maxRetries: 0 }
    const error = await rejection(createClient({}, options).publishToUsers(['u'], payload))
    assert.deepEqual({ ...error }, { code: 'ERR_BEAMS_TIMEOUT', attempts: 1, delivery: 'not-sent' })
    assert.equal(error.message, 'connecting to the service took longer than 50 ms')
  })

  for (const [limit, shown] of Object.entries({ 1.5: 2, 2: 2 })) {
    test(`of ${limit} ms is shown as it is applied, in whole milliseconds`, async (t) => {
      const { port } = await socketServer(t, () => {})
      const deadline = Number(limit)
      for (const [options, callOptions] of [[{ deadline }], [{}, { deadline }]]) {
        const { message } = await rejection(createClient({ port }, options).deleteUser('u', callOptions))
        assert.equal(message, `the call could not be completed before its deadline of ${shown} ms`)
      }
    })
  }

  test('can be set for one call', async (t) => {
    const { port } = await socketServer(t, () => {})
    const error = await rejection(createClient({ port }).publishToUsers(['u'], payload, { timeout: 50 }))
    assert.equal(error.message, 'the service did not respond within 50 ms')
  })

  test('ends a call to a server that responds too slowly', async (t) => {
    const { port } = await socketServer(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
      const drip = setInterval(() => socket.write('x'), 10)
      socket.on('close', () => clearInterval(drip))
    })
    const error = await rejection(createClient({ port }, { timeout: 100 }).publishToUsers(['u'], payload))
    assert.deepEqual([error.code, error.delivery], ['ERR_BEAMS_TIMEOUT', 'unknown'])
  })
})

describe('a BeamsError', () => {
  test('is an instance of the class of its worker', async () => {
    const source = `
      const { parentPort } = require('node:worker_threads')
      const { PushNotifications, BeamsError } = require(${JSON.stringify(require.resolve('..'))})
      try { new PushNotifications() } catch (error) { parentPort.postMessage(error instanceof BeamsError) }`
    const [isOne] = await once(new Worker(source, { eval: true }), 'message')
    assert.equal(isOne, true)
  })

  test('is the same class from ESM', async () => {
    const esm = await import('../index.js')
    assert.equal(esm.BeamsError, BeamsError)
    assert.equal(esm.PushNotifications, PushNotifications)
  })

  test("can be constructed in users' tests", () => {
    const error = new BeamsError('x', { code: 'ERR_BEAMS_TIMEOUT', delivery: 'unknown', attempts: 1, cause: 5 })
    assert.ok(error instanceof Error)
    assert.deepEqual([error.name, error.message, error.cause], ['BeamsError', 'x', 5])
    assert.ok(!Object.keys(error).includes('cause'))
  })

  test('has no cause unless it was given one', () => {
    for (const details of [undefined, {}, { cause: undefined }]) assert.ok(!('cause' in new BeamsError('x', details)))
  })

  test('has a name like that of other errors', () => {
    const [name, nameOfErrors] = [BeamsError, Error].map((type) =>
      Object.getOwnPropertyDescriptor(type.prototype, 'name'),
    )
    assert.deepEqual(name, { ...nameOfErrors, value: 'BeamsError' })
  })

  test('has members that can be changed and deleted', () => {
    const error = new BeamsError('x', { status: 500 })
    error.status = 503
    assert.equal(error.status, 503)
    delete error.status
    assert.ok(!('status' in error))
  })

  test('never shows the secret key', async (t) => {
    const secretKey = 'top-secret-key'
    const { port } = await recordingServer(t, () => ({ status: 401, body: serverWords }))
    const beams = createClient({ port }, { secretKey })
    const failures = [
      await rejection(beams.publishToUsers(['u'], payload)),
      await rejection(createClient({ port: await unusedPort() }, { secretKey, maxRetries: 0 }).deleteUser('u')),
    ]
    for (const shown of [beams, ...failures]) {
      assert.doesNotMatch(inspect(shown, { depth: null, showHidden: true }), /top-secret-key/)
      assert.doesNotMatch(String(JSON.stringify(shown)), /top-secret-key/)
    }
  })
})

describe('what an argument throws when it is read', () => {
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const unreadable = 'an argument could not be read'
  for (const [name, thrown, message] of [
    ['an error', new Error('oops'), 'oops'],
    ['an object with a message', { message: 'oops' }, 'oops'],
    ['an object with a message that is not text', { message: 5 }, unreadable],
    ['an object without a message', {}, unreadable],
    ['an object whose message throws', { get message() { throw new Error('oops') } }, unreadable], // prettier-ignore
    ['a revoked proxy', revoked.proxy, unreadable],
    ['a function', Object.assign(() => {}, { message: 'oops' }), unreadable],
    ['a text', 'oops', 'oops'],
    ['JSON as of the native side', '{"message":"oops","code":"ERR_BEAMS_SERVER"}', '{"message":"oops","code":"ERR_BEAMS_SERVER"}'], // prettier-ignore
    ['a number', 5, '5'],
    ['a symbol', Symbol('oops'), 'Symbol(oops)'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
  ]) {
    test(`is the cause of the error, and its message if it has one: ${name}`, async () => {
      const error = await rejection(createClient({ port: 1 }).deleteUser('u', { get timeout() { throw thrown } })) // prettier-ignore
      assert.ok(error instanceof BeamsError)
      assert.equal(error.message, message)
      assert.ok('cause' in error && error.cause === thrown)
      assert.deepEqual({ ...error }, { code: 'ERR_BEAMS_INVALID_ARGUMENT', delivery: 'not-sent', attempts: 0 })
    })
  }

  test('is the error itself if it is a BeamsError, with its stack', async () => {
    const mine = new BeamsError('mine')
    const { stack } = mine
    const error = await rejection(createClient({ port: 1 }).deleteUser('u', { get timeout() { throw mine } })) // prettier-ignore
    assert.equal(error, mine)
    assert.equal(error.stack, stack)
  })

  test('is not needed for an error of an argument', async () => {
    assert.ok(!('cause' in (await rejection(createClient({ port: 1 }).deleteUser('u', 5)))))
  })
})

describe('the native side', () => {
  const native = Object.getPrototypeOf(PushNotifications.prototype)

  test('that drops a promise is a defect to report', async (t) => {
    t.mock.method(native, 'deleteUser', () => Promise.reject())
    const error = await rejection(createClient({ port: 1 }).deleteUser('u'))
    assert.equal(error.message, 'internal error in beams-native, please report it: a call ended without an outcome')
    assert.deepEqual({ ...error }, { code: 'ERR_BEAMS_INTERNAL', delivery: 'unknown', attempts: 0 })
  })

  test('that loses a bulk publish is one, too', async (t) => {
    const { bulkFinish } = binding
    t.mock.method(binding, 'bulkFinish', (...args) => bulkFinish(...args).then(() => Promise.reject()))
    const { port } = await recordingServer(t)
    const error = await rejection(createClient({ port }).publishToManyUsers(['u'], payload))
    assert.equal(error.code, 'ERR_BEAMS_INTERNAL')
  })

  test('that throws an error, as in a full stack, has it as the cause of the error', (t) => {
    const full = new RangeError('Maximum call stack size exceeded')
    t.mock.method(native, 'generateToken', () => {
      throw full
    })
    assert.throws(() => createClient({ port: 1 }).generateToken('u'), {
      name: 'BeamsError',
      message: full.message,
      code: 'ERR_BEAMS_INVALID_ARGUMENT',
      cause: full,
    })
  })
})

test('the emulator refuses a wrong key and instance as the service does', async (t) => {
  const { emulator } = await emulated(t, { instanceId: 'my-instance', secretKey: 'right' })
  const wrongKey = await rejection(createClient(emulator).deleteUser('u'))
  assert.equal(wrongKey.message, '401 Unauthorized - Incorrect Secret Key')
  const wrongInstance = await rejection(createClient(emulator, { instanceId: 'other' }).deleteUser('u'))
  assert.equal(wrongInstance.message, '404 Instance not found - Could not find the instance')
  assert.equal(await createClient(emulator, { secretKey: 'right' }).deleteUser('u'), undefined)
})

test('an error does not show a secret key that the server quotes', async (t) => {
  const secretKey = '0123456789abcdef'
  const body = JSON.stringify({ error: 'Bad Request', description: `headers: Authorization: Bearer ${secretKey}` })
  const { port } = await recordingServer(t, () => ({ status: 400, body }))
  const error = await rejection(createClient({ port }, { secretKey }).publishToUsers(['u'], payload))
  assert.equal(error.description, 'headers: Authorization: Bearer [secret]')
  assert.doesNotMatch(inspect(error, { depth: 9 }), /0123456789abcdef/)
})

test('a publish id does not show a secret key that the server quotes', async (t) => {
  const secretKey = '0123456789abcdef'
  const { port } = await recordingServer(t, ({ headers }) => ({
    body: JSON.stringify({ publishId: `id of ${headers.authorization}` }),
  }))
  const beams = createClient({ port }, { secretKey })
  assert.deepEqual(await beams.publishToUsers(['u'], payload), { publishId: 'id of Bearer [secret]' })
  const { publishes } = await beams.publishToManyUsers(['u'], payload)
  assert.deepEqual(publishes, [{ publishId: 'id of Bearer [secret]', users: 1 }])
})

test('the response to a deletion does not show a secret key that the server quotes', async (t) => {
  const secretKey = '0123456789abcdef'
  const { port } = await recordingServer(t, ({ headers }) => ({ body: JSON.stringify(headers.authorization) }))
  const beams = new Compat({ instanceId: 'i', secretKey, endpoint: `127.0.0.1:${port}` })
  assert.equal(await beams.deleteUser('u'), 'Bearer [secret]')
})

describe('a call that ends before it could make another attempt has what the last response said', () => {
  const body = '{"error":"Too Many Requests","description":"slow down"}'
  const refuse = () => ({ status: 429, headers: { 'retry-after': '30' }, body })
  const said = {
    status: 429,
    retryAfter: 30,
    error: 'Too Many Requests',
    description: 'slow down',
    delivery: 'refused',
  }

  function pick({ status, retryAfter, error, description, delivery }) {
    return { status, retryAfter, error, description, delivery }
  }

  test('because of its deadline', async (t) => {
    const { port } = await recordingServer(t, refuse)
    const error = await rejection(createClient({ port }, { deadline: 10_000 }).publishToUsers(['u'], payload))
    assert.deepEqual([error.code, pick(error)], ['ERR_BEAMS_TIMEOUT', said])
  })

  test('because its client is closed', async (t) => {
    const { port, requests } = await recordingServer(t, refuse)
    const beams = createClient({ port })
    const call = rejection(beams.publishToUsers(['u'], payload))
    // The response has been read when the client is paused.
    while (beams.stats().pausedUntil === undefined) await setImmediate()
    await beams.close({ timeout: 0 })
    const error = await call
    assert.deepEqual([error.code, pick(error), requests.length], ['ERR_BEAMS_CLOSED', said, 1])
  })
})
