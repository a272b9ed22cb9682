'use strict'

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { startEmulator } = require('..')
const { paths, web, send } = require('./helpers/requests.js')

const { interests, users, customer } = paths

describe('an emulator', () => {
  let emulator
  const lines = []
  before(async () => (emulator = await startEmulator({ log: (line) => lines.push(line) })))
  after(() => emulator.close())

  test("accepts a publish to interests, also at the legacy path, with an id of the service's form", async () => {
    for (const path of [interests, '/publish_api/v1/instances/my-instance/publishes']) {
      const { status, headers, text } = await send(emulator, 'POST', path, { body: { interests: ['hello'], web } })
      assert.equal(status, 200)
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
      assert.match(text, /^\{"publishId":"pubid-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"\}\n$/)
      const received = emulator.publishes().at(-1)
      assert.equal(received.publishId, JSON.parse(text).publishId)
      assert.deepEqual([received.instanceId, received.interests, received.web], ['my-instance', ['hello'], web])
    }
  })

  test('accepts a publish to users', async () => {
    const { status } = await send(emulator, 'POST', users, { body: { users: ['user-1', 'é😀'], web } })
    assert.equal(status, 200)
    assert.deepEqual(emulator.publishes().at(-1).users, ['user-1', 'é😀'])
  })

  test('deletes a user at both names of the API, with an empty response', async () => {
    for (const api of ['customer_api', 'user_api']) {
      const { status, headers, text } = await send(emulator, 'DELETE', `/${api}/v1/instances/my-instance/users/a%2Fb`)
      assert.deepEqual([status, headers['content-length'], headers['content-type'], text], [200, '0', undefined, ''])
      assert.equal(emulator.deletions().at(-1).userId, 'a/b')
    }
  })

  test('shows what came in over HTTP', async () => {
    const publishes = await send(emulator, 'GET', '/emulator/publishes', { headers: { authorization: '' } })
    assert.deepEqual(JSON.parse(publishes.text), emulator.publishes())
    const deletions = await send(emulator, 'GET', '/emulator/deletions')
    assert.deepEqual(JSON.parse(deletions.text), emulator.deletions())
  })

  test('logs a plain line a publish', async () => {
    const { text } = await send(emulator, 'POST', users, { body: { users: ['a', 'b', 'c', 'd', 'e'], web, fcm: {} } })
    const { publishId } = JSON.parse(text)
    const outcome = '0 devices; there is no user `a`: no device is bound to it (and 4 more)'
    assert.equal(lines.at(-1), `publish to users "a", "b", "c" and 2 more for fcm, web: ${publishId}, ${outcome}`)
  })

  const bad = (description, error = 'Bad request') => ({ error, description })
  const notJson = bad('Request body must be a JSON object')
  const notJsonType = bad('Invalid content type, it must be application/json')
  const list = (count) => Array.from({ length: count }, (_, index) => `t${index}`)
  for (const [name, path, request, status, expected] of [
    ['no interests', interests, { body: {} }, 422, bad('`interests`: interests is required', 'Bad Request')],
    ['no users', users, { body: {} }, 422, bad('`users`: users is required', 'Bad Request')],
    ['101 interests', interests, { body: { interests: list(101) } }, 422],
    ['1001 users', users, { body: { users: list(1001) } }, 422],
    ['a forbidden character', interests, { body: { interests: ['a|b'] } }, 422],
    ['an interest of 165 characters', interests, { body: { interests: ['i'.repeat(165)] } }, 422],
    ['a user of 165 characters', users, { body: { users: ['u'.repeat(165)] } }, 422],
    ['a user of 83 emoji, which are 166 UTF-16 units', users, { body: { users: ['😀'.repeat(83)] } }, 422],
    ['a payload that is not an object', users, { body: { users: ['u'], web: [] } }, 422],
    ['an Apple payload without aps', users, { body: { users: ['u'], apns: {} } }, 422],
    ['a boolean as text', users, { body: { users: ['u'], web: { notification: { hide_notification_if_site_has_focus: 'true' } } } }, 422], // prettier-ignore
    ['the reserved key', users, { body: { users: ['u'], web: { data: { pusher: 1 } } } }, 422],
    ['an array', interests, { body: [] }, 400, notJson],
    ['null', interests, { body: 'null' }, 400, notJson],
    ['half a body', interests, { body: '{' }, 400, notJson],
    ['text', interests, { body: 'x', headers: { 'content-type': 'text/plain' } }, 400, notJsonType],
    ['nothing', interests, {}, 400, notJsonType],
    ['10 KiB to interests', interests, { body: { interests: ['i'], web: { x: 'x'.repeat(10240) } } }, 400, bad('Request body is too large, max size is 10 KiB')], // prettier-ignore
    ['200 KiB to users', users, { body: { users: ['u'], web: { x: 'x'.repeat(204800) } } }, 400, bad('Request body is too large, max size is 200 KiB')], // prettier-ignore
    ['another key', interests, { body: {}, headers: { authorization: 'Basic x' } }, 401, bad('Incorrect Secret Key', 'Unauthorized')], // prettier-ignore
  ]) {
    test(`refuses ${name} with ${status}`, async () => {
      const before_ = emulator.publishes().length
      const response = await send(emulator, 'POST', path, request)
      assert.equal(response.status, status)
      assert.deepEqual(Object.keys(JSON.parse(response.text)), ['error', 'description'])
      if (expected) assert.deepEqual(JSON.parse(response.text), expected)
      assert.equal(emulator.publishes().length, before_)
    })
  }

  test('takes a body of nearly 200 KiB to users', async () => {
    const { status } = await send(emulator, 'POST', users, { body: { users: ['u'], web: { x: 'x'.repeat(204000) } } })
    assert.equal(status, 200)
  })

  test('refuses a request without a key with 400', async () => {
    const response = await fetch(`${emulator.url}${interests}`, { method: 'POST', body: '{}' })
    assert.deepEqual([response.status, (await response.json()).error], [400, 'Incomplete Request'])
  })

  test('refuses a user id that is too long with 400', async () => {
    const { status, text } = await send(emulator, 'DELETE', `${customer}/${'u'.repeat(165)}`)
    assert.equal(status, 400)
    assert.deepEqual(JSON.parse(text), bad("'User id' is too long, max length is 164"))
  })

  test('refuses a path that is not well-formed with 400', async () => {
    assert.equal((await send(emulator, 'DELETE', `${customer}/%zz`)).status, 400)
  })

  test('knows no empty user and no other path', async () => {
    for (const path of [`${customer}/`, customer, '/', '/publish_api/v2']) {
      const { status, headers, text } = await send(emulator, 'DELETE', path)
      assert.deepEqual(
        [status, headers['content-type'], text],
        [404, 'text/plain; charset=utf-8', '404 page not found\n'],
      )
    }
  })
})

