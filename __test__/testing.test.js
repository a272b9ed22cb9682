'use strict'

// One contract for the fake of `beams-native/testing` and for the real client with an emulator.

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const http = require('node:http')
const net = require('node:net')
const jwt = require('jsonwebtoken')
const { startEmulator } = require('beams-emulator')
const { BeamsError, PushNotifications } = require('..')
const { beamsOrFake, fakeBeams } = require('../testing.js')
const { payload, rejection } = require('./helpers/clients.js')

const keys = { instanceId: 'my-instance', secretKey: 'my-secret-key' }
const many = (count) => Array.from({ length: count }, (_, index) => `user-${index}`)
const aborted = () => AbortSignal.abort(new Error('enough'))

/** The outcome of a call without publish ids and the service's own descriptions, which differ. */
async function outcomeOf(call) {
  try {
    return { value: withoutIds(await call()) }
  } catch (error) {
    if (!(error instanceof BeamsError)) return { reason: error.message }
    const { code, delivery, attempts, status, retryAfter, report, remaining, message } = error
    const isOurs = status === undefined
    const text = isOurs ? message : message.replace(/ - .*/, '')
    return { text, code, delivery, attempts, status, retryAfter, remaining, report: report && withoutIds(report) }
  }
}

function withoutIds(value) {
  return JSON.parse(
    JSON.stringify(value ?? null, (name, member) => {
      if (name === 'publishId') return member.startsWith('pubid-') ? 'pubid' : member
      return member instanceof BeamsError ? { code: member.code, delivery: member.delivery } : member
    }),
  )
}

