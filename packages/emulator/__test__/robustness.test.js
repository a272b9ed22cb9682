'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const net = require('node:net')
const { once } = require('node:events')
const { emulated, paths, web, send, publish } = require('./helpers/requests.js')

test('hostile bodies get a response, and are listed as refused', async (t) => {
  const emulator = await emulated(t)
  const nested = (levels) => `{"users":["u"],"web":{"data":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}}`
  for (const [body, status] of [
    ['['.repeat(200_000), 400],
    [nested(30_000), 400],
    [nested(63), 400],
    ['\ufeff{}', 400],
    ['\0', 400],
    ['{"users":["u"],"users":[]}', 422],
    ['{"users":{"length":1,"0":"u"}}', 422],
    ['{"users":["u"],"web":{"data":{"pusher":{}}}}', 422],
    [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('latin1'), 400],
  ]) {
    const response = await send(emulator, 'POST', paths.users, { body })
    assert.equal(response.status, status, body.slice(0, 40))
  }
  assert.deepEqual(emulator.publishes(), [])
  const { items } = (await send(emulator, 'GET', '/emulator/inbox')).json()
  assert.deepEqual([items.length, emulator.failedRequests().length], [9, 9])
  for (const { id, type } of items) {
    assert.equal(type, 'failed-request')
    assert.equal((await send(emulator, 'GET', `/emulator/inbox/${id}`)).status, 200)
  }
  assert.equal((await send(emulator, 'POST', paths.users, { body: nested(62) })).status, 200)
  assert.equal((await send(emulator, 'GET', '/emulator/inbox?search=1&platform=web')).json().items[0].type, 'publish')
})

test('names that JavaScript knows are only names', async (t) => {
  const emulator = await emulated(t)
  const body =
    '{"users":["__proto__","constructor"],"web":{"__proto__":{"polluted":true},"notification":{"title":"x"}}}'
  assert.equal((await send(emulator, 'POST', paths.users, { body })).status, 200)
  assert.equal({}.polluted, undefined)
  for (const name of ['__proto__', 'constructor', 'toString']) {
    assert.equal((await send(emulator, 'GET', `/emulator/inbox/${name}`)).status, 404)
    assert.equal((await send(emulator, 'GET', `/emulator/inbox?interest=${name}`)).status, 200)
    assert.equal((await send(emulator, 'DELETE', `${paths.customer}/${name}`)).status, 200)
  }
  assert.equal((await send(emulator, 'GET', '/emulator/inbox?search=a&search=b')).status, 400)
})

test('the operation decides whom a publish is for, whatever else its body names', async (t) => {
  const emulator = await emulated(t)
  for (const other of ['5', 'null', '{}', '["a"]']) {
    for (const body of [
      `{"interests":["a"],"web":{},"users":${other}}`,
      `{"interests":["a"],"web":{},"__proto__":{"users":${other}}}`,
      `{"users":["a"],"web":{},"interests":${other}}`,
      `{"users":["a"],"web":{},"__proto__":{"interests":${other}}}`,
    ]) {
      const path = body.startsWith('{"users') ? paths.users : paths.interests
      assert.equal((await send(emulator, 'POST', path, { body })).status, 200, body)
      const received = emulator.publishes().at(-1)
      assert.deepEqual(Object.getPrototypeOf(received), Object.prototype)
      const [{ kind, targets }] = (await send(emulator, 'GET', '/emulator/inbox')).json().items
      assert.deepEqual([kind, targets], [path === paths.users ? 'users' : 'interests', ['a']])
    }
  }
  for (const query of ['user=x', 'interest=x', 'user=a', 'interest=a', 'search=x', 'platform=web']) {
    assert.equal((await send(emulator, 'GET', `/emulator/inbox?${query}`)).status, 200, query)
  }
  await assert.rejects(
    emulator.waitForPublish(({ users }) => users === 1, { timeout: 1 }),
    /all 16 that came/,
  )
})

for (const webhookUrl of [
  'http://%ff@127.0.0.1:9/',
  'http://user:%ff@127.0.0.1:9/',
  'http://%@127.0.0.1:9/',
  'http://127.0.0.1:9/%ff',
  'http://a:b@127.0.0.1:9/',
  'http://127.0.0.1:65536/',
  'http://127.0.0.1:1/',
  'data:,x',
  '//x',
  '',
]) {
  test(`a publish with the webhookUrl ${JSON.stringify(webhookUrl)} is accepted, and does no harm`, async (t) => {
    const emulator = await emulated(t, { webhookRetryDelays: [] })
    await publish(emulator, { interests: ['a'], web, webhookUrl })
    while (emulator.webhooks().requests.some(({ state }) => state === 'waiting')) await new Promise(setImmediate)
    await publish(emulator, { interests: ['a'], web })
    assert.equal(emulator.publishes().length, 2)
  })
}

test('2 000 connections that say nothing leave it responsive', async (t) => {
  const emulator = await emulated(t)
  const sockets = Array.from({ length: 2000 }, () => net.connect(emulator.port, '127.0.0.1').on('error', () => {}))
  t.after(() => sockets.forEach((socket) => socket.destroy()))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  await publish(emulator, { interests: ['a'], web })
  assert.equal(emulator.publishes().length, 1)
})

test('it listens on this machine alone', async (t) => {
  const emulator = await emulated(t)
  assert.match(emulator.url, /^http:\/\/127\.0\.0\.1:/)
})
