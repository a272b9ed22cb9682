'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { subscribe, tracingChannel, unsubscribe } = require('node:diagnostics_channel')
const { execFile } = require('node:child_process')
const { promisify, inspect } = require('node:util')
const { PushNotifications } = require('..')
const { recordingServer, socketServer, unusedPort } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')

/** What the channel tells while `run` runs, each message as it was at that moment. */
async function recordMessages(run) {
  const messages = []
  const names = ['start', 'end', 'asyncStart', 'asyncEnd', 'error']
  const listeners = Object.fromEntries(names.map((name) => [name, (message) => messages.push([name, { ...message }])]))
  const channel = tracingChannel('beams-native:request')
  channel.subscribe(listeners)
  await run()
  channel.unsubscribe(listeners)
  return messages
}

describe('the tracing channel', () => {
  test('reports a successful call', async (t) => {
    const { port } = await recordingServer(t)
    const before = performance.now()
    const messages = await recordMessages(() => createClient({ port }).publishToUsers(['a', 'b'], payload))
    const elapsed = performance.now() - before
    assert.deepEqual(
      messages.map(([name]) => name),
      ['start', 'end', 'asyncStart', 'asyncEnd'],
    )
    const { startTime, ...start } = messages[0][1]
    const call = {
      operation: 'publishToUsers',
      targets: 2,
      instanceId: 'my-instance',
      serverAddress: '127.0.0.1',
      serverPort: port,
      method: 'POST',
      url: `http://127.0.0.1:${port}/publish_api/v1/instances/my-instance/publishes/users`,
    }
    assert.deepEqual(start, call)
    const { duration, requests, ...end } = messages.at(-1)[1]
    assert.ok(duration >= requests[0].duration && duration <= elapsed)
    assert.deepEqual(
      requests.map(({ startTime: started, duration: took, ...rest }) => [started >= startTime, took > 0, rest]),
      [[true, true, { attempt: 1, status: 200 }]],
    )
    assert.deepEqual(end, {
      ...call,
      startTime,
      attempts: 1,
      status: 200,
      result: { publishId: 'pubid-1' },
    })
  })

  test('warns of no logger where there is none', async (t) => {
    const emit = t.mock.method(process, 'emitWarning', () => {})
    const { port } = await recordingServer(t)
    await recordMessages(() => createClient({ port }).deleteUser('u'))
    await new Promise(setImmediate)
    assert.equal(emit.mock.callCount(), 0)
  })

  test('reports a failed call and its retries', async (t) => {
    const { port } = await recordingServer(t, () => ({ status: 503, headers: { 'retry-after': '0' } }))
    const messages = await recordMessages(() => rejection(createClient({ port }, { maxRetries: 2 }).deleteUser('u')))
    const [name, { operation, targets, attempts, status, error, requests }] = messages.at(-1)
    assert.deepEqual(
      messages.map(([each]) => each),
      ['start', 'end', 'error', 'asyncStart', 'asyncEnd'],
    )
    assert.deepEqual([name, operation, targets, attempts, status], ['asyncEnd', 'deleteUser', 1, 3, 503])
    assert.deepEqual(error, { name: 'BeamsError', code: 'ERR_BEAMS_SERVER', delivery: 'unknown', status })
    const failed = { status: 503, errorCode: 'ERR_BEAMS_SERVER' }
    assert.deepEqual(
      requests.map(({ startTime: _startTime, duration: _duration, ...rest }) => rest),
      [1, 2, 3].map((attempt) => ({ attempt, ...failed })),
    )
    const ends = requests.map(({ startTime, duration }) => startTime + duration)
    assert.ok(requests.every(({ startTime }, index) => index === 0 || startTime >= Math.floor(ends[index - 1])))
  })

  test('reports each request of a publish to many users, and of none of them', async (t) => {
    const { port } = await recordingServer(t, (_request, number) => (number === 2 ? { status: 422 } : undefined))
    const users = Array.from({ length: 2500 }, (_, index) => `hidden-${index}`)
    const messages = await recordMessages(() =>
      createClient({ port }).publishToManyUsers(users, payload, { concurrency: 1 }),
    )
    const { operation, targets, attempts, requests, result } = messages.at(-1)[1]
    assert.deepEqual([operation, targets, attempts, result], ['publishToManyUsers', 2500, 3, undefined])
    assert.deepEqual(
      requests.map(({ status, errorCode }) => [status, errorCode]),
      [[200, undefined], [422, 'ERR_BEAMS_UNPROCESSABLE'], [200, undefined]], // prettier-ignore
    )
    assert.doesNotMatch(inspect(messages, { depth: null, maxArrayLength: null }), /hidden/)
  })

  test('reports a connection that failed, whose request has no status', async () => {
    const port = await unusedPort()
    const messages = await recordMessages(() => rejection(createClient({ port }, { maxRetries: 0 }).deleteUser('u')))
    const [, message] = messages.at(-1)
    const [{ startTime: _startTime, duration: _duration, ...request }] = message.requests
    assert.deepEqual(request, { attempt: 1, errorCode: 'ERR_BEAMS_CONNECTION' })
    assert.ok(!('status' in message))
  })

  test('reports the status of a response that was cut off', async (t) => {
    const { port } = await socketServer(t, (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"'))
    const messages = await recordMessages(async () => {
      const error = await rejection(createClient({ port }, { maxRetries: 0 }).publishToUsers(['u'], payload))
      assert.deepEqual([error.code, error.status, error.delivery], ['ERR_BEAMS_CONNECTION', 200, 'unknown'])
    })
    const [{ status, errorCode }] = messages.at(-1)[1].requests
    assert.deepEqual([status, errorCode], [200, 'ERR_BEAMS_CONNECTION'])
  })

  test('reports the requests of a call that was aborted, including the one in flight', async (t) => {
    const controller = new AbortController()
    const { port } = await socketServer(t, (socket, number) => {
      if (number === 1) socket.write('HTTP/1.1 503 \r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n')
      else controller.abort()
    })
    const messages = await recordMessages(() =>
      assert.rejects(createClient({ port }).deleteUser('u', { signal: controller.signal }), { name: 'AbortError' }),
    )
    const { attempts, status, error, requests } = messages.at(-1)[1]
    assert.deepEqual([attempts, status, error], [2, 503, { name: 'AbortError' }])
    assert.deepEqual(
      requests.map(({ attempt, status: each, errorCode }) => [attempt, each, errorCode]),
      [[1, 503, 'ERR_BEAMS_SERVER'], [2, undefined, 'ABORT_ERR']], // prettier-ignore
    )
  })

  test('names no user in the URL of a deletion', async (t) => {
    const { port } = await recordingServer(t)
    const messages = await recordMessages(() => createClient({ port }).deleteUser('hidden-user'))
    const { method, url } = messages.at(-1)[1]
    assert.equal(
      `${method} ${url}`,
      `DELETE http://127.0.0.1:${port}/customer_api/v1/instances/my-instance/users/REDACTED`,
    )
  })

  test('counts the attempts of each chunk of a publish to many users', async (t) => {
    const { port } = await recordingServer(t, (_request, number) =>
      number === 2 ? { status: 429, headers: { 'retry-after': '0' } } : undefined,
    )
    const users = Array.from({ length: 2000 }, (_, index) => `user-${index}`)
    const messages = await recordMessages(() =>
      createClient({ port }).publishToManyUsers(users, payload, { concurrency: 1 }),
    )
    assert.deepEqual(
      messages.at(-1)[1].requests.map(({ attempt, status }) => [attempt, status]),
      [[1, 200], [1, 429], [2, 200]], // prettier-ignore
    )
  })

  const circular = {}
  circular.web = circular
  for (const [name, call] of Object.entries({
    'targets that are no array': (beams) => beams.publishToInterests('x'),
    'a payload that cannot be serialized': (beams) => beams.publishToUsers(['u'], circular),
    'an unknown option': (beams) => beams.deleteUser('u', { timeOut: 5 }),
    'a number that is too small': (beams) => beams.publishToUsers(['u'], payload, { timeout: 0 }),
  })) {
    test(`reports a call with ${name}, and the logger logs it`, async () => {
      const lines = []
      const logger = { debug() {}, warn() {}, error: (line) => lines.push(line) }
      const messages = await recordMessages(() => rejection(call(createClient({ port: 1 }, { logger }))))
      const { error, requests } = messages.at(-1)[1]
      assert.deepEqual([error.code, requests], ['ERR_BEAMS_INVALID_ARGUMENT', []])
      assert.equal(lines.length, 1)
    })
  }

  test('reports an aborted call of which the reason throws when it is read', async () => {
    const reason = new Proxy({}, { get() { throw new Error('oops') } }) // prettier-ignore
    let thrown
    const messages = await recordMessages(async () => {
      try {
        await createClient({ port: 1 }).deleteUser('u', { signal: AbortSignal.abort(reason) })
      } catch (error) {
        thrown = error
      }
    })
    assert.ok(thrown === reason)
    assert.deepEqual(messages.at(-1)[1].error, {})
  })

  test('reports nothing of a call without a client, which rejects all the same', async () => {
    const { publishToUsers } = PushNotifications.prototype
    const messages = await recordMessages(async () => {
      const { message } = await rejection(publishToUsers.call({}, ['u'], payload))
      assert.equal(message, 'publishToUsers must be called on a PushNotifications')
    })
    assert.deepEqual(messages, [])
  })

  test('reports a call whose signal throws when it is listened to', async () => {
    const oops = new Error('oops')
    const signal = { aborted: false, addEventListener() { throw oops } } // prettier-ignore
    const messages = await recordMessages(async () => {
      const error = await rejection(createClient({ port: 1 }).deleteUser('u', { signal }))
      assert.deepEqual([error.code, error.cause], ['ERR_BEAMS_INVALID_ARGUMENT', oops])
    })
    const [name, { error, requests }] = messages.at(-1)
    assert.deepEqual([name, error.code, requests], ['asyncEnd', 'ERR_BEAMS_INVALID_ARGUMENT', []])
  })

  for (const name of ['start', 'end', 'asyncStart', 'asyncEnd', 'error']) {
    test(`reports to a subscriber of nothing but ${name}`, async (t) => {
      const { port } = await recordingServer(t, () => ({ status: 422 }))
      let message
      const subscriber = (published) => (message = published)
      subscribe(`tracing:beams-native:request:${name}`, subscriber)
      await rejection(createClient({ port }).deleteUser('u'))
      unsubscribe(`tracing:beams-native:request:${name}`, subscriber)
      assert.deepEqual([message.operation, message.attempts, message.requests.length], ['deleteUser', 1, 1])
    })
  }

  test('does not let a subscriber change the result', async (t) => {
    const { port } = await recordingServer(t)
    const change = ({ result }) => (result.publishId = 'changed')
    subscribe('tracing:beams-native:request:asyncStart', change)
    t.after(() => unsubscribe('tracing:beams-native:request:asyncStart', change))
    assert.deepEqual(await createClient({ port }).publishToUsers(['u'], payload), { publishId: 'pubid-1' })
  })

  test('reports a deletion without a result', async (t) => {
    const { port } = await recordingServer(t)
    const messages = await recordMessages(() => createClient({ port }).deleteUser('u'))
    assert.ok(!('result' in messages.at(-1)[1]))
  })

  test('never shows the payload, the targets or the key', async (t) => {
    const { port } = await recordingServer(t, () => ({ status: 400 }))
    const beams = createClient({ port }, { secretKey: 'hidden-key' })
    const messages = await recordMessages(async () => {
      await rejection(beams.publishToUsers(['hidden-user'], { web: { notification: { title: 'hidden-title' } } }))
      await rejection(beams.deleteUser('hidden-user'))
    })
    assert.doesNotMatch(inspect(messages, { depth: null }), /hidden/)
  })

  test('does not change results and errors', async (t) => {
    const { port } = await recordingServer(t, (_request, number) => (number === 2 ? { status: 404 } : undefined))
    const beams = createClient({ port })
    await recordMessages(async () => {
      assert.deepEqual(await beams.publishToUsers(['u'], payload), { publishId: 'pubid-1' })
      assert.equal((await rejection(beams.publishToUsers(['u'], payload))).status, 404)
    })
  })
})

describe('BEAMS_LOG', () => {
  async function readStandardError(level, port) {
    const program = `
      const { PushNotifications } = require('beams-native')
      const beams = new PushNotifications({ instanceId: 'i', secretKey: 'hidden-key', endpoint: '127.0.0.1', port: ${port} })
      beams.deleteUser('hidden-user')`
    const env = { ...process.env, BEAMS_LOG: level }
    const { stderr } = await promisify(execFile)(process.execPath, ['-e', program], { env, cwd: __dirname })
    return stderr
  }
  const busyOnce = ({ path, headers }, number) => {
    const body = JSON.stringify({ error: 'Busy', description: `${path} ${headers.authorization}\n2026 DEBUG forged` })
    return number === 1 ? { status: 503, body, headers: { 'retry-after': '0' } } : {}
  }

  test('of debug prints a line an attempt, without the user and the key, whatever a response quotes', async (t) => {
    const { port } = await recordingServer(t, busyOnce)
    const lines = (await readStandardError('debug', port)).trimEnd().split('\n')
    assert.equal(lines.length, 2)
    assert.match(
      lines[0],
      /DEBUG delete user attempt=1 status=503 milliseconds=\d+ delivery="refused" error=ERR_BEAMS_SERVER$/,
    )
    assert.match(lines[1], /DEBUG delete user attempt=2 status=200 milliseconds=\d+$/)
    assert.doesNotMatch(lines.join(), /hidden/)
  })

  for (const level of ['', 'off', 'info', 'nonsense']) {
    test(`of '${level}' prints nothing`, async (t) => {
      const { port } = await recordingServer(t, busyOnce)
      assert.equal(await readStandardError(level, port), '')
    })
  }
})
