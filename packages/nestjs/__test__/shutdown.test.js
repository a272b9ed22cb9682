'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { Controller, Inject, Post } = require('@nestjs/common')
const { PushNotifications } = require('beams-native')
const { startEmulator } = require('beams-emulator')
const { BeamsModule, OnBeamsEvent } = require('..')
const {
  createListener,
  createModule,
  decorate,
  keys,
  platforms,
  secret,
  sendEvent,
  startApplication,
  waitUntil,
} = require('./helpers/application.js')

const limit = { timeout: 60_000 }
const payload = { web: { notification: { title: 'Hello' } } }
const webhook = { path: 'webhooks/beams', secret }

class OrdersController {
  async ship() {
    await this.beams.publishToUsers(['ada'], payload)
    return this.beams.publishToUsers(['grace'], payload)
  }
}
decorate(OrdersController, Controller('orders'), { ship: Post() })
Inject(PushNotifications)(OrdersController.prototype, 'beams')

async function emulate(t) {
  const emulator = await startEmulator()
  t.after(() => emulator.close())
  return { emulator, options: { ...keys, endpoint: emulator.url } }
}

const assertClosed = (beams) =>
  assert.rejects(beams.publishToUsers(['ada'], payload), { code: 'ERR_BEAMS_CLOSED', delivery: 'not-sent' })

for (const platform of Object.keys(platforms)) {
  test(`a request at the shutdown can still publish, with ${platform}; then the client is closed`, limit, async (t) => {
    const { emulator, options } = await emulate(t)
    const module = BeamsModule.forRoot(options)
    const { app, url } = await startApplication(t, { imports: [module], controllers: [OrdersController] }, { platform })
    const beams = app.get(PushNotifications)
    emulator.failNext({ delay: 200 })
    const shipping = fetch(`${url}/orders`, { method: 'POST', headers: { connection: 'close' } })
    await waitUntil(t, () => beams.stats().calls > 0)
    await app.close()
    const response = await shipping
    assert.equal(response.status, 201)
    assert.equal(emulator.publishes()[1].publishId, (await response.json()).publishId)
    await assertClosed(beams)
  })
}

test('a handler that runs at the shutdown can still publish', async (t) => {
  const { emulator, options } = await emulate(t)
  let finish
  const finished = new Promise((resolve) => (finish = resolve))
  const published = []
  const Listener = createListener(OnBeamsEvent('*'), async function handle() {
    await finished
    published.push(await this.beams.publishToUsers(['ada'], payload))
  })
  Inject(PushNotifications)(Listener.prototype, 'beams')
  const module = BeamsModule.forRoot({ ...options, webhook })
  const { app, url, errors } = await startApplication(t, { imports: [module], providers: [Listener] })
  assert.equal(await sendEvent(`${url}/${webhook.path}`), 204)
  const beams = app.get(PushNotifications)
  const closed = app.close()
  setImmediate(finish)
  await closed
  assert.equal(emulator.publishes()[0].publishId, published[0].publishId)
  assert.deepEqual(errors, [])
  await assertClosed(beams)
})

test('what other modules do at the shutdown can still publish', async (t) => {
  const { emulator, options } = await emulate(t)
  class Farewell {
    /** Nest calls it once for each `app.close()`. */
    onApplicationShutdown() {
      this.published ??= this.beams.publishToInterests(['operators'], payload)
      return this.published
    }
  }
  Inject(PushNotifications)(Farewell.prototype, 'beams')
  const module = BeamsModule.forRoot(options)
  const feature = createModule({ providers: [Farewell] })
  const { app } = await startApplication(t, { imports: [module, feature] })
  await app.close()
  assert.equal(emulator.publishes().length, 1)
})

test('closeTimeout limits how long a handler and a call can delay the shutdown', limit, async (t) => {
  const { emulator, options } = await emulate(t)
  const Listener = createListener(OnBeamsEvent('*'), () => new Promise(() => {}))
  const module = BeamsModule.forRoot({ ...options, webhook, closeTimeout: 20 })
  const { app, url } = await startApplication(t, { imports: [module], providers: [Listener] })
  assert.equal(await sendEvent(`${url}/${webhook.path}`), 204)
  emulator.failNext({ delay: 60_000 })
  const beams = app.get(PushNotifications)
  const publish = assert.rejects(beams.publishToUsers(['ada'], payload), {
    code: 'ERR_BEAMS_CLOSED',
    delivery: 'unknown',
  })
  await waitUntil(t, () => beams.stats().requestsInFlight > 0)
  await app.close()
  await publish
})

test('closeTimeout begins with the shutdown, before the HTTP server waits for its requests', limit, async (t) => {
  const { emulator, options } = await emulate(t)
  const module = BeamsModule.forRoot({ ...options, closeTimeout: 20 })
  const { app, url } = await startApplication(t, { imports: [module], controllers: [OrdersController] })
  emulator.failNext({ delay: 60_000 })
  const shipping = fetch(`${url}/orders`, { method: 'POST', headers: { connection: 'close' } })
  await waitUntil(t, () => app.get(PushNotifications).stats().requestsInFlight > 0)
  await app.close()
  assert.equal((await shipping).status, 500)
})
