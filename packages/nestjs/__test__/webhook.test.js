'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter, once } = require('node:events')
const { Controller, Inject, Injectable, Scope, SetMetadata } = require('@nestjs/common')
const { APP_GUARD, REQUEST, Reflector } = require('@nestjs/core')
const { seenInMemory } = require('beams-native/express')
const { BeamsModule, OnBeamsEvent } = require('..')
const {
  createEvent,
  createListener,
  decorate,
  keys,
  platforms,
  secret,
  sendEvent,
  startApplication,
} = require('./helpers/application.js')

const webhook = { path: 'webhooks/beams', secret }
const PATH = `/${webhook.path}`

/** Starts an application with handlers. They emit events on `handled`. */
async function startWithHandlers(t, providers, { options, ...more } = {}) {
  const module = BeamsModule.forRoot({ ...keys, webhook: { ...webhook, ...options } })
  const { url, ...rest } = await startApplication(t, { imports: [module], providers }, more)
  return { ...rest, url: `${url}${PATH}` }
}

for (const platform of Object.keys(platforms)) {
  describe(`with ${platform}`, () => {
    test('an event reaches the handlers of its type and of all types, with this', async (t) => {
      const handled = []
      const all = new EventEmitter()
      const decorated = (type) =>
        createListener(OnBeamsEvent(type), function handle(event) {
          handled.push([type, event.eventId, this.constructor.name])
          if (handled.length === 3) all.emit('handled')
        })
      const open = 'v1.UserNotificationOpen'
      const providers = [open, [open, 'unknown'], '*', 'v1.PublishToUsersAttempt'].map(decorated)
      const { url, errors } = await startWithHandlers(t, providers, { platform })
      const done = once(all, 'handled')
      assert.equal(await sendEvent(url), 204)
      await done
      assert.deepEqual(handled, [
        [open, 'event-1', 'Listener'],
        [[open, 'unknown'], 'event-1', 'Listener'],
        ['*', 'event-1', 'Listener'],
      ])
      assert.deepEqual(errors, [])
    })

    test('an event with a wrong signature is refused, and one that is no event', async (t) => {
      const { url, errors } = await startWithHandlers(t, [], { platform })
      assert.equal(await sendEvent(url, createEvent(), 'another secret'), 401)
      assert.deepEqual(errors, [])
      assert.equal(await sendEvent(url, '{}'), 400)
      assert.match(errors[0][0], /^the webhook failed: .*not a Beams event/)
    })

    test('a body whose bytes were not kept is an error that says how to keep them', async (t) => {
      const { url, errors } = await startWithHandlers(t, [], { platform, rawBody: false })
      assert.equal(await sendEvent(url), 500)
      assert.match(String(errors[0][0]), /\{ rawBody: true \}/)
    })
  })
}

for (const [what, platform, options] of [
  ['no parser has read', 'Express', { bodyParser: false }],
  [
    'a parser has left as it is',
    'Fastify',
    { prepare: (app) => app.useBodyParser('application/json', {}, (_request, body, done) => done(null, body)) },
  ],
]) {
  test(`a body that ${what} needs no rawBody, with ${platform}`, async (t) => {
    const { url } = await startWithHandlers(t, [], { platform, rawBody: false, ...options })
    assert.equal(await sendEvent(url), 204)
  })
}

test('each failing handler is logged by its name, with the event, while the others run', async (t) => {
  const others = new EventEmitter()
  const failing = createListener(OnBeamsEvent('*'), () => {
    throw new Error('the database is down')
  })
  const rejecting = createListener(OnBeamsEvent('*'), () => Promise.reject(new Error('so is the queue')))
  const working = createListener(OnBeamsEvent('*'), () => others.emit('handled'))
  const { url, errors, logged } = await startWithHandlers(t, [failing, rejecting, working])
  const handled = once(others, 'handled')
  assert.equal(await sendEvent(url), 204)
  await Promise.all([handled, logged(2)])
  const [message, stack, context] = errors[0]
  assert.equal(message, 'Listener.handle failed for the event event-1 (v1.UserNotificationOpen): the database is down')
  assert.match(stack, /webhook\.test\.js/)
  assert.equal(context, 'BeamsModule')
  assert.match(errors[1][0], /so is the queue$/)
})

test('onError replaces the logger, which gets what onError throws', async (t) => {
  const failures = []
  const failing = createListener(OnBeamsEvent('*'), () => Promise.reject(new Error('the database is down')))
  const onError = (error, event, handler) => {
    failures.push([error.message, event.eventId, handler])
    throw new Error('the queue is down')
  }
  const { url, errors, logged } = await startWithHandlers(t, [failing], { options: { onError } })
  assert.equal(await sendEvent(url), 204)
  await logged(2)
  assert.deepEqual(failures, [['the database is down', 'event-1', 'Listener.handle']])
  assert.match(errors[0][0], /^Listener\.handle failed .*the database is down$/)
  assert.match(errors[1][0], /^webhook\.onError failed .*the queue is down$/)
})

test('seen is asked before the response, and decides whether handlers run', async (t) => {
  const handled = []
  const listener = createListener(OnBeamsEvent('*'), ({ eventId }) => handled.push(eventId))
  const { app, url } = await startWithHandlers(t, [listener], { options: { seen: seenInMemory() } })
  for (const id of ['event-1', 'event-1', 'event-2']) {
    assert.equal(await sendEvent(url, createEvent(undefined, id)), 204)
  }
  await app.close()
  assert.deepEqual(handled, ['event-1', 'event-2'])
})

