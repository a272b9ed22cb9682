'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { once, EventEmitter } = require('node:events')
const { inspect } = require('node:util')
const { PushNotifications } = require('..')
const Compat = require('../compat')
const { recordingServer, socketServer } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')

const accepted = 'HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{"publishId":"p"}'
const idle = { calls: 0, requestsInFlight: 0, requestsWaiting: 0 }

describe('stats', () => {
  test('are those of an idle client before the first call and after the last', async (t) => {
    const { port } = await recordingServer(t)
    const beams = createClient({ port })
    assert.deepEqual(beams.stats(), idle)
    await beams.publishToUsers(['u'], payload)
    await beams.close()
    assert.deepEqual(beams.stats(), idle)
  })

  test('count calls from the moment they are made, and requests that are in flight or wait', async (t) => {
    const arrivals = new EventEmitter()
    const { port } = await socketServer(t, (socket) => arrivals.emit('request', socket))
    const beams = createClient({ port }, { maxConcurrentRequests: 1 })
    const arrived = once(arrivals, 'request')
    const calls = [beams.publishToUsers(['u'], payload), beams.deleteUser('u')]
    assert.equal(beams.stats().calls, 2)
    const [socket] = await arrived
    while (beams.stats().requestsWaiting === 0) await new Promise(setImmediate)
    assert.deepEqual(beams.stats(), { calls: 2, requestsInFlight: 1, requestsWaiting: 1 })
    const next = once(arrivals, 'request')
    socket.write(accepted)
    await calls[0]
    const [same] = await next
    assert.deepEqual(beams.stats(), { calls: 1, requestsInFlight: 1, requestsWaiting: 0 })
    same.write(accepted)
    await calls[1]
  })

  test('report until when requests are paused after a 429', async (t) => {
    const { port } = await recordingServer(t, () => ({ status: 429, headers: { 'retry-after': '50' } }))
    const beams = createClient({ port }, { maxRetries: 0 })
    const before = Date.now()
    await rejection(beams.publishToUsers(['u'], payload))
    const { pausedUntil } = beams.stats()
    assert.ok(pausedUntil instanceof Date)
    assert.ok(pausedUntil - before >= 50_000 && pausedUntil - Date.now() <= 50_000)
  })

  test('are separate for each client', () => {
    assert.throws(() => PushNotifications.prototype.stats.call({}), {
      code: 'ERR_BEAMS_INVALID_ARGUMENT',
      message: 'stats must be called on a PushNotifications',
    })
  })
})

describe('a client', () => {
  const options = { instanceId: 'my-instance', secretKey: 'hidden-key' }

  for (const [given, endpoint] of [
    [{}, 'https://my-instance.pushnotifications.pusher.com'],
    [{ endpoint: 'localhost:8081' }, 'http://localhost:8081'],
    [{ endpoint: 'https://gateway.example/beams/', port: 8443 }, 'https://gateway.example:8443/beams'],
  ]) {
    test(`shows its instance and endpoint: ${endpoint}`, () => {
      const beams = new PushNotifications({ ...options, ...given })
      assert.deepEqual([beams.instanceId, beams.endpoint], ['my-instance', endpoint])
      const shown = { breakLength: Infinity }
      assert.equal(inspect(beams, shown), `PushNotifications { instanceId: 'my-instance', endpoint: '${endpoint}' }`)
      assert.equal(new PushNotifications({ ...options, endpoint: beams.endpoint }).endpoint, endpoint)
    })
  }

  test('has no enumerable members, and never shows the key', () => {
    const beams = new PushNotifications(options)
    assert.deepEqual([Object.keys(beams), JSON.stringify(beams)], [[], '{}'])
    assert.doesNotMatch(inspect(beams, { showHidden: true, getters: true, depth: 9 }), /hidden-key/)
    assert.throws(() => (beams.instanceId = 'other'), TypeError)
  })

  test('shows the name and the members of its subclass', () => {
    class Own extends PushNotifications {
      name = 'mine'
    }
    const shown = inspect({ client: new Own({ ...options, endpoint: 'localhost' }) }, { breakLength: Infinity })
    assert.equal(shown, "{ client: Own { instanceId: 'my-instance', endpoint: 'http://localhost', name: 'mine' } }")
  })

  test('works if a subclass has fields of the same names', async (t) => {
    const { port, requests } = await recordingServer(t)
    class Own extends PushNotifications {
      instanceId = 'shown'
      endpoint = 'shown'
    }
    const beams = new Own({ ...options, endpoint: '127.0.0.1', port })
    await beams.publishToUsers(['u'], payload)
    assert.match(requests[0].path, /\/instances\/my-instance\//)
    assert.equal(beams.endpoint, 'shown')
  })

  test('shows no members of an object that is not a client', () => {
    const { prototype } = PushNotifications
    assert.deepEqual([prototype.instanceId, prototype.endpoint], [undefined, undefined])
    assert.equal(Object.create(new PushNotifications(options)).endpoint, undefined)
    assert.equal(typeof inspect(prototype), 'string')
    assert.equal(typeof inspect(Object.create(prototype)), 'string')
  })

  test('of compat has the members of the official SDK and no others', () => {
    const client = new Compat(options)
    assert.deepEqual(Object.keys(client), ['instanceId', 'port', 'protocol', 'endpoint'])
    assert.equal(client.endpoint, 'my-instance.pushnotifications.pusher.com')
    assert.deepEqual([client.stats, client.close], [undefined, undefined])
    assert.doesNotMatch(inspect(client), /hidden-key/)
  })
})
