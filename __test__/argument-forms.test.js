'use strict'

// Arguments in the less usual of the forms that they may have.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const vm = require('node:vm')
const { signWebhook, verifyWebhook } = require('..')
const { recordingServer } = require('./helpers/servers.js')
const { createClient, rejection } = require('./helpers/clients.js')

const secret = 'webhook-secret'
const body = JSON.stringify({
  payload: { instance_id: 'i', publish_id: 'p', user_id: 'u' },
  metadata: {
    created_at: '2019-03-11T10:42:16+0000',
    event_type: 'v1.UserNotificationOpen',
    event_id: 'e1b9d31a-480e-43dc-ae97-93ed96576372',
    product: 'beams',
  },
})
const bytes = Buffer.from(body)
const signature = signWebhook(body, secret)['Webhook-Signature']

/** The body as bytes of this buffer, at an offset. */
function within(buffer) {
  new Uint8Array(buffer).set(bytes, 3)
  return buffer
}

const shared = within(new SharedArrayBuffer(bytes.length + 8))
const bodies = {
  'an ArrayBuffer': () => new Uint8Array(bytes).buffer,
  'a SharedArrayBuffer': () => {
    const buffer = new SharedArrayBuffer(bytes.length)
    new Uint8Array(buffer).set(bytes)
    return buffer
  },
  'a view of shared memory': () => new Uint8Array(shared, 3, bytes.length),
  'a Buffer of shared memory': () => Buffer.from(shared, 3, bytes.length),
  'a DataView': () => new DataView(within(new ArrayBuffer(bytes.length + 8)), 3, bytes.length),
  'an ArrayBuffer of another realm': () => vm.runInNewContext('new Uint8Array(bytes).buffer', { bytes: [...bytes] }),
  'a view of another realm': () => vm.runInNewContext('new Uint8Array(bytes)', { bytes: [...bytes] }),
}

describe('a webhook', () => {
  for (const [name, make] of Object.entries(bodies)) {
    test(`is verified and signed from ${name}`, () => {
      assert.equal(verifyWebhook(make(), signature, secret).eventType, 'v1.UserNotificationOpen')
      assert.equal(signWebhook(make(), secret)['Webhook-Signature'], signature)
    })
  }

  for (const notBytes of [
    { length: 4 },
    [1, 2],
    5,
    null,
    undefined,
    { [Symbol.toStringTag]: 'ArrayBuffer', length: 1e9 },
  ]) {
    test(`is refused without bytes: ${typeof notBytes}`, () => {
      for (const call of [() => verifyWebhook(notBytes, signature, secret), () => signWebhook(notBytes, secret)]) {
        assert.throws(call, {
          code: 'ERR_BEAMS_INVALID_ARGUMENT',
          message: /must be a string, a Uint8Array or an ArrayBuffer/,
        })
      }
    })
  }

  test('is verified by a signature in an array of one, as Node represents repeatable headers', () => {
    assert.equal(verifyWebhook(body, [signature], secret).eventId, 'e1b9d31a-480e-43dc-ae97-93ed96576372')
    for (const several of [[], [signature, signature], [[signature]], [5]]) {
      assert.throws(() => verifyWebhook(body, several, secret), { code: 'ERR_BEAMS_WEBHOOK_SIGNATURE' })
    }
  })
})

describe('a payload is sent as JSON.stringify would send it', () => {
  class Notification {
    #secret = 'private'
    title = 'Hello'
    get secret() {
      return this.#secret
    }
    toJSON() {
      return { web: { notification: { title: this.title } } }
    }
  }
  class Inherited extends Notification {}
  const withDate = { web: { data: { at: new Date(0), nested: new Notification(), missing: undefined } } }

  for (const [name, payload] of [
    ['a class with toJSON', new Notification()],
    ['a class that inherits toJSON', new Inherited()],
    ['an object with a toJSON of its own', { web: { data: {} }, toJSON: () => ({ fcm: { data: {} } }) }],
    ['a toJSON that gives a class', { toJSON: () => Object.assign(new Notification(), { web: {} }) }],
    ['a toJSON that looks at its key', { toJSON: (...args) => ({ web: { data: { args } } }) }],
    ['members that have toJSON', withDate],
    ['an object without a prototype', Object.assign(Object.create(null), withDate)],
    ['an object of another realm', vm.runInNewContext('({ web: { data: { list: [1, "a", null] } } })')],
    ['a member named toJSON that is not a function', { web: {}, toJSON: 'text' }],
  ]) {
    test(name, async (t) => {
      const { port, requests } = await recordingServer(t)
      const beams = createClient({ port }, { payloadChecks: 'off' })
      await beams.publishToUsers(['u'], payload)
      await beams.publishToManyUsers(['u'], payload)
      const expected = { ...JSON.parse(JSON.stringify(payload)), users: ['u'] }
      assert.deepEqual(requests.map((request) => JSON.parse(request.body)), [expected, expected]) // prettier-ignore
    })
  }

  for (const value of [null, 'text', 5, [], undefined]) {
    test(`and is refused if its toJSON returns ${JSON.stringify(value)}`, async () => {
      const { code, message } = await rejection(
        createClient({ port: 1 }).publishToUsers(['u'], { toJSON: () => value }),
      )
      assert.deepEqual(
        [code, message],
        ['ERR_BEAMS_INVALID_ARGUMENT', 'publishRequest argument must be a plain object'],
      )
    })
  }
})
