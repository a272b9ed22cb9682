'use strict'

const { test, describe, before, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const jwt = require('jsonwebtoken')
const { startEmulator } = require('beams-emulator')
const { signWebhook } = require('../..')
const { compile, install, start, settings } = require('./helpers/server.js')

const servers = [
  { name: 'express', build: compile, command: ['dist/server.js'], end: [0, null] },
  // Nest ends by the signal that it has caught.
  { name: 'nest', build: compile, command: ['dist/main.js'], end: [null, 'SIGTERM'] },
  // Installing and building it takes minutes: `make story` does.
  ...(process.env.WITH_NEXT
    ? [{ name: 'next', build: install, command: ['node_modules/next/dist/bin/next', 'start'], end: [143, null] }]
    : []),
]

for (const server of servers) {
  describe(`the ${server.name} example`, () => {
    let folder, emulator, running
    before(async () => (folder = await server.build(server.name)))
    beforeEach(async (t) => {
      emulator = await startEmulator({ webhookRetryDelays: [1, 1, 1, 1] })
      t.after(() => emulator.close())
      running = await start(t, folder, server.command, emulator)
      emulator.addWebhook({ url: `${running.url}/webhooks/beams`, secret: settings.BEAMS_WEBHOOK_SECRET })
    })

    const post = (path, body, headers) =>
      fetch(`${running.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'object' ? JSON.stringify(body) : body,
      })
    const logIn = async (userId) => {
      const response = await post('/login', { userId })
      assert.equal(response.status, 204)
      return { cookie: response.headers.get('set-cookie').split(';')[0] }
    }
    const get = (path, headers) => fetch(`${running.url}${path}`, { headers })

    test('makes a token for the logged-in user', async () => {
      const session = await logIn('ada')
      const response = await get('/beams-auth?user_id=ada', session)
      assert.equal(response.status, 200)
      const { sub, iss } = jwt.verify((await response.json()).token, settings.BEAMS_SECRET_KEY)
      assert.deepEqual([sub, iss], ['ada', 'https://my-instance.pushnotifications.pusher.com'])
    })

    test('makes no token without a login', async () => {
      const session = await logIn('ada')
      for (const [query, headers, status] of [
        ['?user_id=grace', session, 403],
        ['?user_id=ada&user_id=grace', session, 400],
        ['', session, 400],
        ['?user_id=ada', {}, 401],
      ]) {
        const response = await get(`/beams-auth${query}`, headers)
        assert.equal(response.status, status, query)
        assert.equal((await response.json()).token, undefined)
      }
      assert.equal((await post('/login', {})).status, 400)
    })

    test('publishes to the user, and receives the webhooks of the delivery', async () => {
      const session = await logIn('ada')
      const response = await post('/orders/1815/shipped', '', session)
      assert.equal(response.status, 202)
      const { publishId } = await response.json()
      const [publish] = emulator.publishes()
      assert.deepEqual([publish.publishId, publish.users], [publishId, ['ada']])
      assert.equal(publish.web.notification.body, 'Order 1815 is on its way.')
      const [eventType, payload] = await running.event()
      assert.equal(eventType, 'v1.PublishToUsersAttempt')
      assert.deepEqual(payload.users_no_devices, ['ada'])
      assert.equal((await post('/orders/1815/shipped', '')).status, 401)
    })

    test('tells its clients whether a failed publish may be retried', async () => {
      const session = await logIn('ada')
      emulator.failNext({ status: 500, operation: 'publishToUsers' })
      const unknown = await post('/orders/1/shipped', '', session)
      assert.deepEqual([unknown.status, await unknown.json()], [504, { code: 'ERR_BEAMS_SERVER', delivery: 'unknown' }])
      emulator.failNext({ status: 401, operation: 'publishToUsers' })
      const refused = await post('/orders/1/shipped', '', session)
      assert.deepEqual(
        [refused.status, await refused.json()],
        [503, { code: 'ERR_BEAMS_UNAUTHORIZED', delivery: 'refused' }],
      )
      assert.doesNotMatch(running.errors(), /my-key/)
    })

    const signature = (body, secret = settings.BEAMS_WEBHOOK_SECRET) => {
      const { 'Webhook-Signature': value } = signWebhook(body, secret)
      return { 'webhook-signature': value }
    }
    const event = (id) =>
      JSON.stringify({
        payload: { instance_id: 'my-instance', publish_id: 'pubid-1', user_id: 'ada' },
        metadata: {
          created_at: '2026-11-24T10:42:16+0000',
          event_type: 'v1.UserNotificationOpen',
          event_id: id,
          product: 'beams',
        },
        custom_data: {},
      })

    test('refuses webhooks with a bad signature', async () => {
      const body = event('e1')
      for (const headers of [{}, signature(body, 'another secret'), signature(`${body} `)]) {
        assert.equal((await post('/webhooks/beams', body, headers)).status, 401)
      }
      assert.equal((await post('/webhooks/beams', '{}', signature('{}'))).status, 400)
    })

    test('verifies the raw body of a webhook, and handles each event once', async () => {
      const spaced = `${JSON.stringify(JSON.parse(event('e1')), null, 2)}\n`
      for (const body of [spaced, spaced, event('e2')]) {
        assert.equal((await post('/webhooks/beams', body, signature(body))).status, 204)
      }
      await running.event()
      await running.event()
      running.child.kill('SIGTERM')
      await assert.rejects(running.event(), /ended/)
    })

    test('exits on SIGTERM once the requests in flight are complete', async () => {
      const session = await logIn('ada')
      emulator.failNext({ delay: 300, operation: 'publishToUsers' })
      const publishing = post('/orders/1/shipped', '', session)
      // The publish is in flight once the fault has been triggered.
      while (emulator.failures().length > 0) await new Promise(setImmediate)
      running.child.kill('SIGTERM')
      assert.equal((await publishing).status, 202)
      assert.deepEqual(await running.exit, server.end)
      assert.equal(emulator.publishes().length, 1)
    })
  })
}
