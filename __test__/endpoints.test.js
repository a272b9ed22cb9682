'use strict'

// The behaviour of the endpoints, in each supported framework.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const jwt = require('jsonwebtoken')
const { PushNotifications, BeamsError, signWebhook } = require('..')
const Compat = require('../compat.js')
const { AUTH, WEBHOOK, fetchHosts, getHeader, nodeHosts } = require('./helpers/endpoint-hosts.js')

const hosts = Object.entries({ ...nodeHosts, ...fetchHosts })
const keys = { instanceId: 'my-instance', secretKey: 'my-key' }
const beams = new PushNotifications(keys)
const userId = (request) => getHeader(request, 'x-user')
const secret = 'hush'

const createBody = (eventType, eventId = 'event-1') =>
  JSON.stringify({
    payload: { instance_id: 'my-instance', publish_id: 'pubid-1', user_id: 'ada' },
    metadata: {
      created_at: '2026-01-31T10:42:16+0000',
      event_type: eventType,
      event_id: eventId,
      product: 'beams',
    },
    custom_data: {},
  })
const opened = createBody('v1.UserNotificationOpen')
const post = (body, headers = signWebhook(body, secret)) => ({ method: 'POST', body, headers })

/** A promise and what settles it. */
function defer() {
  let resolve
  const promise = new Promise((settle) => (resolve = settle))
  return { promise, resolve }
}

