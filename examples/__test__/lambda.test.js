'use strict'

const { test, describe, before, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const jwt = require('jsonwebtoken')
const { startEmulator } = require('beams-emulator')
const { compile, start, settings } = require('./helpers/server.js')

describe('the lambda example', () => {
  let folder, emulator, running
  before(async () => (folder = await compile('lambda')))
  beforeEach(async (t) => {
    emulator = await startEmulator()
    t.after(() => emulator.close())
    running = await start(t, folder, ['dist/local.js'], emulator, { TIMEOUT: '2000' })
  })

  const call = (method, path, user) =>
    fetch(`${running.url}${path}`, { method, headers: user === undefined ? {} : { authorization: `Bearer ${user}` } })

  test('makes a token for the authorized user', async () => {
    const response = await call('GET', '/beams-auth?user_id=ada', 'ada')
    assert.equal(response.status, 200)
    assert.equal(jwt.verify((await response.json()).token, settings.BEAMS_SECRET_KEY).sub, 'ada')
  })

  test('makes no token without an authorized user', async () => {
    for (const query of ['?user_id=grace', '?user_id=ada&user_id=grace', '']) {
      const response = await call('GET', `/beams-auth${query}`, 'ada')
      assert.equal(response.status, 401, query)
      assert.equal((await response.json()).token, undefined)
    }
  })

  test('publishes to the user', async () => {
    const response = await call('POST', '/orders/1815/shipped', 'ada')
    assert.equal(response.status, 202)
    const [publish] = emulator.publishes()
    assert.deepEqual([publish.publishId, publish.users], [(await response.json()).publishId, ['ada']])
    assert.equal(publish.web.notification.body, 'Order 1815 is on its way.')
  })

  test('responds before the function times out, however long Beams takes', async () => {
    emulator.failNext({ delay: 60_000, operation: 'publishToUsers' })
    const response = await call('POST', '/orders/1/shipped', 'ada')
    assert.deepEqual(
      [response.status, await response.json()],
      [504, { code: 'ERR_BEAMS_TIMEOUT', delivery: 'unknown' }],
    )
  })

  test('tells its clients that a refused publish may be retried', async () => {
    emulator.failNext({ status: 503, operation: 'publishToUsers' })
    const response = await call('POST', '/orders/1/shipped', 'ada')
    assert.deepEqual([response.status, await response.json()], [503, { code: 'ERR_BEAMS_SERVER', delivery: 'refused' }])
    assert.doesNotMatch(running.errors(), /my-key/)
  })
})
