'use strict'

// What every runtime has to do alike. It is run in a folder where the packages are installed, with an emulator at hand.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { createHmac } = require('node:crypto')
const { tracingChannel } = require('node:diagnostics_channel')
const http = require('node:http')
const net = require('node:net')
const { Worker } = require('node:worker_threads')
const { BeamsError, PushNotifications, signWebhook, verifyWebhook } = require('beams-native')
const Compat = require('beams-native/compat')
const nodeEndpoints = require('beams-native/express')
const fetchEndpoints = require('beams-native/fetch')

const endpoint = process.env.BEAMS_ENDPOINT
const options = { instanceId: 'my-instance', secretKey: 'my-key', endpoint }
const beams = new PushNotifications(options)
const payload = { web: { notification: { title: 'Grüße 👋' } } }

/** The error with which a promise rejects. */
async function rejection(promise) {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  assert.notEqual(error, undefined, 'it resolved')
  return error
}

test('publishes to interests and to users, and deletes a user', async () => {
  assert.match((await beams.publishToInterests(['hello'], payload)).publishId, /^pubid-/)
  assert.match((await beams.publishToUsers(['user-1'], payload)).publishId, /^pubid-/)
  assert.equal(await beams.deleteUser('user-1'), undefined)
})

test('has a thousand publishes in flight', async () => {
  const many = new PushNotifications({ ...options, maxRequestsPerSecond: Infinity })
  const published = await Promise.all(Array.from({ length: 1000 }, () => many.publishToInterests(['hello'], payload)))
  assert.equal(new Set(published.map(({ publishId }) => publishId)).size, 1000)
  await many.close()
})

test('publishes to many users, from an async iterable', async () => {
  async function* users() {
    for (let number = 0; number < 2500; number++) yield `user-${number}`
  }
  const report = await beams.publishToManyUsers(users(), payload)
  assert.deepEqual([report.publishedCount, report.publishes.length, report.failures.length], [2500, 3, 0])
})

test('makes tokens', () => {
  const token = beams.generateToken('user-1')
  const [header, claims, signature] = token.split('.')
  assert.equal(createHmac('sha256', 'my-key').update(`${header}.${claims}`).digest('base64url'), signature)
  assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).sub, 'user-1')
})

test('rejects with a BeamsError that says what became of the request', async () => {
  const refused = await rejection(beams.publishToInterests(['not|allowed'], payload))
  assert.equal(refused instanceof BeamsError && refused instanceof Error, true)
  assert.deepEqual([refused.code, refused.delivery], ['ERR_BEAMS_INVALID_ARGUMENT', 'not-sent'])
  const nobody = new PushNotifications({ ...options, endpoint: '127.0.0.1', port: 1, maxRetries: 0 })
  const lost = await rejection(nobody.publishToInterests(['hello'], payload))
  assert.deepEqual([lost.code, lost.delivery, lost.cause.code], ['ERR_BEAMS_CONNECTION', 'not-sent', 'ECONNREFUSED'])
})

test('gives up a call when its time is over, and when it is aborted', async () => {
  const silent = net.createServer(() => {})
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const client = new PushNotifications({ ...options, endpoint: '127.0.0.1', port: silent.address().port })
  const late = await rejection(client.publishToInterests(['hello'], payload, { timeout: 50 }))
  assert.deepEqual([late.code, late.delivery], ['ERR_BEAMS_TIMEOUT', 'unknown'])
  const controller = new AbortController()
  const aborted = rejection(client.publishToInterests(['hello'], payload, { signal: controller.signal }))
  controller.abort('enough')
  assert.equal(await aborted, 'enough')
  await client.close()
  silent.close()
})

test('verifies webhooks', () => {
  const event = {
    payload: { instance_id: 'my-instance', publish_id: 'pubid-1', user_id: 'user-1' },
    metadata: {
      created_at: '2026-01-31T10:42:16+0000',
      event_type: 'v1.UserNotificationOpen',
      event_id: 'event-1',
      product: 'beams',
    },
  }
  const body = JSON.stringify(event)
  const { 'Webhook-Signature': signature } = signWebhook(body, 'hush')
  assert.equal(verifyWebhook(Buffer.from(body), signature, 'hush').eventId, 'event-1')
  assert.throws(() => verifyWebhook(body, signature, 'other'), { code: 'ERR_BEAMS_WEBHOOK_SIGNATURE' })
})

test('has endpoints for client SDKs and webhooks, from a Request and on node:http', async () => {
  const metadata = {
    event_type: 'v1.UserNotificationOpen',
    event_id: 'event-1',
    created_at: '2026-01-31T10:42:16+0000',
  }
  const body = JSON.stringify({ payload: { user_id: 'user-1' }, metadata })
  const webhook = { method: 'POST', body, headers: signWebhook(body, 'secret') }
  const events = []
  const handled = ({ eventId }) => events.push(eventId)
  const after = (run) => run()

  const receive = fetchEndpoints.webhookEndpoint({ secret: 'secret', after }, handled)
  assert.equal((await receive(new Request('http://localhost/', webhook))).status, 204)
  const auth = fetchEndpoints.authEndpoint(beams, { userId: () => 'user-1' })
  assert.equal((await auth(new Request('http://localhost/?user_id=user-2'))).status, 403)

  const endpoints = {
    POST: nodeEndpoints.webhookEndpoint({ secret: 'secret', after }, handled),
    GET: nodeEndpoints.authEndpoint(beams, { userId: ({ headers }) => headers['x-user'] }),
  }
  const server = http.createServer((request, response) => endpoints[request.method](request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}/?user_id=user-1`
  assert.equal((await fetch(url, webhook)).status, 204)
  assert.equal(typeof (await (await fetch(url, { headers: { 'x-user': 'user-1' } })).json()).token, 'string')
  assert.deepEqual(events, ['event-1', 'event-1'])
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
})

test('tells the tracing channel of every call', async () => {
  const operations = []
  const subscribers = { asyncEnd: ({ operation, status }) => operations.push([operation, status]) }
  tracingChannel('beams-native:request').subscribe(subscribers)
  await beams.publishToInterests(['hello'], payload)
  tracingChannel('beams-native:request').unsubscribe(subscribers)
  assert.deepEqual(operations, [['publishToInterests', 200]])
})

test('works in a worker', async () => {
  const program = `
    const { workerData, parentPort } = require('node:worker_threads')
    const { PushNotifications } = require('beams-native')
    new PushNotifications(workerData.options)
      .publishToInterests(['hello'], workerData.payload)
      .then(({ publishId }) => parentPort.postMessage(publishId))`
  const worker = new Worker(program, { eval: true, workerData: { options, payload } })
  const publishId = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  assert.match(publishId, /^pubid-/)
  await worker.terminate()
})

test('has the shape of the official SDK in its other entry', async () => {
  const official = Compat({ ...options })
  assert.equal(typeof official.generateToken('user-1').token, 'string')
  assert.match((await official.publishToInterests(['hello'], payload)).publishId, /^pubid-/)
})
