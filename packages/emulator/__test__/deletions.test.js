'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { emulated, paths, send, publish, register, web } = require('./helpers/requests.js')

const listed = async (emulator, query = '') => (await send(emulator, 'GET', `/emulator/inbox${query}`)).json()
const deleteUser = (emulator, user) => send(emulator, 'DELETE', `${paths.customer}/${user}`)

test('a deletion of a user is listed with the publishes, logged, and handed out', async (t) => {
  const lines = []
  const emulator = await emulated(t, { log: (line) => lines.push(line) })
  for (const platform of ['web', 'fcm']) await register(emulator, platform, { user: 'ada' })
  const publishId = await publish(emulator, { users: ['ada'], web })
  await deleteUser(emulator, 'ada')
  await deleteUser(emulator, 'bob')

  const [{ id, receivedAt }] = emulator.deletions()
  assert.deepEqual(
    emulator.deletions().map(({ instanceId, userId, deviceCount }) => [instanceId, userId, deviceCount]),
    [
      ['my-instance', 'ada', 2],
      ['my-instance', 'bob', 0],
    ],
  )
  assert.deepEqual((await send(emulator, 'GET', '/emulator/deletions')).json(), emulator.deletions())
  assert.deepEqual(lines.slice(1), ['delete user "ada": 2 devices removed', 'delete user "bob": 0 devices removed'])
  const { items, unread } = await listed(emulator)
  assert.deepEqual(
    items.map(({ type, targets, deviceCount }) => [type, targets, deviceCount]),
    [
      ['deletion', ['bob'], 0],
      ['deletion', ['ada'], 2],
      ['publish', ['ada'], undefined],
    ],
  )
  assert.equal(unread, 3)
  const shown = (await send(emulator, 'GET', `/emulator/inbox/${id}`)).json()
  assert.deepEqual([shown.type, shown.instanceId, shown.receivedAt], ['deletion', 'my-instance', receivedAt])
  // Publishes are publishes, as before.
  assert.deepEqual(
    emulator.publishes().map((one) => one.publishId),
    [publishId],
  )
})

test('deletions are found by user and by words, are no failures, and can be removed', async (t) => {
  const emulator = await emulated(t)
  await deleteUser(emulator, 'Ada')
  await deleteUser(emulator, 'bob')
  for (const [query, expected] of [
    ['?user=ada', 1],
    ['?search=BO', 1],
    ['?search=my-inst', 2],
    ['?interest=ada', 0],
    ['?platform=web', 0],
    ['?state=failed', 0],
    ['?state=unread', 2],
  ]) {
    assert.equal((await listed(emulator, query)).total, expected, query)
  }
  await send(emulator, 'DELETE', `/emulator/inbox/${emulator.deletions()[0].id}`)
  assert.deepEqual(
    emulator.deletions().map(({ userId }) => userId),
    ['bob'],
  )
  emulator.clear()
  assert.deepEqual([emulator.deletions(), (await listed(emulator)).total], [[], 0])
})

test('as many deletions are kept as publishes', async (t) => {
  const emulator = await emulated(t, { maxPublishes: 2 })
  for (const user of ['a', 'b', 'c']) await deleteUser(emulator, user)
  assert.deepEqual(
    emulator.deletions().map(({ userId }) => userId),
    ['b', 'c'],
  )
})