for (const [name, start] of hosts) {
  describe(`the auth endpoint with ${name}`, () => {
    const ask = async (t, query, user, options = { userId }) => {
      const send = await start(t, { auth: [beams, options] })
      return send(`${AUTH}${query}`, { headers: user === undefined ? {} : { 'x-user': user } })
    }

    for (const [who, options] of [
      ['the session has', { userId }],
      ['the session has, once a database has said so', { userId: async (request) => userId(request) }],
    ]) {
      test(`makes a token for the user whom ${who}`, async (t) => {
        const response = await ask(t, '?user_id=ada', 'ada', options)
        assert.equal(response.status, 200)
        assert.match(response.headers.get('content-type'), /^application\/json/)
        assert.equal(response.headers.get('cache-control'), 'no-store')
        const { token, ...rest } = await response.json()
        assert.equal(jwt.verify(token, keys.secretKey).sub, 'ada')
        assert.deepEqual(rest, {})
      })
    }

    const [nobody, other, several] = ['nobody is logged in', 'the user_id is not that of the user who is logged in', 'the query must have one user_id'] // prettier-ignore
    for (const [what, query, user, status, error, description] of [
      ['nobody is logged in', '?user_id=ada', undefined, 401, 'Unauthorized', nobody],
      ['the id is empty and nobody is logged in', '?user_id=', undefined, 401, 'Unauthorized', nobody],
      ['another user is asked for', '?user_id=grace', 'ada', 403, 'Forbidden', other],
      ['the id is longer', '?user_id=ada1', 'ada', 403, 'Forbidden', other],
      ['the id is empty', '?user_id=', 'ada', 403, 'Forbidden', other],
      ['there is no id', '', 'ada', 400, 'Bad Request', several],
      ['there are two ids', '?user_id=ada&user_id=grace', 'ada', 400, 'Bad Request', several],
    ]) {
      test(`makes no token if ${what}`, async (t) => {
        const response = await ask(t, query, user)
        assert.equal(response.status, status)
        assert.equal(response.headers.get('cache-control'), 'no-store')
        assert.deepEqual(await response.json(), { error, description })
      })
    }
  })

  describe(`the webhook endpoint with ${name}`, () => {
    const receive = async (t, options, handlers) => {
      const send = await start(t, { webhook: [{ secret, ...options }, handlers] })
      return (init) => send(WEBHOOK, init)
    }
    const fail = (error) => assert.fail(error)

    test('responds before the handler has ended', async (t) => {
      const [responded, handled] = [defer(), defer()]
      const send = await receive(
        t,
        { onError: fail },
        {
          'v1.UserNotificationOpen': async (event) => {
            await responded.promise
            handled.resolve(event)
          },
        },
      )
      const response = await send(post(opened))
      assert.deepEqual([response.status, await response.text()], [204, ''])
      responded.resolve()
      const { eventId, payload } = await handled.promise
      assert.deepEqual([eventId, payload.user_id], ['event-1', 'ada'])
    })

    test('refuses a body that was not signed with the secret, and reports nothing', async (t) => {
      const send = await receive(t, { onError: fail }, fail)
      for (const headers of [{}, signWebhook(opened, 'other'), signWebhook(`${opened} `, secret)]) {
        const response = await send(post(opened, headers))
        assert.equal(response.status, 401)
        assert.equal((await response.json()).error, 'Unauthorized')
      }
    })

    test('refuses and reports a signed body that is not an event', async (t) => {
      const errors = []
      const send = await receive(t, { onError: (...args) => errors.push(args) }, fail)
      assert.equal((await send(post('{}'))).status, 400)
      assert.deepEqual(
        errors.map(([{ code }, event]) => [code, event]),
        [['ERR_BEAMS_WEBHOOK_PAYLOAD', undefined]],
      )
    })

    test('responds with 500 and reports why if its own secret is not set', async (t) => {
      for (const unset of [undefined, '', []]) {
        const errors = []
        const send = await receive(t, { secret: unset, onError: (error) => errors.push(error) }, fail)
        const response = await send(post(opened))
        assert.equal(response.status, 500)
        const description = 'the reason is in the log of this server'
        assert.deepEqual(await response.json(), { error: 'Internal Server Error', description })
        assert.match(errors[0].message, /secret/)
      }
    })

    test('refuses a body above maxBytes, and reports nothing', async (t) => {
      const maxBytes = Buffer.byteLength(opened)
      const send = await receive(t, { maxBytes, onError: fail }, () => {})
      assert.equal((await send(post(opened))).status, 204)
      const response = await send(post(`${opened} `))
      assert.equal(response.status, 413)
      const description = `the body has more than ${maxBytes} bytes`
      assert.deepEqual(await response.json(), { error: 'Content Too Large', description })
    })

    test('accepts the largest event of the service', async (t) => {
      const handled = defer()
      const users = Array.from({ length: 1000 }, () => 'é'.repeat(164))
      const event = JSON.parse(createBody('v1.PublishToUsersAttempt'))
      event.payload = { users_delivered_to_gateway: users, users_no_devices: [], users_gateway_failed: [] }
      const escaped = JSON.stringify(event).replaceAll('é', '\\u00e9')
      assert.ok(escaped.length > 900_000)
      const send = await receive(t, { onError: fail }, handled.resolve)
      assert.equal((await send(post(escaped))).status, 204)
      assert.deepEqual((await handled.promise).payload.users_delivered_to_gateway, users)
    })

    test('handles an event once if `seen` remembers it, and again if the store had failed', async (t) => {
      const [handled, errors, ids] = [[], [], new Set()]
      let isDown = true
      const seen = async ({ eventId }) => {
        if (isDown) throw new Error('the database is down')
        const size = ids.size
        await undefined
        return ids.add(eventId).size === size
      }
      const last = defer()
      const send = await receive(t, { seen, onError: (error) => errors.push(error.message) }, ({ eventId }) => {
        handled.push(eventId)
        if (eventId === 'event-2') last.resolve()
      })
      assert.equal((await send(post(opened))).status, 500)
      assert.deepEqual([errors, handled], [['the database is down'], []])
      isDown = false
      for (const body of [opened, opened, createBody('v1.UserNotificationOpen', 'event-2')]) {
        assert.equal((await send(post(body))).status, 204)
      }
      await last.promise
      assert.deepEqual(handled, ['event-1', 'event-2'])
    })
  })
}