describe('the fake and the real client agree', () => {
  let emulator
  before(async () => (emulator = await startEmulator()))
  after(() => emulator.close())

  const real = () => new PushNotifications({ ...keys, endpoint: emulator.url, maxRetries: 0 })
  const fake = () => fakeBeams({ ...keys, endpoint: emulator.url, maxRetries: 0 })

  for (const [name, call, expected] of [
    ['a publish to interests', (beams) => beams.publishToInterests(['a'], payload), { value: { publishId: 'pubid' } }],
    ['a publish to users', (beams) => beams.publishToUsers(['u', 'u'], payload), { value: { publishId: 'pubid' } }],
    ['a deletion', (beams) => beams.deleteUser('u'), { value: null }],
    ['no interests', (beams) => beams.publishToInterests([], payload), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['a missing list', (beams) => beams.publishToInterests(undefined, payload), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['101 interests', (beams) => beams.publishToInterests(many(101), payload), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['a forbidden character', (beams) => beams.publishToInterests(['a|b'], payload), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['1001 users', (beams) => beams.publishToUsers(many(1001), payload), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['a user that is not a string', (beams) => beams.publishToUsers(['u', 5], payload), 'ERR_BEAMS_INVALID_ARGUMENT'],
    [
      'a user that is too long',
      (beams) => beams.publishToUsers(['u'.repeat(165)], payload),
      'ERR_BEAMS_INVALID_ARGUMENT',
    ],
    ['no request', (beams) => beams.publishToUsers(['u']), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['a request that is not an object', (beams) => beams.publishToUsers(['u'], []), 'ERR_BEAMS_INVALID_ARGUMENT'],
    [
      'a request that cannot be serialized',
      (beams) => beams.publishToUsers(['u'], { a: 1n }),
      'ERR_BEAMS_INVALID_ARGUMENT',
    ],
    [
      'a request that is too large',
      (beams) => beams.publishToInterests(['a'], { web: { data: { text: 'x'.repeat(11_000) } } }),
      'ERR_BEAMS_INVALID_ARGUMENT',
    ],
    ['a misspelt option', (beams) => beams.publishToUsers(['u'], payload, { timout: 1 }), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['an option out of range', (beams) => beams.deleteUser('u', { maxRetries: -1 }), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['a user id that is a path', (beams) => beams.deleteUser('..'), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['a token for an empty user id', async (beams) => beams.generateToken(''), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['a detached method', ({ publishToUsers }) => publishToUsers(['u'], payload), 'ERR_BEAMS_INVALID_ARGUMENT'],
    ['no platform', (beams) => beams.publishToUsers(['u'], {}), 'ERR_BEAMS_UNPROCESSABLE'],
    [
      'a relative link',
      (beams) => beams.publishToUsers(['u'], { web: { notification: { title: 'x', deep_link: '/inbox' } } }),
      'ERR_BEAMS_UNPROCESSABLE',
    ],
    [
      'a content-available that is not 1',
      (beams) => beams.publishToInterests(['a'], { apns: { aps: { 'content-available': 0 } } }),
      'ERR_BEAMS_UNPROCESSABLE',
    ],
    ['an aborted signal', (beams) => beams.publishToUsers(['u'], payload, { signal: aborted() }), { reason: 'enough' }],
    [
      'a signal that is aborted during the call',
      (beams) => {
        const controller = new AbortController()
        const published = beams.publishToUsers(['u'], payload, { signal: controller.signal })
        controller.abort(new Error('stop'))
        return published
      },
      { reason: 'stop' },
    ],
    ['a closed client', (beams) => beams.close().then(() => beams.deleteUser('u')), 'ERR_BEAMS_CLOSED'],
    [
      'many users with a duplicate and an invalid one',
      (beams) => beams.publishToManyUsers([...many(2500), 'user-0', ''], payload, { concurrency: 1 }),
      {
        value: {
          publishes: [1000, 1000, 500].map((users) => ({ publishId: 'pubid', users })),
          publishedCount: 2500,
          resumedCount: 0,
          duplicateCount: 1,
          failures: [{ users: [''], error: { code: 'ERR_BEAMS_INVALID_ARGUMENT', delivery: 'not-sent' } }],
        },
      },
    ],
    [
      'an iterable of users that throws',
      (beams) =>
        beams.publishToManyUsers(
          (function* () {
            yield 'u'
            throw new Error('the database is down')
          })(),
          payload,
        ),
      'ERR_BEAMS_INTERRUPTED',
    ],
  ]) {
    test(`about ${name}`, async () => {
      const [seen, faked] = [await outcomeOf(() => call(real())), await outcomeOf(() => call(fake()))]
      assert.deepEqual(faked, seen)
      if (typeof expected === 'string') assert.equal(faked.code, expected)
      else assert.deepEqual(faked, expected)
    })
  }

  for (const [planned, fault, code, delivery] of [
    [{ code: 'ERR_BEAMS_INVALID_ARGUMENT' }, { status: 400 }, 'ERR_BEAMS_INVALID_ARGUMENT', 'refused'],
    [{ code: 'ERR_BEAMS_UNAUTHORIZED' }, { status: 401 }, 'ERR_BEAMS_UNAUTHORIZED', 'refused'],
    [{ code: 'ERR_BEAMS_PAYMENT_REQUIRED' }, { status: 402 }, 'ERR_BEAMS_PAYMENT_REQUIRED', 'refused'],
    [{ code: 'ERR_BEAMS_NOT_FOUND' }, { status: 404 }, 'ERR_BEAMS_NOT_FOUND', 'refused'],
    [{ code: 'ERR_BEAMS_UNPROCESSABLE' }, { status: 422 }, 'ERR_BEAMS_UNPROCESSABLE', 'refused'],
    [{ code: 'ERR_BEAMS_RATE_LIMITED' }, { status: 429 }, 'ERR_BEAMS_RATE_LIMITED', 'refused'],
    [{ code: 'ERR_BEAMS_SERVER' }, { status: 500 }, 'ERR_BEAMS_SERVER', 'unknown'],
    [{ code: 'ERR_BEAMS_SERVER', delivery: 'refused' }, { status: 503 }, 'ERR_BEAMS_SERVER', 'refused'],
    [{ status: 503, delivery: 'unknown' }, { status: 503, body: 'html' }, 'ERR_BEAMS_SERVER', 'unknown'],
    [{ status: 302 }, { status: 302 }, 'ERR_BEAMS_BAD_RESPONSE', 'unknown'],
    [{ code: 'ERR_BEAMS_BAD_RESPONSE' }, { status: 200, body: 'html' }, 'ERR_BEAMS_BAD_RESPONSE', 'unknown'],
    [{ code: 'ERR_BEAMS_CONNECTION', delivery: 'unknown' }, { reset: true }, 'ERR_BEAMS_CONNECTION', 'unknown'],
  ]) {
    test(`about a failure that is planned as ${JSON.stringify(planned)}`, async () => {
      for (const call of [
        (beams) => beams.publishToUsers(['u'], payload),
        (beams) => beams.deleteUser('u'),
        (beams) => beams.publishToManyUsers(many(1500), payload, { concurrency: 1 }),
      ]) {
        emulator.reset()
        emulator.failNext(fault)
        const planning = fake()
        planning.failNext(planned)
        const [seen, faked] = [await outcomeOf(() => call(real())), await outcomeOf(() => call(planning))]
        assert.deepEqual(faked, seen)
        const failed = faked.value?.failures[0].error ?? faked
        assert.deepEqual([failed.code, failed.delivery], [code, delivery])
      }
    })
  }

  test('about a time limit', async (t) => {
    const silent = net.createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    t.after(() => silent.close())
    const options = { ...keys, endpoint: '127.0.0.1', port: silent.address().port, timeout: 50, maxRetries: 0 }
    const planning = fakeBeams(options)
    planning.failNext({ code: 'ERR_BEAMS_TIMEOUT' })
    const client = new PushNotifications(options)
    const seen = await outcomeOf(() => client.publishToUsers(['u'], payload))
    assert.deepEqual(await outcomeOf(() => planning.publishToUsers(['u'], payload)), seen)
    assert.deepEqual([seen.code, seen.delivery], ['ERR_BEAMS_TIMEOUT', 'unknown'])
  })

  test('about what the service receives', async () => {
    emulator.reset()
    const faking = fake()
    for (const beams of [real(), faking]) {
      await beams.publishToInterests(['a', 'b', 'a'], { ...payload, fcm: { data: { id: '7', gone: undefined } } })
      await beams.publishToUsers(['u', '\ud800'], { web: { data: { at: new Date(0) } } })
      await beams.publishToManyUsers(many(1001), payload, { concurrency: 1 })
    }
    const received = emulator
      .publishes()
      .map(({ publishId: _id, instanceId: _instance, receivedAt: _at, ...rest }) => rest)
    const faked = faking.publishes().map(({ publishId: _id, ...rest }) => rest)
    assert.equal(faked.length, 4)
    assert.deepEqual(received, faked)
  })

  for (const [name, options] of [
    ['a number', 5],
    ['null', null],
    ['an empty instance id', { ...keys, instanceId: '' }],
    ['a blank key', { ...keys, secretKey: ' ' }],
    ['a misspelt option', { ...keys, maxRetrys: 0 }],
    ['an option out of range', { ...keys, timeout: 0 }],
    [
      'options that throw',
      {
        get instanceId() {
          throw new Error('no configuration')
        },
      },
    ],
  ]) {
    test(`about options: ${name}`, async () => {
      const seen = await outcomeOf(async () => new PushNotifications(options))
      assert.equal(seen.code, 'ERR_BEAMS_INVALID_ARGUMENT')
      assert.deepEqual(await outcomeOf(async () => fakeBeams(options)), seen)
      assert.deepEqual(await outcomeOf(async () => beamsOrFake(options)), seen)
    })
  }
})

describe('a fake', () => {
  test('is a PushNotifications', () => assert.ok(fakeBeams() instanceof PushNotifications))

  test('makes tokens that are valid for its key', () => {
    const { sub, iss } = jwt.verify(fakeBeams(keys).generateToken('user-1'), keys.secretKey)
    assert.deepEqual([sub, iss], ['user-1', 'https://my-instance.pushnotifications.pusher.com'])
  })

  test('has an instance and a key by default', () => {
    const beams = fakeBeams()
    assert.equal(beams.instanceId, 'fake-instance')
    assert.equal(jwt.verify(beams.generateToken('u'), 'fake-secret-key').sub, 'u')
  })

  test('has the instance and the key that its options inherit', () => {
    assert.equal(fakeBeams(Object.create(keys)).instanceId, keys.instanceId)
  })

  test('records calls with their results and errors, in the order in which they were made', async () => {
    const beams = fakeBeams()
    const token = beams.generateToken('u')
    const published = beams.publishToUsers(['u'], payload, { timeout: 5 })
    assert.deepEqual(beams.calls[1], { method: 'publishToUsers', args: [['u'], payload, { timeout: 5 }] })
    const result = await published
    const error = await rejection(beams.deleteUser(''))
    assert.throws(() => beams.generateToken())
    assert.deepEqual(
      beams.calls.map(({ method }) => method),
      ['generateToken', 'publishToUsers', 'deleteUser', 'generateToken'],
    )
    assert.equal(beams.calls[0].result, token)
    assert.deepEqual(beams.calls[1].result, result)
    assert.equal(beams.calls[2].error, error)
    assert.equal(beams.calls[3].error.code, 'ERR_BEAMS_INVALID_ARGUMENT')
  })

  test('records a publish as it was, even if the object is changed afterwards', async () => {
    const beams = fakeBeams()
    const request = { web: { notification: { title: 'before' } } }
    const { publishId } = await beams.publishToUsers(['u'], request)
    request.web.notification.title = 'after'
    beams.publishes()[0].web.notification.title = 'after'
    assert.deepEqual(beams.publishes(), [{ publishId, users: ['u'], web: { notification: { title: 'before' } } }])
  })

  test('lists no publish that was refused', async () => {
    const beams = fakeBeams()
    await rejection(beams.publishToUsers(['u'], {}))
    beams.failNext({ status: 500 })
    await rejection(beams.publishToUsers(['u'], payload))
    assert.deepEqual(beams.publishes(), [])
    assert.equal(beams.calls.length, 2)
  })

  test('fails as planned, in order, and then succeeds', async () => {
    const beams = fakeBeams()
    beams.failNext({ code: 'ERR_BEAMS_RATE_LIMITED', retryAfter: 120 })
    beams.failNext({ code: 'ERR_BEAMS_CONNECTION', delivery: 'not-sent' })
    await rejection(beams.publishToUsers([], payload))
    const first = await rejection(beams.publishToUsers(['u'], payload))
    assert.deepEqual([first.code, first.retryAfter, first.attempts], ['ERR_BEAMS_RATE_LIMITED', 120, 1])
    const second = await rejection(beams.deleteUser('u'))
    assert.deepEqual([second.code, second.delivery], ['ERR_BEAMS_CONNECTION', 'not-sent'])
    await beams.deleteUser('u')
  })

  for (const [name, failure, message] of [
    ['nothing', undefined, /^failure argument must be an object$/],
    ['null', null, /^failure argument must be an object$/],
    ['a code alone', 'ERR_BEAMS_SERVER', /^failure argument must be an object$/],
    ['an empty plan', {}, /needs a code or a status$/],
    ['an unknown code', { code: 'ERR_BEAMS_COFFEE' }, /^code must be one of ERR_BEAMS_INVALID_ARGUMENT, /],
    ['a code that is not of a request', { code: 'ERR_BEAMS_CLOSED' }, /^code must be one of /],
    [
      'a delivery that the code never has',
      { code: 'ERR_BEAMS_UNAUTHORIZED', delivery: 'unknown' },
      /^status 401 leads to /,
    ],
    [
      'a status of another code',
      { code: 'ERR_BEAMS_SERVER', status: 404 },
      /^status 404 leads to ERR_BEAMS_NOT_FOUND /,
    ],
    ['an invalid status', { status: 99 }, /^status must be from 200 to 599/],
    ['a fractional status', { status: 500.5 }, /^status must be an integer/],
    ['a status as text', { status: '500' }, /^status must be an integer/],
    ['a negative wait', { status: 429, retryAfter: -1 }, /^retryAfter must be a number of seconds/],
    ['a wait without a response', { code: 'ERR_BEAMS_TIMEOUT', retryAfter: 1 }, /has no response/],
    ['a misspelt member', { code: 'ERR_BEAMS_SERVER', retryafter: 1 }, /^retryafter is not an option/],
  ]) {
    test(`refuses to plan ${name}`, async () => {
      const beams = fakeBeams()
      assert.throws(() => beams.failNext(failure), { name: 'BeamsError', code: 'ERR_BEAMS_INVALID_ARGUMENT', message })
      await beams.publishToUsers(['u'], payload)
    })
  }

  test('forgets everything when it is reset', async () => {
    const beams = fakeBeams()
    const first = await beams.publishToUsers(['u'], payload)
    beams.failNext({ status: 500 })
    beams.reset()
    assert.deepEqual([beams.calls, beams.publishes()], [[], []])
    assert.deepEqual(await beams.publishToUsers(['u'], payload), first)
  })

  test('does not hide unhandled rejections', () => {
    const program = `require(${JSON.stringify(require.resolve('../testing.js'))}).fakeBeams().deleteUser('')`
    const { status, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' })
    assert.equal(status, 1)
    assert.match(stderr, /ERR_BEAMS_INVALID_ARGUMENT/)
  })

  test('publishes to a hundred thousand users at once, whatever its rate limit', async () => {
    const beams = fakeBeams({ maxRequestsPerSecond: 0.001 })
    const { publishes, publishedCount } = await beams.publishToManyUsers(many(100_000), payload)
    assert.deepEqual([publishes.length, publishedCount], [100, 100_000])
  })

  test('opens no connection', async (t) => {
    const server = http.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    t.after(() => server.close())
    let connections = 0
    server.on('connection', () => connections++)
    const endpoint = `127.0.0.1:${server.address().port}`
    for (const beams of [fakeBeams({ endpoint }), silently(() => beamsOrFake({ endpoint }))]) {
      await beams.publishToUsers(['u'], payload)
      await beams.publishToManyUsers(many(2000), payload)
      await beams.deleteUser('u')
      await beams.close()
    }
    assert.equal(connections, 0)
  })
})

/** Calls back while warnings go nowhere. */
function silently(make) {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return make()
  } finally {
    process.emitWarning = emitWarning
  }
}

describe('beamsOrFake', () => {
  for (const [name, options] of [
    ['without keys', {}],
    ['with keys that are undefined', { instanceId: undefined, secretKey: undefined }],
    ['with keys that are empty, as in an .env file', { instanceId: '', secretKey: '' }],
  ]) {
    test(`${name}, warns once and sends nothing`, async () => {
      const warning = new Promise((resolve) => process.once('warning', resolve))
      const beams = beamsOrFake(options)
      const { name: kind, message } = await warning
      assert.equal(kind, 'BeamsWarning')
      assert.match(message, /checked and discarded/)
      assert.match((await beams.publishToUsers(['u'], payload)).publishId, /^pubid-/)
      assert.equal((await rejection(beams.publishToUsers(['u'], {}))).code, 'ERR_BEAMS_UNPROCESSABLE')
    })
  }

  test('with both keys, is the real client', async (t) => {
    const emulator = await startEmulator()
    t.after(() => emulator.close())
    await beamsOrFake({ ...keys, endpoint: emulator.url }).publishToUsers(['u'], payload)
    assert.equal(emulator.publishes().length, 1)
  })

  for (const options of [{ instanceId: 'i' }, { secretKey: 'k' }, { instanceId: '', secretKey: 'k' }]) {
    test(`refuses half a configuration: ${JSON.stringify(options)}`, () => {
      assert.throws(() => beamsOrFake(options), { code: 'ERR_BEAMS_INVALID_ARGUMENT' })
    })
  }
})
