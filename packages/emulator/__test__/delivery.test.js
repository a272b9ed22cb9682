'use strict'

const { test, describe, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const { emulated, paths, web, send, publish, register } = require('./helpers/requests.js')

const apns = { aps: { alert: { title: 'Hello' } }, data: { order: 7 } }
const fcm = { notification: { title: 'Hello' }, data: { order: '7' } }

/** Which devices a publish reached, in order. */
function reached(emulator, publishId) {
  return emulator
    .deliveries()
    .filter((delivery) => delivery.publishId === publishId)
    .map(({ deviceId }) => deviceId)
}

test('a publish reaches the devices with any of its interests, each of them once', async (t) => {
  const emulator = await emulated(t)
  const both = await register(emulator, 'web', { interests: ['a', 'b'] })
  const one = await register(emulator, 'web', { interests: ['b'] })
  await register(emulator, 'web', { interests: ['c'] })
  assert.deepEqual(reached(emulator, await publish(emulator, { interests: ['a', 'b'], web })), [both, one])
  assert.deepEqual(reached(emulator, await publish(emulator, { interests: ['nobody'], web })), [])
})

test('a publish reaches all devices of its users, each of them once', async (t) => {
  const emulator = await emulated(t)
  const phone = await register(emulator, 'fcm', { user: 'one' })
  const tablet = await register(emulator, 'apns', { user: 'one' })
  const other = await register(emulator, 'web', { user: 'two' })
  await register(emulator, 'web', { user: 'three' })
  const publishId = await publish(emulator, { users: ['one', 'two'], web, apns, fcm })
  assert.deepEqual(reached(emulator, publishId), [phone, tablet, other])
})

test('a publish reaches the devices of its own instance', async (t) => {
  const emulator = await emulated(t)
  await register(emulator, 'web', { interests: ['a'] })
  await send(emulator, 'POST', paths.interests.replace('my-instance', 'other'), { body: { interests: ['a'], web } })
  assert.deepEqual(emulator.deliveries(), [])
})

test('a device gets what its platform gets', async (t) => {
  const emulator = await emulated(t)
  const ids = {}
  for (const platform of ['apns', 'fcm', 'web'])
    ids[platform] = await register(emulator, platform, { interests: ['a'] })
  const publishId = await publish(emulator, { interests: ['a'], apns, fcm, web })
  const got = Object.fromEntries(emulator.deliveries().map((delivery) => [delivery.platform, delivery]))
  const pusher = { instanceId: 'my-instance', publishId, hasDisplayableContent: true, hasData: true }
  assert.deepEqual(got.apns.payload, {
    aps: { alert: { title: 'Hello' }, 'content-available': 1 },
    data: { order: 7, pusher },
  })
  assert.deepEqual(got.fcm.payload, {
    notification: { title: 'Hello' },
    data: { order: '7', pusher: JSON.stringify(pusher) },
  })
  assert.deepEqual(got.web.payload, {
    notification: { title: 'Hello' },
    data: { pusher: { ...pusher, hasData: false } },
  })
  assert.deepEqual(
    [got.web.deviceId, got.web.instanceId, got.web.outcome, got.web.userId],
    [ids.web, 'my-instance', 'accepted', undefined],
  )

  const onlyWeb = await publish(emulator, { interests: ['a'], web })
  assert.deepEqual(reached(emulator, onlyWeb), [ids.web])
  await publish(emulator, { interests: ['a'], apns: { aps: {}, pusher: { disable_delivery_tracking: true } } })
  assert.deepEqual(emulator.deliveries().at(-1).payload.aps, {})
})

describe('the reporting API', () => {
  let emulator, deviceId, publishId
  beforeEach(async (t) => {
    emulator = await emulated(t)
    deviceId = await register(emulator, 'web', { user: 'one' })
    publishId = await publish(emulator, { users: ['one'], web })
  })
  const report = (body) => send(emulator, 'POST', paths.events, { body })
  const event = (more) => ({ event: 'delivery', publishId, deviceId, timestampSecs: 1700000000, ...more })

  test('notes that a notification was delivered and opened, the first time', async () => {
    const delivery = () => emulator.deliveries()[0]
    assert.deepEqual([delivery().acknowledgedAt, delivery().openedAt], [undefined, undefined])
    const response = await report(event({ userId: null, appInBackground: true, hasData: false }))
    assert.deepEqual([response.status, response.text], [200, ''])
    const { acknowledgedAt } = delivery()
    assert.equal(new Date(acknowledgedAt).toISOString(), acknowledgedAt)
    assert.equal((await report(event({ event: 'open', userId: 'one' }))).status, 200)
    const { openedAt } = delivery()
    await report(event({ event: 'open' }))
    assert.equal(delivery().openedAt, openedAt)
    assert.equal(delivery().acknowledgedAt, acknowledgedAt)
  })

  test('takes a well-formed event of which it knows nothing', async () => {
    assert.equal((await report(event({ publishId: 'pubid-x', deviceId: 'web-x' }))).status, 200)
  })

  for (const member of ['event', 'publishId', 'deviceId', 'timestampSecs']) {
    test(`refuses an event without ${member}`, async () => {
      const { status, json } = await report(event({ [member]: undefined }))
      assert.deepEqual(
        [status, json()],
        [400, { error: 'Bad request', description: `\`${member}\` is missing from body.` }],
      )
    })
  }

  for (const [name, request, description] of [
    [
      'an unknown event',
      { body: { event: 'smell', publishId: 'p', deviceId: 'd', timestampSecs: 1 } },
      '`event` is not valid.',
    ],
    ['an array', { body: '[]' }, 'Failed to read body as a JSON object.'],
    ['half a body', { body: '{' }, 'Request body must be a JSON object'],
    [
      'text',
      { body: 'x', headers: { 'content-type': 'text/plain' } },
      'Invalid content type, it must be application/json',
    ],
  ]) {
    test(`refuses ${name}`, async () => {
      const { status, json } = await send(emulator, 'POST', paths.events, request)
      assert.deepEqual([status, json().description], [400, description])
    })
  }
})
