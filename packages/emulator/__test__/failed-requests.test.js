'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const net = require('node:net')
const { once } = require('node:events')
const { emulated, paths, web, send, publish } = require('./helpers/requests.js')

const body = { users: ['ada'], web: { notification: { title: 'Rain until noon' } } }
const wrongKey = { authorization: 'Bearer wrong' }
const listed = async (emulator, query = '') => (await send(emulator, 'GET', `/emulator/inbox${query}`)).json().items
const detail = async (emulator, { id }) => (await send(emulator, 'GET', `/emulator/inbox/${id}`)).json()

describe('a refused publish is listed with its reason, and logged', () => {
  const strict = { secretKey: 'key', instanceId: 'my-instance' }
  for (const [status, options, request, description] of [
    [401, strict, { body, headers: wrongKey }, 'Incorrect Secret Key'],
    [403, {}, { body, headers: { host: 'evil.example' } }, 'The host name "evil.example" is not allowed'],
    [403, {}, { body, headers: { origin: 'http://evil.example' } }, 'Pages of http://evil.example may not do this'],
    [404, strict, { body, path: paths.users.replace('my-instance', 'other') }, 'Could not find the instance'],
    [404, {}, { body, path: '/publish_api/v2/publishes' }, 'No API has this path'],
    [400, {}, { body: '{' }, 'Request body must be a JSON object'],
    [400, {}, { body: { ...body, x: 'x'.repeat(204_800) } }, 'Request body is too large, max size is 200 KiB'],
    [422, {}, { body: { ...body, users: [] } }, '`users`: must NOT have fewer than 1 items'],
    [422, {}, { body: { users: ['a', 'a'], web } }, '`users`: array items must be unique'],
  ]) {
    test(`${status}: ${description}`, async (t) => {
      const lines = []
      const emulator = await emulated(t, { ...options, log: (line) => lines.push(line) })
      const response = await send(emulator, 'POST', request.path ?? paths.users, request)
      assert.equal(response.status, status)
      const [item, ...others] = await listed(emulator)
      assert.deepEqual([others, item.type, item.status], [[], 'failed-request', status])
      assert.ok(item.description.startsWith(description), item.description)
      assert.match(lines[0], new RegExp(`failed: ${status} `))
      assert.ok(lines[0].includes(description), lines[0])
      const [failed] = emulator.failedRequests()
      assert.deepEqual([failed.id, failed.status, failed.method], [item.id, status, 'POST'])
      assert.equal((await detail(emulator, item)).status, status)
      assert.deepEqual(emulator.publishes(), [])
    })
  }
})

test('a publish over the rate limit is listed as 429', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const emulator = await emulated(t, { rateLimit: true })
  await Promise.all(Array.from({ length: 101 }, () => send(emulator, 'POST', paths.users, { body })))
  assert.equal(emulator.failedRequests().length, 1)
  const [failed] = emulator.failedRequests()
  assert.deepEqual([failed.status, failed.error, failed.publish.users], [429, 'Rate Limited', ['ada']])
})

test('a publish that was refused before its body was read is listed with its title, targets and platforms', async (t) => {
  const emulator = await emulated(t, { secretKey: 'key' })
  await send(emulator, 'POST', paths.users, { body, headers: wrongKey })
  const [item] = await listed(emulator)
  assert.deepEqual(
    [item.title, item.kind, item.targets, item.platforms, item.instanceId],
    ['Rain until noon', 'users', ['ada'], ['web'], 'my-instance'],
  )
  assert.deepEqual((await detail(emulator, item)).publish, body)
  for (const query of ['?search=rain', '?search=incorrect', '?user=ADA', '?platform=web', '?state=failed']) {
    assert.equal((await listed(emulator, query)).length, 1, query)
  }
  for (const query of ['?search=sun', '?user=bob', '?interest=ada', '?platform=fcm', '?state=findings']) {
    assert.equal((await listed(emulator, query)).length, 0, query)
  }
})

test('the payload of a foreign page is not listed', async (t) => {
  const emulator = await emulated(t)
  await send(emulator, 'POST', paths.users, { body, headers: { origin: 'http://evil.example' } })
  assert.deepEqual((await listed(emulator, '?search=rain')).length, 0)
  assert.equal(emulator.failedRequests()[0].publish, undefined)
})

test('a refused preflight request is listed with the origin of the page', async (t) => {
  const emulator = await emulated(t)
  const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' }
  assert.equal((await send(emulator, 'OPTIONS', paths.users, { headers })).status, 404)
  const [{ method, description }] = emulator.failedRequests()
  assert.equal(method, 'OPTIONS')
  assert.match(description, /^A page of http:\/\/localhost:3000 asked whether it may send a request\./)
})

test('a request whose body never ends is refused nevertheless', async (t) => {
  const emulator = await emulated(t, { secretKey: 'key' })
  const socket = net.connect(emulator.port, '127.0.0.1').setEncoding('utf8')
  t.after(() => socket.destroy())
  socket.write(
    `POST ${paths.users} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer wrong\r\n` +
      'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"users"',
  )
  const [response] = await once(socket, 'data')
  assert.match(response, /^HTTP\/1\.1 401 /)
  assert.equal(emulator.failedRequests().length, 1)
})

