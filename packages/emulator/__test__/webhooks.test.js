'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { createHmac } = require('node:crypto')
const http = require('node:http')
const { EventEmitter, once } = require('node:events')
const { emulated, paths, web, send, publish, register } = require('./helpers/requests.js')

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A server that webhooks are for; `next()` is the next one that comes. `respond(number)` is its status, or 'none' or 'reset'. */
async function receiver(t, respond = () => 200) {
  const arrivals = new EventEmitter()
  const waiting = []
  const received = []
  const server = http.createServer(async (request, response) => {
    const { headers } = request
    const body = (await request.setEncoding('utf8').toArray()).join('')
    const status = respond(received.push(headers))
    waiting.push({ headers, body, json: () => JSON.parse(body) })
    arrivals.emit('one')
    if (status === 'none') return
    if (status === 'reset') request.socket.resetAndDestroy()
    else response.writeHead(status, { location: '/elsewhere' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    async next() {
      if (waiting.length === 0) await once(arrivals, 'one')
      return waiting.shift()
    },
    count: () => received.length,
  }
}

/** Resolves to the request for a webhook when no more attempts will be made at it. */
async function settled(emulator, index = 0) {
  for (;;) {
    const request = emulator.webhooks().requests[index]
    if (request && request.state !== 'waiting') return request
    await new Promise(setImmediate)
  }
}

test('a publish to users tells, signed, what became of each of them', async (t) => {
  const target = await receiver(t)
  const customData = { shard: 1 }
  const emulator = await emulated(t, { webhooks: [{ url: target.url, secret: 'hush', customData }] })
  await register(emulator, 'web', { user: 'there' })
  await register(emulator, 'apns', { user: 'elsewhere' })
  await register(emulator, 'web', { user: 'unlucky' })
  emulator.failNext({ operation: 'gateway', times: 1 })
  const publishId = await publish(emulator, { users: ['unlucky', 'there', 'elsewhere', 'nobody'], web })

  const { headers, body, json } = await target.next()
  const { payload, metadata, custom_data } = json()
  assert.deepEqual(payload, {
    instance_id: 'my-instance',
    publish_id: publishId,
    users_delivered_to_gateway: ['there'],
    users_no_devices: ['elsewhere', 'nobody'],
    users_gateway_failed: ['unlucky'],
  })
  assert.deepEqual(custom_data, customData)
  assert.deepEqual([metadata.event_type, metadata.product], ['v1.PublishToUsersAttempt', 'beams'])
  assert.match(metadata.event_id, uuid)
  assert.match(metadata.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/)
  assert.equal(headers['user-agent'], 'pusher-webhooks')
  assert.equal(headers['content-type'], 'application/json')
  assert.equal(headers['webhook-event-type'], 'v1.PublishToUsersAttempt')
  assert.equal(headers['webhook-id-uuid'], emulator.webhooks().configured[0].id)
  assert.match(headers['webhook-request-id-uuid'], uuid)
  assert.equal(headers['webhook-signature'], createHmac('sha1', 'hush').update(body).digest('hex'))
})

test('a publish to interests calls no webhook', async (t) => {
  const target = await receiver(t)
  const emulator = await emulated(t, { webhooks: [{ url: target.url, secret: 'hush' }] })
  await publish(emulator, { interests: ['a'], web })
  assert.deepEqual(emulator.webhooks().requests, [])
})

test('what a device reports calls the webhooks that are configured for it', async (t) => {
  const target = await receiver(t)
  const emulator = await emulated(t)
  emulator.addWebhook({ url: target.url, secret: 'hush', events: ['v1.UserNotificationOpen'] })
  const deviceId = await register(emulator, 'web', { user: 'one' })
  const publishId = await publish(emulator, { users: ['one'], web })
  for (const event of ['delivery', 'open']) {
    await send(emulator, 'POST', paths.events, { body: { event, publishId, deviceId, timestampSecs: 1 } })
  }
  const { metadata, payload } = (await target.next()).json()
  assert.equal(metadata.event_type, 'v1.UserNotificationOpen')
  assert.deepEqual(payload, { instance_id: 'my-instance', publish_id: publishId, user_id: 'one' })
  assert.equal(target.count(), 1)

  emulator.addWebhook({ url: target.url, secret: 'hush', events: ['v1.UserNotificationAcknowledgement'] })
  await send(emulator, 'POST', paths.events, { body: { event: 'delivery', publishId, deviceId, timestampSecs: 1 } })
  assert.equal((await target.next()).json().metadata.event_type, 'v1.UserNotificationAcknowledgement')
})

test('a webhook is sent again until the response is 2xx, with the same ids', async (t) => {
  const responses = [500, 302, 'reset', 'none', 204]
  const target = await receiver(t, (number) => responses[number - 1])
  const options = { webhookRetryDelays: [1, 2, 3, 4], webhookTimeout: 1000 }
  const emulator = await emulated(t, { ...options, webhooks: [{ url: target.url, secret: 'hush' }] })
  await publish(emulator, { users: ['u'], web })
  const request = await settled(emulator)
  assert.equal(request.state, 'delivered')
  assert.deepEqual(
    request.attempts.map(({ status, error }) => status ?? error),
    [500, 302, request.attempts[2].error, 'no response in time', 204],
  )
  const [first, ...others] = await Promise.all(responses.map(() => target.next()))
  for (const other of others) {
    assert.equal(other.body, first.body)
    for (const name of ['webhook-request-id-uuid', 'webhook-signature'])
      assert.equal(other.headers[name], first.headers[name])
  }
})

test('a webhook is dropped after five attempts', async (t) => {
  const target = await receiver(t, () => 500)
  const options = { webhookRetryDelays: [1, 1, 1, 1] }
  const emulator = await emulated(t, { ...options, webhooks: [{ url: target.url, secret: 'hush' }] })
  await publish(emulator, { users: ['u'], web })
  const { state, attempts } = await settled(emulator)
  assert.deepEqual([state, attempts.length, target.count()], ['dropped', 5, 5])
})

test('a failed attempt and the final state of the request are listed and logged', async (t) => {
  const lines = []
  const responses = [500, 204]
  const target = await receiver(t, (number) => responses[number - 1])
  const emulator = await emulated(t, { webhookRetryDelays: [5], log: (line) => lines.push(line) })
  emulator.addWebhook({ url: target.url, secret: 'hush' })
  await publish(emulator, { users: ['u'], web })
  const request = await settled(emulator)
  const inbox = (await send(emulator, 'GET', '/emulator/inbox')).json()
  assert.deepEqual(
    inbox.items.map(({ type, id, state, attemptCount, lastAttempt }) => [
      type,
      id,
      state,
      attemptCount,
      lastAttempt?.status,
    ]),
    [
      ['webhook', request.id, 'delivered', 2, 204],
      ['publish', inbox.items[1].id, undefined, undefined, undefined],
    ],
  )
  const name = `webhook v1.PublishToUsersAttempt to ${target.url}`
  assert.deepEqual(lines.slice(1), [`${name} failed: 500; again in 0.005 s`, `${name} delivered: 204`])
  const shown = (await send(emulator, 'GET', `/emulator/inbox/${request.id}`)).json()
  assert.deepEqual(shown.request, JSON.parse(JSON.stringify(request)))
  for (const [query, expected] of [
    ['?search=hook', 1],
    ['?state=failed', 2],
    ['?platform=web', 1],
    ['?user=u', 1],
  ]) {
    assert.equal((await send(emulator, 'GET', `/emulator/inbox${query}`)).json().total, expected, query)
  }
})

test('a webhook whose first attempt succeeds is not listed in the inbox', async (t) => {
  const target = await receiver(t)
  const emulator = await emulated(t, { webhooks: [{ url: target.url, secret: 'hush' }] })
  await publish(emulator, { users: ['u'], web })
  await settled(emulator)
  assert.equal((await send(emulator, 'GET', '/emulator/inbox')).json().total, 1)
})

test('a webhook is sent again on request, with the same ids and all retries', async (t) => {
  let status = 500
  const target = await receiver(t, () => status)
  const emulator = await emulated(t, { webhookRetryDelays: [1], webhooks: [{ url: target.url, secret: 'hush' }] })
  await publish(emulator, { users: ['u'], web })
  const { id, createdAt } = await settled(emulator)
  assert.equal(new Date(createdAt).toISOString(), createdAt)
  assert.equal(emulator.resendWebhook(id), true)
  assert.equal((await settled(emulator)).attempts.length, 4)
  status = 200
  assert.equal((await send(emulator, 'POST', `/emulator/webhooks/requests/${id}/resend`)).status, 200)
  assert.deepEqual((await settled(emulator)).state, 'delivered')
  const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => target.next()))
  for (const { headers, body } of others) {
    assert.deepEqual([body, headers['webhook-signature']], [first.body, first.headers['webhook-signature']])
  }
  for (const unknown of ['x', '__proto__']) {
    assert.equal(emulator.resendWebhook(unknown), false)
    assert.equal((await send(emulator, 'POST', `/emulator/webhooks/requests/${unknown}/resend`)).status, 404)
  }
})

test('a webhook that waits for its next attempt is sent at once on request', async (t) => {
  const target = await receiver(t, (number) => (number === 1 ? 500 : 200))
  const options = { webhookRetryDelays: [600_000] }
  const emulator = await emulated(t, { ...options, webhooks: [{ url: target.url, secret: 'hush' }] })
  await publish(emulator, { users: ['u'], web })
  while (emulator.webhooks().requests[0].attempts.length === 0) await new Promise(setImmediate)
  const [
    {
      id,
      attempts: [{ at }],
      nextAttemptAt,
    },
  ] = emulator.webhooks().requests
  assert.ok(new Date(nextAttemptAt) - new Date(at) >= 600_000)
  assert.equal(emulator.resendWebhook(id), true)
  assert.equal(emulator.webhooks().requests[0].nextAttemptAt, undefined)
  const { state, attempts } = await settled(emulator)
  assert.deepEqual([state, attempts.length], ['delivered', 2])
})

test('a request keeps its latest 10 attempts, however often it is sent again', async (t) => {
  const target = await receiver(t, () => 500)
  const emulator = await emulated(t, { webhookRetryDelays: [], webhooks: [{ url: target.url, secret: 'hush' }] })
  await publish(emulator, { users: ['u'], web })
  const { id } = await settled(emulator)
  for (let count = 0; count < 12; count++) {
    emulator.resendWebhook(id)
    await settled(emulator)
  }
  assert.deepEqual([(await settled(emulator)).attempts.length, target.count()], [10, 13])
})

test('the deprecated webhook tells that a publish has started and finished, with the credentials of its URL', async (t) => {
  const target = await receiver(t)
  const emulator = await emulated(t)
  await register(emulator, 'web', { interests: ['a'] })
  await register(emulator, 'web', { interests: ['a'] })
  const webhookUrl = target.url.replace('//', '//us%40er:pass@')
  emulator.failNext({ operation: 'gateway' })
  const body = { interests: ['a'], webhookUrl, web, fcm: {} }
  const publishId = await publish(emulator, body)

  const started = await target.next()
  assert.deepEqual(started.json(), { publishId, status: 'STARTED', requestBody: body })
  assert.equal(started.headers.authorization, `Basic ${Buffer.from('us@er:pass').toString('base64')}`)
  assert.equal(started.headers['webhook-signature'], undefined)
  const results = {
    fcm: { numSuccessfulPublishes: 0, numFailedPublishes: 0 },
    web: { numSuccessfulPublishes: 1, numFailedPublishes: 1 },
  }
  assert.deepEqual((await target.next()).json(), { publishId, status: 'FINISHED', requestBody: body, results })
})

test('bad targets do no harm', async (t) => {
  const emulator = await emulated(t, { webhookRetryDelays: [] })
  for (const webhookUrl of ['x', 'ftp://127.0.0.1', 'http://[', 'http://127.0.0.1:1', 'http://no-such-host.invalid/']) {
    await publish(emulator, { interests: ['a'], webhookUrl, web })
  }
  assert.equal((await settled(emulator, 3)).state, 'dropped')
  assert.equal(emulator.publishes().length, 5)
})

test('no more than 1 000 requests wait for a target that never responds', async (t) => {
  const target = await receiver(t, () => 'none')
  const emulator = await emulated(t, { webhooks: [{ url: target.url, secret: 'hush' }] })
  for (let count = 0; count < 1100; count++) await publish(emulator, { users: ['u'], web })
  const { requests } = emulator.webhooks()
  assert.equal(requests.length, 1000)
  assert.ok(requests.some(({ state }) => state === 'dropped'))
})

test('webhooks and delays that wait give no warning of a leak', async (t) => {
  const warnings = []
  const onWarning = (warning) => warnings.push(warning)
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  const emulator = await emulated(t, { webhooks: [{ url: 'http://127.0.0.1:9/', secret: 's' }] })
  for (let count = 0; count < 50; count++) await publish(emulator, { users: ['u'], web })
  while (emulator.webhooks().requests.some(({ attempts }) => attempts.length === 0)) await new Promise(setImmediate)
  emulator.failNext({ delay: 600_000, times: 50 })
  const delayed = Array.from({ length: 50 }, () => assert.rejects(publish(emulator, { users: ['u'], web })))
  while (emulator.failures().length > 0) await new Promise(setImmediate)
  await emulator.close()
  await Promise.all(delayed)
  assert.deepEqual(warnings, [])
})

test('a reset forgets the requests and keeps the webhooks', async (t) => {
  const target = await receiver(t)
  const emulator = await emulated(t, { webhooks: [{ url: target.url, secret: 'hush' }] })
  await publish(emulator, { users: ['u'], web })
  await target.next()
  emulator.reset()
  assert.deepEqual(emulator.webhooks().requests, [])
  await publish(emulator, { users: ['v'], web })
  assert.deepEqual((await target.next()).json().payload.users_no_devices, ['v'])
})

test('webhooks are configured over HTTP too, and never shown with their secrets', async (t) => {
  const emulator = await emulated(t)
  const hook = { url: 'http://127.0.0.1:1/', secret: 'hush', events: ['v1.UserNotificationOpen'] }
  const { id } = (await send(emulator, 'POST', '/emulator/webhooks', { body: hook })).json()
  const { configured } = (await send(emulator, 'GET', '/emulator/webhooks')).json()
  assert.deepEqual(configured, [{ id, url: hook.url, events: hook.events, customData: {} }])
  assert.equal((await send(emulator, 'DELETE', `/emulator/webhooks/${id}`)).status, 200)
  assert.equal((await send(emulator, 'DELETE', `/emulator/webhooks/${id}`)).status, 404)
  for (const body of [{}, { ...hook, url: 'x' }, { ...hook, secret: '' }, { ...hook, events: ['x'] }]) {
    assert.equal((await send(emulator, 'POST', '/emulator/webhooks', { body })).status, 400)
  }
})
