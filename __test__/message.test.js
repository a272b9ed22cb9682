'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const path = require('node:path')
const { BeamsError, checkPublishRequest, toPublishRequest } = require('..')
const { typeErrors } = require('./helpers/typescript.js')

const texts = { title: 'Your order', body: 'It is on its way.' }

test('a message becomes a payload for each platform, without findings of the checker', () => {
  const before = Math.floor(Date.now() / 1000)
  const { apns, fcm, web } = toPublishRequest({
    ...texts,
    link: '/orders/7',
    baseUrl: 'https://example.com',
    data: { orderId: 7, weight: 0.1 + 0.2 },
    ttl: 3600,
  })
  const after = Math.floor(Date.now() / 1000)
  const link = 'https://example.com/orders/7'
  const { expiration, ...timeless } = apns
  assert.ok(expiration >= before + 3600 && expiration <= after + 3600)
  assert.deepEqual(timeless, { aps: { alert: texts }, data: { orderId: 7, weight: 0.30000000000000004, link } })
  assert.deepEqual(fcm, {
    notification: texts,
    data: { orderId: '7', weight: '0.30000000000000004', link },
    time_to_live: 3600,
  })
  assert.deepEqual(web, {
    notification: { ...texts, deep_link: link },
    data: { orderId: 7, weight: 0.30000000000000004, link },
    time_to_live: 3600,
  })
  assert.deepEqual(checkPublishRequest({ apns, fcm, web }), [])
})

test('a silent message has no web payload', () => {
  const publishRequest = toPublishRequest({ silent: true, data: { sync: true } })
  assert.deepEqual(publishRequest, {
    apns: { aps: { 'content-available': 1 }, data: { sync: true }, priority: 5 },
    fcm: { data: { sync: 'true' }, priority: 'normal' },
  })
  assert.deepEqual(checkPublishRequest(publishRequest), [])
})

test("a platform's own members are merged, and null removes", () => {
  const { fcm, ...others } = toPublishRequest({
    ...texts,
    sound: 'bell.caf',
    platforms: ['fcm'],
    fcm: { notification: { sound: null, android_channel_id: 'orders' } },
  })
  assert.deepEqual(fcm, { notification: { ...texts, android_channel_id: 'orders' } })
  assert.deepEqual(others, {})
})

test('values with toJSON are accepted', () => {
  const { web } = toPublishRequest({ ...texts, data: { due: new Date(0), none: undefined } })
  assert.deepEqual(web.data, { due: '1970-01-01T00:00:00.000Z' })
  assert.deepEqual(toPublishRequest({ toJSON: () => texts }), toPublishRequest(texts))
})

describe('the builder throws for', () => {
  for (const [name, message, expected] of [
    ['a missing message', undefined, /^message argument is required$/],
    ['null', null, /^message argument is required$/],
    ['a text', 'Hello', /^message argument must be a plain object$/],
    ['a list', [texts], /^message argument must be a plain object$/],
    ['a message without a form', { toJSON: () => undefined }, /^message argument must be a plain object$/],
    ['a slip of the finger', { ...texts, titel: 'x' }, /^message has no member `titel`; did you mean `title`\?$/],
    ['targets', { ...texts, users: ['user-1'] }, /^message has no member `users`$/],
    ['a relative link', { ...texts, link: '/inbox' }, /^message\.link is relative: .* message\.baseUrl$/],
    [
      'a Set in data',
      { ...texts, data: { tags: [new Set()] } },
      /^message\.data\.tags\.0 cannot be represented in JSON: /,
    ],
    ['a function in data', { ...texts, data: { call() {} } }, /^message\.data\.call cannot be represented in JSON: /],
    ['NaN for a duration', { ...texts, ttl: NaN }, /^message\.ttl cannot be represented in JSON: .* finite numbers$/],
    ['Infinity for a duration', { ...texts, ttl: Infinity }, /^message\.ttl cannot be represented in JSON: /],
    ['a wrapped NaN', { ...texts, ttl: new Number(NaN) }, /^message\.ttl cannot be represented in JSON: /], // oxlint-disable-line no-new-wrappers
    ['NaN in data', { ...texts, data: { n: NaN } }, /^message\.data\.n cannot be represented in JSON: /],
    ['NaN for a platform', { ...texts, apns: { aps: { badge: NaN } } }, /^message\.apns\.aps\.badge cannot be /],
    ['a BigInt', { ...texts, data: { id: 7n } }, /BigInt/],
  ]) {
    test(name, () => {
      assert.throws(
        () => toPublishRequest(message),
        (error) => {
          assert.ok(error instanceof BeamsError)
          assert.match(error.message, expected)
          assert.equal(error.code, 'ERR_BEAMS_INVALID_ARGUMENT')
          assert.equal(error.delivery, 'not-sent')
          return true
        },
      )
    })
  }
})

test('messages and findings are typed', async () => {
  const file = path.join(__dirname, 'types', 'messages.ts')
  for (const options of [[], ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess']]) {
    assert.equal(await typeErrors([file], options), '')
  }
})
