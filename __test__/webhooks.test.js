'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { createHmac } = require('node:crypto')
const { BeamsError, isWebhookEventType, signWebhook, verifyWebhook } = require('..')

const secret = 'webhook-secret'

/** What the service's documentation shows, in its own layout: white space is signed too. */
function documented(type, payload) {
  const metadata = {
    created_at: '2019-03-11T10:42:16+0000',
    event_type: type,
    event_id: 'e1b9d31a-480e-43dc-ae97-93ed96576372',
    product: 'beams',
  }
  return JSON.stringify({ payload, metadata, custom_data: { of: 'mine' } }, null, 2)
}

const attempt = documented('v1.PublishToUsersAttempt', {
  instance_id: '9c83c1b2-77ac-49c5-94c2-bfc96f9bec49',
  publish_id: 'pubid-1df0b272-910b-43f7-9271-7345036aa739',
  users_delivered_to_gateway: ['user-001', 'user-002'],
  users_no_devices: ['user-005'],
  users_gateway_failed: [],
})
const open = documented('v1.UserNotificationOpen', { instance_id: 'i', publish_id: 'pubid-1', user_id: 'user-001' })
const acknowledgement = open.replace('UserNotificationOpen', 'UserNotificationAcknowledgement')

const sign = (body, key = secret) => createHmac('sha1', key).update(body).digest('hex')

function refusal(...args) {
  return refusalError(...args)?.code ?? 'verified'
}

function refusalError(...args) {
  try {
    verifyWebhook(...args)
    return undefined
  } catch (error) {
    assert.ok(error instanceof BeamsError)
    assert.ok(!error.message.includes(secret))
    assert.deepEqual({ attempts: error.attempts, delivery: error.delivery }, { attempts: 0, delivery: 'not-sent' })
    return error
  }
}

test('an event type is what a verified event may have as its own', () => {
  for (const type of ['v1.PublishToUsersAttempt', 'v1.UserNotificationAcknowledgement', 'v1.UserNotificationOpen'])
    assert.equal(isWebhookEventType(type), true, type)
  assert.equal(isWebhookEventType('unknown'), true)
  for (const type of ['v9.UserNotificationOpen', 'v1.usernotificationopen', '', undefined, null, 1, {}, Symbol('x')])
    assert.equal(isWebhookEventType(type), false, String(type))
})

describe('a webhook verifies and is read', () => {
  for (const [name, body, eventType] of [
    ['an attempt', attempt, 'v1.PublishToUsersAttempt'],
    ['an acknowledgement', acknowledgement, 'v1.UserNotificationAcknowledgement'],
    ['an opening', open, 'v1.UserNotificationOpen'],
    ['a type of tomorrow', open.replace('v1.', 'v9.'), 'unknown'],
    ['a user id beyond ASCII', open.replace('user-001', '😀 שלום \\ud800'), 'v1.UserNotificationOpen'],
  ]) {
    for (const [form, raw] of [
      ['Buffer', Buffer.from(body)],
      ['Uint8Array', new TextEncoder().encode(body)],
      ['string', body],
    ]) {
      test(`${name}, from a ${form}`, () => {
        const event = verifyWebhook(raw, sign(body), secret)
        const { eventType: type, eventId, createdAt, ...rest } = event
        assert.deepEqual(rest, JSON.parse(body))
        assert.equal(type, eventType)
        assert.equal(eventId, 'e1b9d31a-480e-43dc-ae97-93ed96576372')
        assert.equal(createdAt.toISOString(), '2019-03-11T10:42:16.000Z')
      })
    }
  }

  test('with hexadecimal digits in either case', () => {
    assert.equal(refusal(open, sign(open).toUpperCase(), secret), 'verified')
  })

  test('with any of several secrets', () => {
    assert.equal(refusal(open, sign(open), ['other', secret]), 'verified')
    assert.equal(refusal(open, sign(open), ['other', 'another']), 'ERR_BEAMS_WEBHOOK_SIGNATURE')
  })

  test('of ten megabytes', () => {
    const users = Array.from({ length: 400_000 }, (_, number) => `user-${number}-${'x'.repeat(12)}`)
    const body = Buffer.from(documented('v1.PublishToUsersAttempt', { users_no_devices: users }))
    assert.ok(body.length > 10_000_000)
    assert.equal(verifyWebhook(body, sign(body), secret).payload.users_no_devices.length, 400_000)
    body[5_000_000] ^= 1
    assert.equal(refusal(body, sign(open), secret), 'ERR_BEAMS_WEBHOOK_SIGNATURE')
  })
})

