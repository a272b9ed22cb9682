'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { recordingServer } = require('./helpers/servers.js')
const { payload: request, createClient, emulated } = require('./helpers/clients.js')
const { version } = require('../package.json')

describe('publishToInterests', () => {
  test('delivers the payload to the interests and resolves to the publish id', async (t) => {
    const { emulator, beams } = await emulated(t)
    const published = await beams.publishToInterests(['hello', 'donuts'], request)
    const [received] = emulator.publishes()
    assert.deepEqual(published, { publishId: received.publishId })
    assert.match(received.publishId, /^pubid-[0-9a-f-]{36}$/)
    assert.deepEqual(received.interests, ['hello', 'donuts'])
    assert.deepEqual(received.web, request.web)
  })

  test('accepts 100 interests, of 164 characters if the body limit permits', async (t) => {
    const { port, requests } = await recordingServer(t)
    const interests = Array.from({ length: 100 }, (_, index) => String(index).padStart(index < 50 ? 164 : 1, 'i'))
    await createClient({ port }).publishToInterests(interests, request)
    assert.deepEqual(JSON.parse(requests[0].body).interests, interests)
  })
})

describe('publishToUsers', () => {
  test('delivers the payload to the users and resolves to the publish id', async (t) => {
    const { emulator, beams } = await emulated(t)
    const users = ['user-1', 'שלום', '👩‍👩‍👧', 'a/b', '.', '\0']
    const published = await beams.publishToUsers(users, request)
    const [received] = emulator.publishes()
    assert.deepEqual(published, { publishId: received.publishId })
    assert.deepEqual(received.users, users)
  })

  test('accepts 1000 users of 164 UTF-16 units', async (t) => {
    const { emulator, beams } = await emulated(t)
    const users = Array.from({ length: 1000 }, (_, index) => String(index).padStart(164, 'u'))
    await beams.publishToUsers(users, request)
    assert.deepEqual(emulator.publishes()[0].users, users)
  })
})

describe('deleteUser', () => {
  test('deletes the user and resolves to undefined', async (t) => {
    const { emulator, beams } = await emulated(t)
    assert.equal(await beams.deleteUser('a/b?c#d %2e é'), undefined)
    assert.equal(emulator.deletions()[0].userId, 'a/b?c#d %2e é')
  })
})

describe('the request', () => {
  test('of a publish has the documented path, headers and body', async (t) => {
    const { port, requests } = await recordingServer(t)
    await createClient({ port }).publishToInterests(['hello'], request)
    const [{ method, path, headers, body }] = requests
    assert.equal(`${method} ${path}`, 'POST /publish_api/v1/instances/my-instance/publishes/interests')
    assert.deepEqual(headers, {
      accept: 'application/json',
      authorization: 'Bearer secret',
      'content-length': String(Buffer.byteLength(body)),
      'content-type': 'application/json',
      host: `127.0.0.1:${port}`,
      'x-pusher-library': `beams-native ${version}`,
    })
    assert.equal(body, JSON.stringify({ ...request, interests: ['hello'] }))
  })

  // Joined rather than written as JSON, where that is the same.
  for (const odd of [
    '"',
    '","',
    'a"b',
    '\\',
    '\n',
    '\0',
    ',',
    '[',
    ']}',
    'é',
    '😀',
    '\ud800',
    '\udfff\ud800',
    '\u2028',
    '\x7f',
  ]) {
    test(`of a publish to many users has ${JSON.stringify(odd)} as JSON has it`, async (t) => {
      const { port, requests } = await recordingServer(t)
      const users = Array.from({ length: 100 }, (_, index) => `user-${index}`)
      users[50] = odd
      await createClient({ port }).publishToUsers(users, request)
      assert.equal(requests[0].body, JSON.stringify({ ...request, users }))
    })
  }

  test('of a publish to many users has the users that were checked, whatever the payload does', async (t) => {
    const { port, requests } = await recordingServer(t)
    const users = Array.from({ length: 100 }, (_, index) => `user-${index}`)
    const given = [...users]
    const toJSON = () => ({ title: String(given.splice(0).length) })
    await createClient({ port }).publishToUsers(given, { web: { notification: { toJSON } } })
    assert.equal(requests[0].body, JSON.stringify({ web: { notification: { title: '100' } }, users }))
  })

  test('of a deletion has the documented path and no body', async (t) => {
    const { port, requests } = await recordingServer(t)
    await createClient({ port }).deleteUser("a/b c'é")
    const [{ method, path, headers, body }] = requests
    assert.equal(`${method} ${path}`, "DELETE /customer_api/v1/instances/my-instance/users/a%2Fb%20c'%C3%A9")
    assert.deepEqual(Object.keys(headers).sort(), ['accept', 'authorization', 'host', 'x-pusher-library'])
    assert.equal(body, '')
  })

  test('sends a non-ASCII key as UTF-8', async (t) => {
    const { port, requests } = await recordingServer(t)
    await createClient({ port }, { secretKey: 'clé' }).deleteUser('u')
    assert.equal(Buffer.from(requests[0].headers.authorization, 'latin1').toString(), 'Bearer clé')
  })

  test('keeps the base path of the endpoint', async (t) => {
    const { port, requests } = await recordingServer(t)
    await createClient({}, { endpoint: `http://127.0.0.1:${port}/base/`, port: undefined }).deleteUser('u')
    assert.equal(requests[0].path, '/base/customer_api/v1/instances/my-instance/users/u')
  })

  const date = new Date(0)
  for (const [name, payload, json] of [
    ['an empty payload', {}, '{'],
    ['interests of the payload', { interests: ['x'], web: {} }, '{"web":{},'],
    ['users of the payload', { users: ['y'], web: {} }, '{"web":{},'],
    ['targets of the payload', { interests: ['x'], users: ['y'], web: {} }, '{"web":{},'],
    ['undefined and functions', { a: undefined, b: () => {}, c: Symbol('c'), d: [undefined] }, '{"d":[null],'],
    ['numbers that JSON has not', { a: NaN, b: Infinity, c: -0 }, '{"a":null,"b":null,"c":0,'],
    ['dates and toJSON', { date, own: { toJSON: () => 'x' } }, '{"date":"1970-01-01T00:00:00.000Z","own":"x",'],
    ['a toJSON of the payload itself', { toJSON: () => ({ web: {}, interests: [] }) }, '{"web":{},'],
    ['maps and buffers', { a: new Map([[1, 2]]), b: Buffer.from('x') }, '{"a":{},"b":{"type":"Buffer","data":[120]},'],
    ['halves of surrogate pairs', { a: '\ud800', b: '\udfff😀' }, '{"a":"\\ud800","b":"\\udfff😀",'],
    ['no prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1,'],
    [
      'a class of its own',
      new (class Payload {
        web = {}
      })(),
      '{"web":{},',
    ],
  ]) {
    test(`writes ${name} as JSON.stringify does, and the targets last`, async (t) => {
      const { port, requests } = await recordingServer(t)
      await createClient({ port }, { payloadChecks: 'off' }).publishToUsers(['u\ud800'], payload)
      assert.equal(requests[0].body, `${json}"users":["u\\ud800"]}`)
    })
  }
})