test('a refused deletion of a user is listed', async (t) => {
  const emulator = await emulated(t, { secretKey: 'key' })
  await send(emulator, 'DELETE', `${paths.customer}/ada`, { headers: wrongKey })
  const [item] = await listed(emulator, '?user=ada')
  assert.deepEqual([item.operation, item.status, item.targets], ['deleteUser', 401, ['ada']])
})

describe('a planned fault is listed and logged', () => {
  for (const [fault, status, words] of [
    [{ status: 413 }, 413, "status 413 with the service's JSON"],
    [{ status: 503, body: 'html' }, 503, 'status 503 with the HTML page of a router'],
    [{ status: 500, body: 'empty', delay: 1 }, 500, 'a delay of 1 ms, then status 500 with no body'],
    [{ reset: true }, undefined, 'a reset of the connection'],
    [{ truncate: true }, 200, "status 200 with the service's JSON, cut off"],
  ]) {
    test(`${words}: as a failed request`, async (t) => {
      const lines = []
      const emulator = await emulated(t, { log: (line) => lines.push(line) })
      emulator.failNext(fault)
      await send(emulator, 'POST', paths.users, { body }).catch(() => {})
      const [item] = await listed(emulator)
      assert.deepEqual([item.type, item.title, item.status, item.fault], [
        'failed-request',
        'Rain until noon',
        status,
        words,
      ]) // prettier-ignore
      assert.deepEqual(lines, [`publishToUsers "ada" failed as planned: ${words}`])
    })
  }

  test('with the publish, if that was processed', async (t) => {
    const lines = []
    const emulator = await emulated(t, { log: (line) => lines.push(line) })
    emulator.failNext({ status: 503, afterwards: true })
    emulator.failNext({ delay: 1 })
    for (const status of [503, 200]) {
      assert.equal((await send(emulator, 'POST', paths.users, { body })).status, status)
    }
    const items = await listed(emulator)
    assert.deepEqual(
      items.map(({ type, fault }) => [type, fault]),
      [
        ['publish', 'a delay of 1 ms'],
        ['publish', 'status 503 with the HTML page of a router'],
      ],
    )
    assert.match(lines[1], /was processed; its response had a planned fault: status 503 with the HTML page/)
  })

  test('of a device, and after a deletion', async (t) => {
    const lines = []
    const emulator = await emulated(t, { log: (line) => lines.push(line) })
    emulator.failNext({ status: 503, operation: 'registerDevice' })
    emulator.failNext({ status: 500, afterwards: true })
    await send(emulator, 'POST', `${paths.devices}/fcm`, { body: { token: 'a' } })
    await send(emulator, 'DELETE', `${paths.customer}/ada`)
    assert.deepEqual(
      (await listed(emulator)).map(({ type, operation, fault }) => [type, operation, fault]),
      [
        ['deletion', undefined, "status 500 with the service's JSON"],
        ['failed-request', 'registerDevice', "status 503 with the service's JSON"],
      ],
    )
    assert.equal(emulator.deletions().length, 1)
    assert.match(lines.at(-1), /^the deletion was processed; its response had a planned fault: status 500/)
  })
})

test('requests of devices that are refused are not listed: the service refuses some of them on every start of an app', async (t) => {
  const emulator = await emulated(t)
  await send(emulator, 'GET', `${paths.devices}/web/web-00000000-0000-0000-0000-000000000000`)
  assert.deepEqual(await listed(emulator), [])
})

test('waitForPublish says which requests failed instead', async (t) => {
  const emulator = await emulated(t, { secretKey: 'key' })
  await send(emulator, 'POST', paths.users, { body, headers: wrongKey })
  await assert.rejects(emulator.waitForPublish(undefined, { timeout: 1 }), {
    message: `no matching publish within 1 ms; there was none at all
and these requests failed:
  publishToUsers "ada" failed: 401 Unauthorized - Incorrect Secret Key`,
  })
})

test('the latest 1 000 failed requests are kept, and publishes do not make room for them', async (t) => {
  const emulator = await emulated(t)
  await publish(emulator, body)
  emulator.failNext({ status: 500, times: 1001 })
  for (let count = 0; count < 1001; count++) await send(emulator, 'POST', paths.users, { body })
  assert.deepEqual([emulator.failedRequests().length, emulator.publishes().length], [1000, 1])
})

test('failed requests are handed out over HTTP, and forgotten with the publishes', async (t) => {
  const emulator = await emulated(t)
  await send(emulator, 'POST', paths.users, { body: { ...body, users: [] } })
  const { json } = await send(emulator, 'GET', '/emulator/failed-requests')
  assert.deepEqual(json(), JSON.parse(JSON.stringify(emulator.failedRequests())))
  assert.equal((await send(emulator, 'DELETE', '/emulator/publishes')).status, 200)
  assert.deepEqual([emulator.failedRequests(), await listed(emulator)], [[], []])
})