describe('the auth endpoint takes GET and HEAD, the webhook endpoint POST, and both refuse other methods', () => {
  for (const [name, start] of hosts) {
    test(`with ${name}`, async (t) => {
      const send = await start(t, { auth: [beams, { userId }], webhook: [{ secret }, {}] })
      const [authDescription, webhookDescription] = ['the client SDKs send GET', 'webhooks are sent with POST']
      for (const [path, method, allow, description] of [
        [`${AUTH}?user_id=ada`, 'POST', 'GET, HEAD', authDescription],
        [`${AUTH}?user_id=ada`, 'OPTIONS', 'GET, HEAD', authDescription],
        [WEBHOOK, 'GET', 'POST', webhookDescription],
        [WEBHOOK, 'PUT', 'POST', webhookDescription],
        [WEBHOOK, 'OPTIONS', 'POST', webhookDescription],
      ]) {
        const response = await send(path, { method, headers: { 'x-user': 'ada' } })
        assert.deepEqual([response.status, response.headers.get('allow')], [405, allow])
        assert.deepEqual(await response.json(), { error: 'Method Not Allowed', description })
      }
      const head = (path) => send(path, { method: 'HEAD', headers: { 'x-user': 'ada' } })
      assert.equal((await head(`${AUTH}?user_id=ada`)).status, 200)
      assert.equal((await head(WEBHOOK)).status, 405)
    })
  }
})

describe('a user id is compared as each client SDK encodes it', () => {
  const start = nodeHosts['node:http']
  const user = 'ada+king@example.com / é'
  for (const [client, encoded] of [
    ['browsers and Android', encodeURIComponent(user)],
    ['iOS', 'ada+king@example.com%20/%20%C3%A9'],
    ['forms', new URLSearchParams({ user_id: user }).toString().slice('user_id='.length)],
  ]) {
    test(`by ${client}`, async (t) => {
      const send = await start(t, { auth: [beams, { userId: () => user }] })
      for (const query of [`?user_id=${encoded}`, `?app=1&user_id=${encoded}`]) {
        const response = await send(`${AUTH}${query}`)
        assert.equal(jwt.decode((await response.json()).token)?.sub, user)
      }
    })
  }

  test('and never as another id', async (t) => {
    const send = await start(t, { auth: [beams, { userId: () => 'a b' }] })
    assert.equal((await send(`${AUTH}?user_id=a%2Bb`)).status, 403)
  })
})

test('a client of compat makes the same response', async (t) => {
  const send = await nodeHosts['node:http'](t, { auth: [new Compat(keys), { userId }] })
  const { token } = await (await send(`${AUTH}?user_id=ada`, { headers: { 'x-user': 'ada' } })).json()
  assert.equal(jwt.verify(token, keys.secretKey).sub, 'ada')
})

