'use strict'

// What a program that was written for @pusher/push-notifications-server 1.2.7 relies on.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { dirname, join } = require('node:path')
const { inherits, inspect, promisify } = require('node:util')
const jwt = require('jsonwebtoken')
const ts = require('typescript')
const PushNotifications = require('../compat')
const { BeamsError } = require('..')
const { recordingServer } = require('./helpers/servers.js')
const { payload, rejection } = require('./helpers/clients.js')

const keys = { instanceId: 'INSTANCE_ID', secretKey: 'SECRET_KEY' }

describe('the constructor', () => {
  test('may be called without new, and never touches globalThis', () => {
    const before = Reflect.ownKeys(globalThis)
    const client = PushNotifications(keys)
    assert.ok(client instanceof PushNotifications)
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

  test('accepts an incomplete configuration, and each call reports what is wrong with it', async (t) => {
    const { port, requests } = await recordingServer(t)
    const local = { ...keys, endpoint: '127.0.0.1', port }
    for (const [change, message] of [
      [{ instanceId: '' }, /^"instanceId" must not be empty$/],
      [{ instanceId: '  ' }, /^"instanceId" must be the instance's id/],
      [{ instanceId: '"my-instance"' }, /^"instanceId" must be the instance's id/],
      [{ instanceId: 'my-instance\n' }, /^"instanceId" must be the instance's id/],
      [{ instanceId: 'undefined/' }, /^"instanceId" must be the instance's id/],
      [{ secretKey: '' }, /^"secretKey" must not be empty$/],
      [{ secretKey: 'my-key\n' }, /^"secretKey" has a character that an HTTP header cannot hold/],
      [{ endpoint: ' ' }, /^endpoint must be a host name/],
      [{ endpoint: '127.0.0.1\n' }, /^endpoint must be a host name/],
      [{ port: ' ' }, /^port must be an integer from 1 to 65535$/],
      [{ port: '"80"' }, /^port must be an integer from 1 to 65535$/],
      [{ port: true }, /^port must be an integer from 1 to 65535$/],
      [{ port: 99999 }, /^port must be an integer from 1 to 65535$/],
      [{ timeout: 'soon' }, /^timeout must be/],
      [{ timeout: 0.5 }, /^timeout must be/],
      [{ maxRetries: null }, /^maxRetries must be/],
      [{ port: 0.5 }, /^port must be an integer from 1 to 65535$/],
    ]) {
      const client = new PushNotifications({ ...local, ...change })
      for (const call of [
        () => client.publishToInterests(['donuts'], payload),
        () => client.publishToUsers(['user-1'], payload),
        () => client.deleteUser('user-1'),
      ]) {
        const error = await rejection(call())
        assert.match(error.message, message)
        assert.deepEqual([error.code, error.delivery], ['ERR_BEAMS_INVALID_ARGUMENT', 'not-sent'])
      }
      assert.throws(() => client.generateToken('user-1'), { message, code: 'ERR_BEAMS_INVALID_ARGUMENT' })
    }
    assert.deepEqual(requests, [])
  })

  test('uses the port of the endpoint if unset, and localhost for an empty endpoint', async (t) => {
    const { port, requests } = await recordingServer(t)
    for (const options of [
      { endpoint: `127.0.0.1:${port}`, port: '' },
      { endpoint: `127.0.0.1:${port}`, port: 0 },
      { endpoint: `127.0.0.1:${port}`, port: null },
      { endpoint: '', port },
      { endpoint: '', port: String(port) },
    ]) {
      await new PushNotifications({ ...keys, ...options }).publishToInterests(['donuts'], payload)
    }
    assert.deepEqual(
      requests.map(({ headers }) => headers.host.split(':')[0]),
      ['127.0.0.1', '127.0.0.1', '127.0.0.1', 'localhost', 'localhost'],
    )
  })

  test('reads no option from Object.prototype', async (t) => {
    const { port, requests } = await recordingServer(t)
    const members = { endpoint: '127.0.0.1:1', port: 1, proxy: 'http://127.0.0.1:1', ca: 'nonsense' }
    t.after(() => Object.keys(members).forEach((name) => delete Object.prototype[name]))
    Object.assign(Object.prototype, members)
    const client = new PushNotifications({ ...keys })
    assert.deepEqual([client.endpoint, client.port], ['INSTANCE_ID.pushnotifications.pusher.com', null])
    await new PushNotifications({ ...keys, endpoint: '127.0.0.1', port }).publishToInterests(['donuts'], payload)
    assert.equal(requests.length, 1)
  })
})

// Each gets the client's constructor and returns an object that must publish and make tokens as a client does.
const shapes = {
  'with new': (P, options) => new P(options),
  'without new': (P, options) => P(options),
  'without new, as a member of something': (P, options) => ({ P }).P(options),
  'by a class': (P, options) => new (class extends P {})(options),
  'by a class with fields of the same names': (P, options) =>
    new (class extends P {
      instanceId = options.instanceId
      port = options.port
    })(options),
  'by a class that hides the fields behind getters': (P, options) =>
    new (class extends P {
      get instanceId() {
        return options.instanceId
      }
    })(options),
  'with util.inherits'(P, options) {
    function Own() {
      P.call(this, options)
    }
    inherits(Own, P)
    return new Own()
  },
  'by a class of TypeScript for ES5'(P, options) {
    const { outputText } = ts.transpileModule(
      'export class Own extends P { private greeting = 1; constructor(o: object) { super(o); this.instanceId += "" } }',
      { compilerOptions: { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.CommonJS } },
    )
    const exports = {}
    new Function('exports', 'P', outputText)(exports, P)
    return new exports.Own(options)
  },
  'with Reflect.construct': (P, options) => Reflect.construct(P, [options], class Other extends P {}),
  'with its methods copied to another prototype'(P, options) {
    function Own() {
      P.call(this, options)
    }
    Object.assign(Own.prototype, P.prototype)
    return new Own()
  },
  'with Object.create': (P, options) => Object.create(new P(options)),
  'with Object.create, with fields of its own': (P, options) =>
    Object.assign(Object.create(new P({ ...options, port: 1, instanceId: '' })), options),
  'through a Proxy': (P, options) => new Proxy(new P(options), {}),
  'through a Proxy of the constructor': (P, options) => new new Proxy(P, {})(options),
  'with fields that are assigned later': (P, options) =>
    Object.assign(new P({ instanceId: '', secretKey: '', endpoint: '' }), options),
  'with Object.freeze': (P, options) => Object.freeze(new P(options)),
  'from a configuration without a prototype': (P, options) => new P(Object.assign(Object.create(null), options)),
  'by the name PushNotifications': (P, options) => new P.PushNotifications(options),
}

describe('a client may be made', () => {
  for (const [name, make] of Object.entries(shapes)) {
    test(name, async (t) => {
      const { port, requests } = await recordingServer(t)
      const client = make(PushNotifications, { ...keys, endpoint: '127.0.0.1', port })
      assert.deepEqual(await client.publishToInterests(['donuts'], payload), { publishId: 'pubid-1' })
      assert.deepEqual(await client.publishToUsers(['user-1'], payload), { publishId: 'pubid-1' })
      assert.equal(await client.deleteUser('user-1'), undefined)
      assert.equal(jwt.verify(client.generateToken('user-1').token, 'SECRET_KEY').sub, 'user-1')
      assert.deepEqual(
        requests.map(({ path }) => path.split('/')[4]),
        ['INSTANCE_ID', 'INSTANCE_ID', 'INSTANCE_ID'],
      )
    })
  }

  test('and its fields may change: the next call uses them', async (t) => {
    const [first, second] = [await recordingServer(t), await recordingServer(t)]
    const client = new PushNotifications({ ...keys, endpoint: '127.0.0.1', port: first.port })
    await client.publishToInterests(['donuts'], payload)
    Object.assign(client, { port: second.port, instanceId: 'OTHER', secretKey: 'OTHER_KEY' })
    await client.publishToInterests(['donuts'], payload)
    assert.deepEqual([first.requests.length, second.requests.length], [1, 1])
    const [{ path, headers }] = second.requests
    assert.match(path, /\/OTHER\//)
    assert.equal(headers.authorization, 'Bearer OTHER_KEY')
  })

  test('and mocked by jest, as a whole, by method and by subclass', async (t) => {
    // Inside the checkout, so that the package finds itself by its name.
    fs.mkdirSync(join(__dirname, '..', 'build'), { recursive: true })
    const folder = fs.mkdtempSync(join(__dirname, '..', 'build', 'compat-'))
    t.after(() => fs.rmSync(folder, { recursive: true }))
    const file = join(folder, 'mocks.js')
    fs.writeFileSync(
      file,
      `jest.mock('beams-native/compat')
const Mocked = require('beams-native/compat')
const Real = jest.requireActual('beams-native/compat')
const keys = ${JSON.stringify(keys)}
test('mocks', async () => {
  const mocked = new Mocked(keys)
  mocked.publishToInterests.mockResolvedValue({ publishId: 'mocked' })
  expect(await mocked.publishToInterests(['a'], {})).toEqual({ publishId: 'mocked' })
  expect(Mocked).toHaveBeenCalledWith(keys)
  jest.spyOn(Real.prototype, 'publishToUsers').mockResolvedValue({ publishId: 'spied' })
  expect(await new Real(keys).publishToUsers(['a'], {})).toEqual({ publishId: 'spied' })
  class Subclass extends Mocked { publish = jest.fn(async () => 'own') }
  expect(await new Subclass(keys).publish()).toBe('own')
  await expect(new Real({ instanceId: '', secretKey: '' }).deleteUser('a')).rejects.toEqual(new Error('"instanceId" must not be empty'))
})
`,
    )
    const bin = join(dirname(require.resolve('jest/package.json')), 'bin', 'jest.js')
    const config = JSON.stringify({ rootDir: folder, testMatch: [file], transform: {} })
    const { stderr } = await promisify(execFile)(process.execPath, [bin, '--config', config])
    assert.match(stderr, /Tests: +1 passed/)
  })

  test('after an import by name, and after one of the default', async () => {
    const imported = await import('../compat.js')
    assert.equal(imported.PushNotifications, PushNotifications)
    assert.equal(imported.default, PushNotifications)
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
  async function served(t, respond) {
    const { port, requests } = await recordingServer(t, respond)
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

  test('deleteUser resolves to undefined, or to the body if there is one', async (t) => {
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
    assert.equal(error.code, 'ERR_BEAMS_INVALID_ARGUMENT')
    assert.equal((await rejection(client.deleteUser())).message, 'User ID argument is required')
  })

  test('reject an invalid body, with any status', async (t) => {
    const { client } = await served(t, (_request, number) => ({ status: [200, 500, 500][number - 1], body: '<html>' }))
    for (const call of [() => client.publishToInterests(['donuts'], payload), () => client.deleteUser('user-1')]) {
      assert.equal((await rejection(call())).message, 'Could not parse response body')
    }
  })

  test('reject and throw errors whose text begins with "Error: "', async () => {
    const client = new PushNotifications(keys)
    const thrown = (call) => {
      try {
        return call()
      } catch (error) {
        return error
      }
    }
    const errors = [
      await rejection(client.publishToInterests([], payload)),
      await rejection(client.publishToUsers([], payload)),
      await rejection(client.deleteUser('')),
      thrown(() => client.generateToken('')),
      thrown(() => new PushNotifications()),
      await rejection(new PushNotifications({ instanceId: '', secretKey: '' }).deleteUser('user-1')),
    ]
    for (const error of errors) {
      assert.equal(String(error), `Error: ${error.message}`)
      assert.ok(error instanceof BeamsError)
      assert.equal(error.code, 'ERR_BEAMS_INVALID_ARGUMENT')
      assert.ok(!Object.keys(error).includes('name'))
    }
  })

  test('reject with the abort reason unchanged', async () => {
    const reason = new TypeError('too late')
    const client = new PushNotifications(keys)
    const error = await rejection(client.publishToInterests(['a'], payload, { signal: AbortSignal.abort(reason) }))
    assert.equal(error, reason)
    assert.equal(String(error), 'TypeError: too late')
  })

  test('explain the error when they are detached', async () => {
    const { publishToInterests, publishToUsers, deleteUser, generateToken } = new PushNotifications(keys)
    const message = 'the method must be called on a PushNotifications'
    for (const call of [() => publishToInterests(['a'], payload), () => publishToUsers(['a'], payload)]) {
      assert.equal((await rejection(call())).message, message)
    }
    assert.equal((await rejection(deleteUser('user-1'))).message, message)
    assert.throws(() => generateToken('user-1'), { message })
  })

  test('ignore a last argument that is not an options object, as map passes it', async (t) => {
    const { client, requests } = await served(t)
    await Promise.all(['user-1', 'user-2', 'user-3'].map(client.deleteUser, client))
    for (const ignored of [0, 1, 'a', () => {}, null, [], true, Symbol('s'), 1n]) {
      await client.publishToInterests(['donuts'], payload, ignored)
      await client.publishToUsers(['user-1'], payload, ignored)
    }
    assert.equal(requests.length, 21)
  })

  test('ignore unknown options, as the official SDK does', async (t) => {
    const { port, requests } = await recordingServer(t)
    const client = new PushNotifications({ ...keys, endpoint: '127.0.0.1', port, maxRetrys: 0, colour: 'blue' })
    await client.publishToInterests(['donuts'], payload, { timout: 5, callback() {} })
    await client.publishToUsers(['user-1'], payload, { timout: 5 })
    await client.deleteUser('user-1', { timout: 5 })
    assert.equal(requests.length, 3)
  })

  test('accept the options of one call', async (t) => {
    const { client, requests } = await served(t, () => ({ status: 429, body: '{"error":"e","description":"d"}' }))
    for (const call of [
      () => client.publishToInterests(['donuts'], payload, { maxRetries: 0 }),
      () => client.publishToUsers(['user-1'], payload, { maxRetries: 0 }),
      () => client.deleteUser('user-1', { maxRetries: 0 }),
    ]) {
      assert.equal((await rejection(call())).attempts, 1)
    }
    assert.equal(requests.length, 3)
  })

  test("send a payload's own members, without calling its toJSON", async (t) => {
    class Message {
      web = payload.web
      toJSON() {
        return { web: { notification: { title: 'made by toJSON' } } }
      }
    }
    const { client, requests } = await served(t)
    await client.publishToInterests(['donuts'], new Message())
    assert.deepEqual(JSON.parse(requests[0].body), { ...payload, interests: ['donuts'] })
  })

  test("send bodies of any size, without the client's limit", async (t) => {
    const { client, requests } = await served(t)
    const large = { web: { data: { text: 'x'.repeat(300 * 1024) } } }
    await client.publishToInterests(['donuts'], large)
    await client.publishToUsers(['user-1'], large)
    assert.deepEqual(
      requests.map(({ body }) => body.length > 300 * 1024),
      [true, true],
    )
  })
})
