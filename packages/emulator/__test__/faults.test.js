'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const http = require('node:http')
const https = require('node:https')
const path = require('node:path')
const { promisify } = require('node:util')
const { emulated, paths, web, send, publish, register } = require('./helpers/requests.js')

const body = { users: ['u'], web }
const sendUsers = (emulator) => send(emulator, 'POST', paths.users, { body })

test('the next requests fail with a status, as often as asked for', async (t) => {
  const emulator = await emulated(t)
  emulator.failNext({ status: 503, times: 2 })
  for (const status of [503, 503, 200]) assert.equal((await sendUsers(emulator)).status, status)
  assert.equal(emulator.publishes().length, 1)
})

test("a failure has a body of the service's form, or none", async (t) => {
  const emulator = await emulated(t)
  emulator.failNext({ status: 429 })
  emulator.failNext({ status: 503, body: 'empty' })
  assert.deepEqual((await sendUsers(emulator)).json(), {
    error: 'Too Many Requests',
    description: 'A planned fault of the emulator',
  })
  const { status, text } = await sendUsers(emulator)
  assert.deepEqual([status, text], [503, ''])
})

for (const [fault, type, text] of [
  [{ status: 503 }, 'application/json', /^{"error":"Service Unavailable","description":"[^"]+"}$/],
  [{ status: 422 }, 'application/json', /^{"error"/],
  [{ status: 500, afterwards: true }, 'application/json', /^{"error"/],
  [{ status: 503, afterwards: true }, 'text/html; charset=utf-8', /^<!doctype html>.*503 Service Unavailable/s],
  [{ status: 503, body: 'html' }, 'text/html; charset=utf-8', /^<!doctype html>/],
  [{ body: 'html' }, 'text/html; charset=utf-8', /503/],
  [{ status: 503, afterwards: true, body: 'json' }, 'application/json', /^{"error"/],
  [{ status: 502, body: 'empty' }, undefined, /^$/],
]) {
  test(`a fault ${JSON.stringify(fault)} has a body of ${type ?? 'nothing'}`, async (t) => {
    const emulator = await emulated(t)
    emulator.failNext(fault)
    const response = await sendUsers(emulator)
    assert.deepEqual([response.status, response.headers['content-type']], [fault.status ?? 503, type])
    assert.match(response.text, text)
    assert.equal(emulator.publishes().length, fault.afterwards ? 1 : 0)
  })
}

test('a failure comes in the place of what was asked for, or afterwards', async (t) => {
  const emulator = await emulated(t)
  for (const [fault, kept] of [
    [{ reset: true }, 0],
    [{ reset: true, afterwards: true }, 1],
    [{ truncate: true, afterwards: true }, 2],
    [{ status: 500, afterwards: true }, 3],
  ]) {
    emulator.failNext(fault)
    if (fault.status) assert.equal((await sendUsers(emulator)).status, 500)
    else await assert.rejects(sendUsers(emulator), { code: 'ECONNRESET' })
    assert.equal(emulator.publishes().length, kept)
  }
  emulator.failNext({ status: 500, afterwards: true })
  assert.equal((await send(emulator, 'DELETE', `${paths.customer}/u`)).status, 500)
  assert.equal(emulator.deletions().length, 1)
})

test('a truncated response has fewer bytes than its content-length', async (t) => {
  const emulator = await emulated(t)
  emulator.failNext({ truncate: true })
  await assert.rejects(fetch(`${emulator.url}${paths.users}`, {
    method: 'POST',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).then((response) => response.text()), /terminated/) // prettier-ignore
})

test('a delay alone delays the response', async (t) => {
  const emulator = await emulated(t)
  emulator.failNext({ delay: 300 })
  const order = []
  const delayed = sendUsers(emulator).then(({ status }) => order.push(`delayed ${status}`))
  while (emulator.failures().length > 0) await new Promise(setImmediate)
  order.push(`prompt ${(await sendUsers(emulator)).status}`)
  await delayed
  assert.deepEqual(order, ['prompt 200', 'delayed 200'])
})

test('a delay ends with the emulator, and what it held back is not done', async (t) => {
  const emulator = await emulated(t)
  emulator.failNext({ delay: 600_000 })
  const delayed = assert.rejects(sendUsers(emulator), { code: 'ECONNRESET' })
  while (emulator.failures().length > 0) await new Promise(setImmediate)
  await emulator.close()
  await delayed
  assert.equal(emulator.publishes().length, 0)
})

test('a process ends after a client has left during a delay and the emulator was closed', async () => {
  const program = path.join(__dirname, 'programs', 'close-during-delay.js')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { timeout: 60_000 })
  assert.deepEqual([stdout, stderr], ['closed true\n', ''])
})

for (const tls of [false, true]) {
  test(`a reset ends the connection ${tls ? 'with' : 'without'} TLS, at once and after a delay`, async (t) => {
    const emulator = await emulated(t, { tls })
    const client = tls ? https : http
    const request = () =>
      new Promise((_resolve, reject) => {
        const headers = { authorization: 'Bearer k' }
        client
          .request(`${emulator.url}${paths.customer}/u`, { method: 'DELETE', headers, ca: emulator.certificate })
          .on('error', ({ code }) => reject(code))
          .end()
      })
    const isReset = (code) => code === 'ECONNRESET'
    for (const fault of [{ reset: true }, { reset: true, afterwards: true }, { reset: true, delay: 1 }]) {
      emulator.failNext(fault)
      await assert.rejects(request(), isReset, JSON.stringify(fault))
    }
    emulator.failNext({ delay: 600_000 })
    const delayed = assert.rejects(request(), isReset)
    while (emulator.failures().length > 0) await new Promise(setImmediate)
    await emulator.close()
    await delayed
    assert.equal(emulator.deletions().length, 1)
  })
}

test('a fault that names an operation waits for it', async (t) => {
  const emulator = await emulated(t)
  emulator.failNext({ status: 500, operation: 'deleteUser' })
  emulator.failNext({ status: 401, operation: 'registerDevice' })
  assert.equal((await sendUsers(emulator)).status, 200)
  assert.equal((await send(emulator, 'DELETE', `${paths.customer}/u`)).status, 500)
  assert.equal((await send(emulator, 'POST', `${paths.devices}/fcm`, { body: { token: 'a' } })).status, 401)
  assert.equal((await send(emulator, 'DELETE', `${paths.customer}/u`)).status, 200)
})

test('a gateway takes no notification when told so', async (t) => {
  const emulator = await emulated(t)
  await register(emulator, 'web', { interests: ['a'] })
  emulator.failNext({ operation: 'gateway' })
  for (const outcome of ['failed', 'accepted']) {
    await publish(emulator, { interests: ['a'], web })
    assert.equal(emulator.deliveries().at(-1).outcome, outcome)
  }
})

test('faults are planned over HTTP too, and forgotten by a reset', async (t) => {
  const emulator = await emulated(t)
  assert.equal((await send(emulator, 'POST', '/emulator/failures', { body: { status: 500, times: 9 } })).status, 200)
  assert.equal((await sendUsers(emulator)).status, 500)
  assert.deepEqual((await send(emulator, 'GET', '/emulator/failures')).json(), [{ status: 500, times: 8 }])
  assert.equal((await send(emulator, 'POST', '/emulator/reset')).status, 200)
  assert.equal((await sendUsers(emulator)).status, 200)
})

test('an invalid fault is refused', async (t) => {
  const emulator = await emulated(t)
  for (const fault of [
    { colour: 1 },
    { times: 0 },
    { status: 99 },
    { status: '500' },
    { status: 500, operation: 'x' },
    { delay: -1 },
    { body: 'xml' },
    {},
  ]) {
    assert.throws(() => emulator.failNext(fault), TypeError, JSON.stringify(fault))
    assert.equal((await send(emulator, 'POST', '/emulator/failures', { body: fault })).status, 400)
  }
  assert.equal((await send(emulator, 'POST', '/emulator/failures', { body: '[]' })).status, 400)
})

test('a strict emulator takes 100 requests a second of an instance', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const emulator = await emulated(t, { rateLimit: true })
  const responses = await Promise.all(Array.from({ length: 150 }, () => sendUsers(emulator)))
  const refused = responses.filter(({ status }) => status === 429)
  assert.equal(refused.length, 50)
  assert.deepEqual(refused[0].json(), { error: 'Rate Limited', description: 'No more than 100 requests a second' })
  assert.deepEqual(
    Object.keys(refused[0].headers).filter((name) => /rate|retry/.test(name)),
    [],
  )
  assert.equal(emulator.publishes().length, 100)
  assert.equal((await send(emulator, 'DELETE', `${paths.customer}/u`)).status, 429)
  const other = await send(emulator, 'POST', paths.users.replace('my-instance', 'other'), { body })
  assert.equal(other.status, 200)
  t.mock.timers.tick(1000)
  assert.equal((await sendUsers(emulator)).status, 200)
})