describe('the handlers', () => {
  const { 'Request → Response': start } = fetchHosts
  const events = ['v1.PublishToUsersAttempt', 'v1.UserNotificationAcknowledgement', 'v1.UserNotificationOpen', 'v9.New']
  const receive = async (t, options, handlers) => {
    const running = []
    const after = (run) => running.push(run)
    const send = start(t, { webhook: [{ secret, after, ...options }, handlers] })
    const response = await send(WEBHOOK, post(opened))
    return { send, response, run: () => Promise.all(running.map((run) => run())) }
  }

  test('get only the events of their type, and those of newer types as unknown', async (t) => {
    const got = []
    const handlers = Object.fromEntries(
      [...events.slice(0, 3), 'unknown'].map((type) => [type, (event) => got.push([type, event.metadata.event_type])]),
    )
    const send = start(t, { webhook: [{ secret, after: (run) => run() }, handlers] })
    for (const type of events) assert.equal((await send(WEBHOOK, post(createBody(type)))).status, 204)
    assert.deepEqual(got, [...events.slice(0, 3).map((type) => [type, type]), ['unknown', 'v9.New']])
  })

  test('are optional for each type', async (t) => {
    const handlers = { unknown: assert.fail, 'v1.UserNotificationOpen': undefined }
    const { response, run } = await receive(t, { onError: assert.fail }, handlers)
    assert.equal(response.status, 204)
    assert.deepEqual(await run(), [])
  })

  for (const [how, handler] of [
    [
      'throws',
      () => {
        throw new Error('oops')
      },
    ],
    ['rejects', async () => Promise.reject(new Error('oops'))],
  ]) {
    test(`are reported with their event if one ${how}`, async (t) => {
      const errors = []
      const onError = (error, { eventId }) => errors.push([error.message, eventId])
      const { response, run } = await receive(t, { onError }, handler)
      await run()
      assert.deepEqual([response.status, errors], [204, [['oops', 'event-1']]])
    })
  }

  test('are reported on the console by default, without the payload', async (t) => {
    const error = t.mock.method(console, 'error', () => {})
    const { run } = await receive(t, {}, () => {
      throw new Error('oops')
    })
    await run()
    const [text, thrown] = error.mock.calls[0].arguments
    assert.match(text, /event-1 \(v1\.UserNotificationOpen\)/)
    assert.doesNotMatch(text, /ada/)
    assert.equal(thrown.message, 'oops')
  })

  test('have no part in a signed body that is not an event, which is reported on the console by default', async (t) => {
    const error = t.mock.method(console, 'error', () => {})
    const send = start(t, { webhook: [{ secret }, assert.fail] })
    assert.equal((await send(WEBHOOK, post('{}'))).status, 400)
    assert.deepEqual(
      error.mock.calls.map((call) => call.arguments.map(({ code }) => code)),
      [['ERR_BEAMS_WEBHOOK_PAYLOAD']],
    )
  })

  test('never end the process, even if onError rejects', async (t) => {
    const error = t.mock.method(console, 'error', () => {})
    const throwing = () => Promise.reject(new Error('the log is full'))
    const { run } = await receive(t, { onError: throwing }, () => Promise.reject(new Error('oops')))
    await run()
    const logged = error.mock.calls.map((call) => call.arguments[0].message)
    assert.deepEqual(logged, ['oops', 'the log is full'])
  })

  test('are not run if `after` throws, so that the service sends the event again', async (t) => {
    const errors = []
    const after = () => {
      throw new Error('outside of a request')
    }
    const { response } = await receive(t, { after, onError: ({ message }) => errors.push(message) }, assert.fail)
    assert.deepEqual([response.status, errors], [500, ['outside of a request']])
  })

  test('have ended before the response if `after` returns their promise', async (t) => {
    const steps = []
    const handler = async () => {
      await new Promise(setImmediate)
      steps.push('handled')
    }
    await receive(t, { after: (run) => run() }, handler)
    assert.deepEqual(steps, ['handled'])
  })

  test('get no event if `seen` throws, whatever it throws', async (t) => {
    const revoked = () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    }
    const trapped = () => new Proxy({}, { getPrototypeOf: () => assert.fail(), get: () => assert.fail() })
    const coded = (code) => Object.assign(new Error('oops'), { code })
    const codes = ['ERR_BEAMS_WEBHOOK_SIGNATURE', 'ERR_BEAMS_WEBHOOK_PAYLOAD'].map((code) => () => coded(code))
    for (const make of [
      () => undefined,
      () => null,
      () => 'oops',
      () => new Error('oops'),
      ...codes,
      revoked,
      trapped,
    ]) {
      const errors = []
      const thrown = make()
      const seen = () => {
        throw thrown
      }
      const { response } = await receive(t, { seen, onError: (error) => errors.push(error) }, assert.fail)
      assert.equal(response.status, 500)
      assert.ok(errors.length === 1 && errors[0] === thrown)
    }
  })

  test('get no event if `seen` returns anything but a boolean', async (t) => {
    for (const value of ['OK', null, undefined, 1]) {
      const errors = []
      const options = { seen: () => value, onError: ({ message }) => errors.push(message) }
      const { response } = await receive(t, options, assert.fail)
      assert.equal(response.status, 500)
      assert.match(errors[0], /seen must return true or false/)
    }
  })
})

