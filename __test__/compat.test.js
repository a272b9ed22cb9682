'use strict'

// What a program that was written for @pusher/push-notifications-server 1.2.7 relies on.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { inspect } = require('node:util')
const jwt = require('jsonwebtoken')
const PushNotifications = require('../compat')
const { BeamsError, PushNotifications: Client } = require('..')
const { recordingServer } = require('./helpers/servers.js')
const { payload, rejection } = require('./helpers/clients.js')

const keys = { instanceId: 'INSTANCE_ID', secretKey: 'SECRET_KEY' }

describe('the constructor', () => {
  test('may be called without new, and never touches globalThis', () => {
    const before = Reflect.ownKeys(globalThis)
    const client = PushNotifications(keys)
    assert.ok(client instanceof PushNotifications && client instanceof Client)
    assert.deepEqual(Reflect.ownKeys(globalThis), before)
  })

  test('checks its options with and without new', () => {
    for (const [options, message] of [
      [undefined, 'PushNotifications options object is required'],
      [null, 'PushNotifications options object is required'],
      [{ secretKey: '' }, '"instanceId" is required in PushNotifications options'],
      [{ instanceId: '' }, '"secretKey" is required in PushNotifications options'],
      [{ instanceId: false, secretKey: '' }, '"instanceId" must be a string'],
      [{ instanceId: '', secretKey: false }, '"secretKey" must be a string'],
      [{ instanceId: '', secretKey: '', endpoint: false }, 'endpoint must be a string'],
    ]) {
      assert.throws(() => PushNotifications(options), { message })
      assert.throws(() => new PushNotifications(options), { message })
    }
  })

  test('can be extended, by classes and by functions', () => {
    class Subclass extends PushNotifications {
      greet() {
        return this.publishToInterests
      }
    }
    const client = new Subclass(keys)
    assert.ok(client instanceof Subclass && client instanceof PushNotifications)
    assert.equal(client.greet(), PushNotifications.prototype.publishToInterests)
  })
})

describe('the properties', () => {
  test('are readable, as they were given', () => {
    const { instanceId, secretKey, endpoint, port, protocol } = new PushNotifications(keys)
    assert.deepEqual(
      { instanceId, secretKey, endpoint, port, protocol },
      { ...keys, endpoint: 'INSTANCE_ID.pushnotifications.pusher.com', port: null, protocol: 'https' },
    )
  })

  test('follow the endpoint and the port', () => {
    const bare = new PushNotifications({ ...keys, endpoint: 'localhost', port: 8081 })
    assert.deepEqual([bare.endpoint, bare.port, bare.protocol], ['localhost', 8081, 'http'])
    const full = new PushNotifications({ ...keys, endpoint: 'https://gateway.example' })
    assert.deepEqual([full.endpoint, full.port, full.protocol], ['https://gateway.example', null, 'https'])
  })

  test('do not show the secret', () => {
    const client = new PushNotifications(keys)
    assert.doesNotMatch(inspect(client) + JSON.stringify(client), /SECRET_KEY/)
  })
})

describe('the methods', () => {
  async function served(t, answer) {
    const { port, requests } = await recordingServer(t, answer)
    return { client: new PushNotifications({ ...keys, endpoint: '127.0.0.1', port }), requests }
  }

  test('generateToken returns an object', () => {
    const { token, ...rest } = new PushNotifications(keys).generateToken('user-1')
    assert.equal(jwt.verify(token, 'SECRET_KEY').sub, 'user-1')
    assert.deepEqual(rest, {})
  })

  test('publishToInterests and publishToUsers resolve to the publish id', async (t) => {
    const { client, requests } = await served(t)
    assert.deepEqual(await client.publishToInterests(['donuts'], payload), { publishId: 'pubid-1' })
    assert.deepEqual(await client.publishToUsers(['user-1'], payload), { publishId: 'pubid-1' })
    assert.deepEqual(
      requests.map(({ path }) => path.split('/').at(-1)),
      ['interests', 'users'],
    )
  })

  test('publish is publishToInterests with a deprecation warning', async (t) => {
    const { client, requests } = await served(t)
    const warned = once(process, 'warning')
    assert.deepEqual(await client.publish(['donuts'], payload), { publishId: 'pubid-1' })
    const [{ name, message }] = await warned
    assert.deepEqual(
      [name, message],
      ['DeprecationWarning', '`publish` is deprecated. Use `publishToInterests` instead.'],
    )
    assert.match(requests[0].path, /publishes\/interests$/)
  })

  test('publish calls a publishToInterests that was replaced', async () => {
    const client = new PushNotifications(keys)
    client.publishToInterests = async (interests) => interests
    assert.deepEqual(await client.publish(['donuts'], payload), ['donuts'])
  })

  test('deleteUser resolves to undefined, or to the body should there be one', async (t) => {
    const { client } = await served(t, (_request, number) => (number === 1 ? {} : { body: '{"deleted":true}' }))
    assert.equal(await client.deleteUser('user-1'), undefined)
    assert.deepEqual(await client.deleteUser('user-1'), { deleted: true })
  })

  test('reject with the official texts', async (t) => {
    const { client } = await served(t, () => ({
      status: 400,
      body: '{"error":"Fake error","description":"A fake error."}',
    }))
    const error = await rejection(client.publishToInterests(['donuts'], payload))
    assert.equal(error.message, '400 Fake error - A fake error.')
    assert.ok(error instanceof BeamsError)
    assert.equal((await rejection(client.deleteUser())).message, 'User ID argument is required')
  })

  test('reject a body that makes no sense, with any status', async (t) => {
    const { client } = await served(t, (_request, number) => ({ status: [200, 500, 500][number - 1], body: '<html>' }))
    for (const call of [() => client.publishToInterests(['donuts'], payload), () => client.deleteUser('user-1')]) {
      assert.equal((await rejection(call())).message, 'Could not parse response body')
    }
  })
})
