'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { emulated, web, send, publish, register } = require('./helpers/requests.js')

const toInterest = (name) => ({ interests: [name], web })

test('waitForPublish finds what has come, and what comes', async (t) => {
  const emulator = await emulated(t)
  const early = await publish(emulator, toInterest('early'))
  assert.equal((await emulator.waitForPublish()).publishId, early)
  const waiting = emulator.waitForPublish(({ interests }) => interests[0] === 'late')
  await publish(emulator, toInterest('other'))
  const late = await publish(emulator, toInterest('late'))
  assert.equal((await waiting).publishId, late)
})

test('waitForPublish says what came instead', async (t) => {
  const emulator = await emulated(t)
  await assert.rejects(emulator.waitForPublish(undefined, { timeout: 1 }), {
    message: 'no matching publish within 1 ms; there was none at all',
  })
  await publish(emulator, toInterest('one'))
  await publish(emulator, { users: ['a', 'b', 'c', 'd'], web })
  await assert.rejects(
    emulator.waitForPublish(() => false, { timeout: 1 }),
    ({ message }) => {
      const [first, ...lines] = message.split('\n')
      assert.equal(first, 'no matching publish within 1 ms; all 2 that came:')
      assert.match(lines[0], /^ {2}\S+Z to interests "one": \{"web":\{"notification":\{"title":"Hello"\}\}\}$/)
      assert.match(lines[1], /to users "a", "b", "c" and 1 more: /)
      return true
    },
  )
})

test('waitForPublish ends with its predicate, and with the emulator', async (t) => {
  const emulator = await emulated(t)
  const failing = emulator.waitForPublish(() => {
    throw new Error('bad predicate')
  })
  const closed = emulator.waitForPublish(({ users }) => users)
  await Promise.all([assert.rejects(failing, /bad predicate/), publish(emulator, toInterest('a'))])
  await Promise.all([assert.rejects(closed, /closed before a matching publish came/), emulator.close()])
})

test('waitForPublish awaits its predicate, one publish after the other', async (t) => {
  const emulator = await emulated(t)
  await publish(emulator, toInterest('past'))
  const seen = []
  const waiting = emulator.waitForPublish(async ({ interests: [name] }) => {
    await new Promise(setImmediate)
    seen.push(name)
    return name === 'wanted'
  })
  await publish(emulator, toInterest('other'))
  await publish(emulator, toInterest('wanted'))
  assert.deepEqual((await waiting).interests, ['wanted'])
  assert.deepEqual(seen, ['past', 'other', 'wanted'])
  await assert.rejects(
    emulator.waitForPublish(async () => {
      throw new Error('bad predicate')
    }),
    /bad predicate/,
  )
  await assert.rejects(
    emulator.waitForPublish(() => new Promise(() => {}), { timeout: 1 }),
    /no matching publish within 1 ms; all 3/,
  )
})

test('the oldest publishes make room, with their deliveries', async (t) => {
  const emulator = await emulated(t, { maxPublishes: 3 })
  await register(emulator, 'web', { interests: ['a', 'b', 'c', 'd'] })
  for (const name of ['a', 'b', 'c', 'd']) await publish(emulator, toInterest(name))
  const kept = emulator.publishes()
  assert.deepEqual(
    kept.flatMap(({ interests }) => interests),
    ['b', 'c', 'd'],
  )
  assert.deepEqual(
    emulator.deliveries().map(({ publishId }) => publishId),
    kept.map(({ publishId }) => publishId),
  )
})

test('large publishes make room sooner: 128 MiB are kept', async (t) => {
  const emulator = await emulated(t)
  const text = 'x'.repeat(200_000)
  for (let count = 0; count < 680; count++) await publish(emulator, { users: ['u'], web: { text } })
  const { length } = emulator.publishes()
  assert.ok(length > 600 && length < 680, `${length} are kept`)
})

test('a publish cannot pass for another', async (t) => {
  const emulator = await emulated(t)
  const publishId = await publish(emulator, {
    ...toInterest('a'),
    publishId: 'forged',
    instanceId: 'forged',
    receivedAt: 'x',
  })
  const [received] = emulator.publishes()
  assert.deepEqual([received.publishId, received.instanceId], [publishId, 'my-instance'])
})

test('what the emulator hands out is nobody else’s', async (t) => {
  const emulator = await emulated(t)
  await publish(emulator, toInterest('a'))
  emulator.publishes()[0].interests.push('b')
  assert.deepEqual(emulator.publishes()[0].interests, ['a'])
})

test('a reset forgets all that came', async (t) => {
  const emulator = await emulated(t)
  await register(emulator, 'web', { interests: ['a'], user: 'u' })
  await publish(emulator, toInterest('a'))
  await send(emulator, 'DELETE', '/customer_api/v1/instances/my-instance/users/u')
  emulator.reset()
  assert.deepEqual(
    [emulator.publishes(), emulator.deliveries(), emulator.deletions(), emulator.devices()],
    [[], [], [], []],
  )
})