test('if seen fails, the event is refused, so that the service sends it again, and the failure is logged', async (t) => {
  const seen = () => Promise.reject(new Error('the store is down'))
  const { url, errors } = await startWithHandlers(t, [], { options: { seen } })
  assert.equal(await sendEvent(url), 500)
  assert.match(errors[0][0], /^the webhook failed for the event event-1 .*: the store is down$/)
})

test('a provider in the scope of a request is created for each event, which is its request', async (t) => {
  const requests = []
  const instances = new Set()
  const Listener = createListener(
    OnBeamsEvent('*'),
    function handle({ eventId }) {
      instances.add(this)
      requests.push([eventId, this.request.eventId])
    },
    { scope: Scope.REQUEST },
  )
  Inject(REQUEST)(Listener.prototype, 'request')
  const { app, url } = await startWithHandlers(t, [Listener])
  for (const id of ['event-1', 'event-2']) await sendEvent(url, createEvent(undefined, id))
  await app.close()
  assert.deepEqual(requests, [
    ['event-1', 'event-1'],
    ['event-2', 'event-2'],
  ])
  assert.equal(instances.size, 2)
})

test('handlers may be in controllers and base classes, may be decorated twice, and an alias does not repeat them', async (t) => {
  const handled = []
  class Base {
    handle({ eventType }) {
      handled.push(eventType)
    }
  }
  decorate(Base, [], {
    handle: [OnBeamsEvent('v1.UserNotificationOpen'), OnBeamsEvent('v1.PublishToUsersAttempt')],
  })
  const HandlingController = decorate(class HandlingController extends Base {}, Controller())
  const Listener = createListener(OnBeamsEvent('unknown'), ({ metadata }) => handled.push(metadata.event_type))
  const module = BeamsModule.forRoot({ ...keys, webhook })
  const providers = [Listener, { provide: 'alias', useExisting: Listener }]
  const { app, url } = await startApplication(t, { imports: [module], controllers: [HandlingController], providers })
  const types = ['v1.UserNotificationOpen', 'v1.PublishToUsersAttempt', 'v9.Unheard']
  for (const type of types) await sendEvent(`${url}${PATH}`, createEvent(type))
  await app.close()
  assert.deepEqual(handled, types)
})

test('a handler may be named by a symbol, also if it fails', async (t) => {
  const handle = Symbol('handle')
  const Listener = decorate(
    class Listener {
      [handle]() {
        throw new Error('the database is down')
      }
    },
    Injectable(),
    { [handle]: OnBeamsEvent('*') },
  )
  const { url, errors, logged } = await startWithHandlers(t, [Listener])
  assert.equal(await sendEvent(url), 204)
  await logged(1)
  assert.match(errors[0][0], /^Listener\.Symbol\(handle\) failed for the event event-1 /)
})

test('an instance with several tokens gets each event once', async (t) => {
  const handled = []
  const Listener = createListener(OnBeamsEvent('*'), ({ eventId }) => handled.push(eventId))
  const another = { provide: 'another', inject: [Listener], useFactory: (listener) => listener }
  const { app, url } = await startWithHandlers(t, [Listener, another])
  assert.equal(await sendEvent(url), 204)
  await app.close()
  assert.deepEqual(handled, ['event-1'])
})

test('events come to the handlers of the client whose webhook they are sent to', async (t) => {
  const handled = []
  const decorated = (name) => createListener(OnBeamsEvent('*', { name }), () => handled.push(name))
  const { app, url } = await startApplication(t, {
    imports: [
      BeamsModule.forRoot({ ...keys, webhook }),
      BeamsModule.forRoot({ ...keys, name: 'marketing', webhook: { path: 'marketing', secret: 'its own' } }),
    ],
    providers: [undefined, 'marketing'].map(decorated),
  })
  assert.equal(await sendEvent(`${url}/marketing`), 401)
  assert.equal(await sendEvent(`${url}/marketing`, createEvent(), 'its own'), 204)
  assert.equal(await sendEvent(`${url}${PATH}`), 204)
  await app.close()
  assert.deepEqual(handled, ['marketing', undefined])
})

test('a global guard guards the webhook, unless a decorator says otherwise', async (t) => {
  const isPublic = 'isPublic'
  const guard = {
    provide: APP_GUARD,
    inject: [Reflector],
    useFactory: (reflector) => ({ canActivate: (context) => reflector.get(isPublic, context.getClass()) === true }),
  }
  for (const [decorators, status] of [
    [[], 403],
    [[SetMetadata(isPublic, true)], 204],
  ]) {
    const { url } = await startWithHandlers(t, [guard], { options: { decorators } })
    assert.equal(await sendEvent(url), status)
  }
})

test('a type that does not exist is refused where the decorator stands', () => {
  assert.throws(() => OnBeamsEvent('v1.UserNotificationOpened'), {
    code: 'ERR_BEAMS_INVALID_ARGUMENT',
    message: /there is no event type 'v1\.UserNotificationOpened'/,
  })
})

for (const missing of [undefined, '', []]) {
  test(`an application does not start if the secret of its webhook is ${JSON.stringify(missing)}`, async (t) => {
    await assert.rejects(startWithHandlers(t, [], { options: { secret: missing } }), /webhook\.secret is not set/)
  })
}