describe('a webhook is refused', () => {
  const good = sign(open)
  for (const [name, signature] of [
    ['without a signature', undefined],
    ['with a null signature', null],
    ['with an empty signature', ''],
    ['with two signatures', [good, good]],
    ['with a shortened signature', good.slice(0, -1)],
    ['with half a signature', good.slice(0, 20)],
    ['with a longer signature', `${good}00`],
    ['with a signature of something else', sign(`${open} `)],
    ['with a signature by another secret', sign(open, 'other')],
    ['with a signature in other digits', 'z'.repeat(40)],
    ['with a signature in base64', createHmac('sha1', secret).update(open).digest('base64')],
  ]) {
    test(name, () => assert.equal(refusal(open, signature, secret), 'ERR_BEAMS_WEBHOOK_SIGNATURE'))
  }

  test('with any bit of its signature flipped', () => {
    for (let bit = 0; bit < 160; bit++) {
      const bytes = Buffer.from(good, 'hex')
      bytes[bit >> 3] ^= 1 << (bit & 7)
      assert.equal(refusal(open, bytes.toString('hex'), secret), 'ERR_BEAMS_WEBHOOK_SIGNATURE')
    }
  })

  for (const [name, body] of [
    ['is empty', ''],
    ['is no JSON', '{'],
    ['is no event', '{}'],
    ['has no metadata', '{"payload":{}}'],
    ['has an invalid timestamp', open.replace('2019-03-11', 'once')],
    ['is nested without end', `{"payload":${'['.repeat(200_000)}`],
    ['is no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ]) {
    test(`whose signed body ${name}`, () => {
      assert.equal(refusal(body, sign(body), secret), 'ERR_BEAMS_WEBHOOK_PAYLOAD')
    })
  }

  for (const [name, body, key] of [
    ['that was parsed already', JSON.parse(open), secret],
    ['that is missing', undefined, secret],
    ['with no secret', open, undefined],
    ['with an empty secret', open, ''],
    ['with no secrets', open, []],
    ['with an undefined secret', open, [secret, undefined]],
  ]) {
    test(name, () => assert.equal(refusal(body, good, key), 'ERR_BEAMS_INVALID_ARGUMENT'))
  }
})

test('a webhook may have a thousand secrets, one of which must match', () => {
  const secrets = (count) => [...Array.from({ length: count - 1 }, (_, index) => `other-${index}`), secret]
  assert.equal(refusal(open, sign(open), secrets(1000)), 'verified')
  assert.equal(refusal(open, sign(open, 'another'), secrets(1000)), 'ERR_BEAMS_WEBHOOK_SIGNATURE')
  const { code, message } = refusalError(open, sign(open), secrets(1001))
  assert.deepEqual([code, message], ['ERR_BEAMS_INVALID_ARGUMENT', 'secret must have at most 1000 elements'])
})

test('a webhook may have a secret of a million UTF-16 units, and no longer one', () => {
  const long = 'x'.repeat(1 << 20)
  assert.equal(refusal(open, sign(open, long), long), 'verified')
  assert.equal(refusal(open, sign(open, `${long}x`), `${long}x`), 'ERR_BEAMS_INVALID_ARGUMENT')
})

for (const [name, body] of [
  ['a parsed object', JSON.parse(open)],
  ['null', null],
  ['missing', undefined],
  ['a number', 5],
  ['an array', [open]],
]) {
  test(`a body that is ${name} is refused with what is needed: the raw body`, () => {
    const { code, message } = refusalError(body, sign(open), secret)
    assert.equal(code, 'ERR_BEAMS_INVALID_ARGUMENT')
    assert.equal(message, 'rawBody must be a string, a Uint8Array or an ArrayBuffer: the raw body, before any parsing')
  })
}

for (const [name, signature] of [
  ['all headers of Node', { 'webhook-signature': sign(open) }],
  ['all headers of fetch', new Headers({ 'webhook-signature': sign(open) })],
  ['a number', 5],
  ['a function', () => sign(open)],
]) {
  test(`a signature that is ${name} is an invalid argument, not a forged signature`, () => {
    const { code, message } = refusalError(open, signature, secret)
    assert.equal(code, 'ERR_BEAMS_INVALID_ARGUMENT')
    assert.match(message, /^signature must be the value of one header, as in request\.headers\['webhook-signature'\]/)
  })
}

test('signWebhook says which argument is invalid', () => {
  for (const [body, key, message] of [
    [open, '', /^secret must not be empty/],
    [open, undefined, /^secret must be a string$/],
    [{}, secret, /^body must be a string, a Uint8Array or an ArrayBuffer: what will be sent/],
  ]) {
    assert.throws(() => signWebhook(body, key), { code: 'ERR_BEAMS_INVALID_ARGUMENT', message })
  }
})

test('what signWebhook signs, verifyWebhook takes, and so would the service', () => {
  for (const body of [open, Buffer.from(open), new Uint8Array()]) {
    const headers = signWebhook(body, secret)
    assert.deepEqual(headers, { 'Content-Type': 'application/json', 'Webhook-Signature': sign(body) })
  }
  assert.throws(() => signWebhook(open, ''), { code: 'ERR_BEAMS_INVALID_ARGUMENT' })
  assert.throws(() => signWebhook(open), { code: 'ERR_BEAMS_INVALID_ARGUMENT' })
  assert.throws(() => signWebhook({}, secret), { code: 'ERR_BEAMS_INVALID_ARGUMENT' })
})
