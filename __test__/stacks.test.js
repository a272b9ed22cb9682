'use strict'

// The stack of an error shows who called: what is on top is the caller's code, or the method that it has called.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const path = require('node:path')
const { tracingChannel } = require('node:diagnostics_channel')
const { PushNotifications, signWebhook, verifyWebhook } = require('..')
const { recordingServer } = require('./helpers/servers.js')
const { payload, createClient } = require('./helpers/clients.js')

const library = path.join(__dirname, '..', 'lib')

/** The frames of an error, without those of Node. */
function readFrames({ stack }) {
  return stack.split('\n    at ').slice(1).filter((frame) => !frame.includes('node:')) // prettier-ignore
}

/** Calls through two functions whose names the stack must show, and gives what is thrown. */
async function catchError(call) {
  async function orderShipped() {
    await call()
  }
  async function handleRequest() {
    await orderShipped()
  }
  try {
    await handleRequest()
  } catch (error) {
    return error
  }
  throw new Error('resolved')
}

/** That callers are shown, and no more than the public method's own frame above them. */
function assertShowsCallers(error) {
  const frames = readFrames(error)
  const [first, second] = ['orderShipped', 'handleRequest'].map((name) =>
    frames.findIndex((frame) => frame.includes(`${name} (`)),
  )
  assert.ok(first >= 0 && second > first, error.stack)
  const internal = frames.filter((frame) => frame.includes(library))
  assert.ok(internal.length <= 1, error.stack)
  for (const frame of internal) {
    assert.match(frame, /^(async )?(PushNotifications\.\w+|Object\.\w+|new PushNotifications) \(/, error.stack)
  }
}

const calls = {
  publishToInterests: (beams, options) => beams.publishToInterests(['i'], payload, options),
  publishToUsers: (beams, options) => beams.publishToUsers(['u'], payload, options),
  publishToManyUsers: (beams, options) => beams.publishToManyUsers(['u'], payload, options),
  deleteUser: (beams, options) => beams.deleteUser('u', options),
}
const { signal } = new AbortController()

describe('the stack of a call that fails', () => {
  for (const [name, call] of Object.entries(calls)) {
    for (const [how, options] of [
      ['', undefined],
      [' with a signal', { signal }],
    ]) {
      for (const isTraced of [false, true]) {
        test(`on the network, of ${name}${how}${isTraced ? ', traced' : ''}`, async (t) => {
          const { port } = await recordingServer(t, () => ({ status: 402 }))
          if (isTraced) {
            const subscribers = { asyncEnd() {} }
            tracingChannel('beams-native:request').subscribe(subscribers)
            t.after(() => tracingChannel('beams-native:request').unsubscribe(subscribers))
          }
          const error = await catchError(() => call(createClient({ port }), options))
          assert.equal(error.status, 402)
          assertShowsCallers(error)
        })
      }
    }

    test(`for its arguments, of ${name}`, async () => {
      const beams = createClient({ port: 1 })
      const oops = new Error('oops')
      for (const options of [
        { timeout: -1 },
        { timeout: 'soon' },
        5,
        {
          get timeout() {
            throw oops
          },
        },
      ])
        // prettier-ignore
        assertShowsCallers(await catchError(() => call(beams, options)))
    })

    test(`without its client, of ${name}`, async () => {
      assertShowsCallers(await catchError(() => call({ __proto__: PushNotifications.prototype })))
    })
  }

  test('of a closed client', async () => {
    const beams = createClient({ port: 1 })
    await beams.close()
    for (const call of Object.values(calls)) {
      const error = await catchError(() => call(beams))
      assert.equal(error.code, 'ERR_BEAMS_CLOSED')
      assertShowsCallers(error)
    }
  })

  test('through patched methods', async (t) => {
    const { generateToken } = PushNotifications.prototype
    PushNotifications.prototype.generateToken = () => 'replaced'
    t.after(() => (PushNotifications.prototype.generateToken = generateToken))
    assertShowsCallers(await catchError(async () => generateToken.call(createClient({ port: 1 }), '')))
  })

  test('of compat', async () => {
    const Compat = require('../compat.js')
    const beams = new Compat({ instanceId: 'i', secretKey: 'k', endpoint: '127.0.0.1', port: 1 })
    for (const call of [
      () => beams.deleteUser(''),
      () => beams.deleteUser(5),
      () => beams.publishToUsers([5], payload),
      async () => beams.generateToken(''),
    ]) {
      const frames = readFrames(await catchError(call))
      assert.ok(
        frames.some((frame) => frame.includes('handleRequest (')),
        String(frames),
      )
    }
  })

  test('of close', async () => {
    assertShowsCallers(await catchError(() => PushNotifications.prototype.close.call({})))
  })

  test('of the failures in a report', async (t) => {
    const { port } = await recordingServer(t, () => ({ status: 422 }))
    const beams = createClient({ port })
    const error = await catchError(async () => {
      const { failures } = await beams.publishToManyUsers(['u'], payload)
      throw failures[0].error
    })
    // It is made before its caller goes on, so the stack begins there.
    assert.ok(readFrames(error).filter((frame) => frame.includes(library)).length <= 1, error.stack)
  })

  for (const [name, call] of Object.entries({
    generateToken: () => createClient({ port: 1 }).generateToken(''),
    'generateToken, for an option': () => createClient({ port: 1 }).generateToken('u', { backdate: 'x' }),
    'a constructor': () => new PushNotifications({ instanceId: 'i' }),
    'a constructor, for a rule': () => new PushNotifications({ instanceId: 'a/b', secretKey: 'k' }),
    verifyWebhook: () => verifyWebhook('{}', 'x', 's'),
    'verifyWebhook, for its body': () => verifyWebhook({}, 'x', 's'),
    signWebhook: () => signWebhook('{}', ''),
    'signWebhook, for its body': () => signWebhook({}, 's'),
  })) {
    test(`at once, of ${name}`, async () => {
      assertShowsCallers(await catchError(async () => call()))
    })
  }
})