describe('seenInMemory', () => {
  const { seenInMemory } = require('../fetch.js')

  test('remembers each event, and forgets the oldest', () => {
    const seen = seenInMemory({ maxEvents: 2 })
    const results = ['a', 'a', 'b', 'c', 'b', 'a'].map((eventId) => seen({ eventId }))
    assert.deepEqual(results, [false, true, false, false, true, false])
  })

  test('remembers ten thousand by default', () => {
    const seen = seenInMemory()
    for (let number = 0; number <= 10_000; number++) assert.equal(seen({ eventId: `${number}` }), false)
    assert.deepEqual([seen({ eventId: '1' }), seen({ eventId: '0' })], [true, false])
  })
})

describe('a configuration mistake throws immediately', () => {
  for (const [name, { authEndpoint, seenInMemory, webhookEndpoint }] of [
    ['beams-native/express', require('../express.js')],
    ['beams-native/fetch', require('../fetch.js')],
  ]) {
    for (const [what, call, message] of [
      ['no client', () => authEndpoint(undefined, { userId }), /must be a PushNotifications client/],
      ['an object that is not a client', () => authEndpoint({}, { userId }), /must be a PushNotifications client/],
      ['no userId', () => authEndpoint(beams, {}), /userId is required/],
      ['no options', () => authEndpoint(beams), /userId is required/],
      ['a userId that is not a function', () => authEndpoint(beams, { userId: 'ada' }), /userId must be a function/],
      [
        'an unknown option of auth',
        () => authEndpoint(beams, { userId, userid: userId }),
        /userid is not an option; the options are userId/,
      ],
      ['a function in place of options', () => authEndpoint(beams, userId), /must be an object/],
      ['no handlers', () => webhookEndpoint({ secret }), /must be an object of handlers/],
      ['null handlers', () => webhookEndpoint({ secret }, null), /must be an object of handlers/],
      ['the name of a handler', () => webhookEndpoint({ secret }, 'unknown'), /must be an object of handlers/],
      ['a misspelt event type', () => webhookEndpoint({ secret }, { 'v1.Open': () => {} }), /no event type 'v1.Open'/],
      ['a handler that is not one', () => webhookEndpoint({ secret }, { unknown: 1 }), /must be a function/],
      ['an unknown option', () => webhookEndpoint({ secret, onerror: () => {} }, {}), /onerror is not an option/],
      ['a seen that is a Set', () => webhookEndpoint({ secret, seen: new Set() }, {}), /seen must be a function/],
      [
        'a size that is not a number',
        () => webhookEndpoint({ secret, maxBytes: 'x' }, {}),
        /maxBytes must be a number/,
      ],
      ['room for no events', () => seenInMemory({ maxEvents: 0 }), /maxEvents must be a number/],
      ['a number of events in words', () => seenInMemory({ maxEvents: '5' }), /maxEvents must be a number/],
      ['null events', () => seenInMemory({ maxEvents: null }), /maxEvents must be a number/],
      ['room for no byte', () => webhookEndpoint({ secret, maxBytes: 0 }, {}), /maxBytes must be a number above 0/],
      ['null bytes', () => webhookEndpoint({ secret, maxBytes: null }, {}), /maxBytes must be a number/],
      ['a secret in place of options', () => webhookEndpoint(secret, {}), /must be an object/],
    ]) {
      test(`of ${name}: ${what}`, () => {
        assert.throws(call, (error) => {
          assert.ok(error instanceof BeamsError)
          assert.equal(error.code, 'ERR_BEAMS_INVALID_ARGUMENT')
          assert.match(error.message, message)
          return true
        })
      })
    }
  }
})
