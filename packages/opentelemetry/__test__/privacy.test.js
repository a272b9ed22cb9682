'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { inspect } = require('node:util')
const { createClient, emulated } = require('../../../__test__/helpers/clients.js')
const { instrument } = require('./helpers/telemetry.js')

test('no user id, interest, payload or key is in a span or a metric', async (t) => {
  const { emulator } = await emulated(t)
  const { spans, metrics } = instrument(t)
  const beams = createClient(emulator, { secretKey: 'hidden-key' })
  const payload = { web: { notification: { title: 'hidden-title' } } }
  const users = Array.from({ length: 1500 }, (_, index) => `hidden-user-${index}`)
  const calls = [
    () => beams.publishToInterests(['hidden-interest'], payload),
    () => beams.publishToUsers(['hidden-user'], payload),
    () => beams.publishToManyUsers(users, payload),
    () => beams.deleteUser('hidden-user'),
    () => beams.deleteUser('hidden/user?of=me&more#than'),
    () => beams.deleteUser('hidden-user', { signal: AbortSignal.abort(new Error('hidden-user has left')) }),
    // Errors quote these.
    () => beams.publishToInterests(['hidden|interest'], payload),
    () => beams.publishToUsers(['hidden-user'.repeat(20)], payload),
  ]
  for (const call of calls) {
    await call().catch(() => {})
    emulator.failNext({ status: 422 })
    await call().catch(() => {})
    emulator.reset()
  }
  assert.equal(spans().filter(({ name }) => name.startsWith('beams.')).length, 2 * calls.length)
  assert.equal((await metrics()).length, 1)
  assert.doesNotMatch(inspect([spans(), await metrics()], { depth: null, maxArrayLength: null }), /hidden/)
})