test('an emulator that was started with an instance and a key accepts no others', async (t) => {
  const emulator = await startEmulator({ instanceId: 'my-instance', secretKey: 'key' })
  t.after(() => emulator.close())
  const body = { interests: ['hello'], web }
  assert.equal((await send(emulator, 'POST', interests, { body })).status, 200)
  const wrongKey = await send(emulator, 'POST', interests, { body, headers: { authorization: 'Bearer other' } })
  assert.deepEqual([wrongKey.status, JSON.parse(wrongKey.text).description], [401, 'Incorrect Secret Key'])
  const wrongInstance = await send(emulator, 'POST', interests.replace('my-instance', 'other'), { body })
  assert.deepEqual(
    [wrongInstance.status, JSON.parse(wrongInstance.text)],
    [404, { error: 'Instance not found', description: 'Could not find the instance' }],
  )
})

test('a device is added without a client SDK, in the process and over HTTP', async (t) => {
  const emulator = await startEmulator({ instanceId: 'my-instance' })
  t.after(() => emulator.close())
  const { id } = emulator.addDevice({ platform: 'fcm', userId: 'ada', interests: ['news'] })
  const added = await send(emulator, 'POST', '/emulator/devices', { body: { platform: 'web', interests: ['news'] } })
  await send(emulator, 'POST', interests, { body: { interests: ['news'], web, fcm: {} } })
  assert.deepEqual(
    emulator.deliveries().map(({ deviceId, userId }) => [deviceId, userId]),
    [
      [id, 'ada'],
      [added.json().id, undefined],
    ],
  )
  for (const device of [
    {},
    { platform: 'x' },
    { platform: 'web', userId: '' },
    { platform: 'web', interests: ['a b'] },
  ]) {
    assert.throws(() => emulator.addDevice(device), TypeError)
    assert.equal((await send(emulator, 'POST', '/emulator/devices', { body: device })).status, 400)
  }
  assert.equal((await send(emulator, 'DELETE', '/emulator/devices')).status, 200)
  assert.deepEqual(emulator.devices(), [])
})

test('a device needs an instance where the emulator serves any', async (t) => {
  const emulator = await startEmulator()
  t.after(() => emulator.close())
  assert.throws(() => emulator.addDevice({ platform: 'web' }), /needs an instanceId/)
  assert.equal(emulator.addDevice({ platform: 'web', instanceId: 'i' }).instanceId, 'i')
})

test('an emulator is closed as a disposable resource', async () => {
  const emulator = await startEmulator()
  await emulator[Symbol.asyncDispose]()
  await assert.rejects(fetch(emulator.url), { message: 'fetch failed' })
})
