'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const jwt = require('jsonwebtoken')
const { PushNotifications } = require('..')

const beams = new PushNotifications({ instanceId: 'My_Instance', secretKey: '12345', endpoint: 'localhost' })

/** What both functions return within one and the same second. */
function inOneSecond(one, other) {
  for (;;) {
    const before = Math.floor(Date.now() / 1000)
    const values = [one(), other()]
    if (before === Math.floor(Date.now() / 1000)) return values
  }
}

test('a token is what jsonwebtoken makes of the documented claims', () => {
  const claims = { expiresIn: '24h', issuer: 'https://My_Instance.pushnotifications.pusher.com', subject: 'user-1' }
  const [ours, theirs] = inOneSecond(
    () => beams.generateToken('user-1'),
    () => jwt.sign({}, '12345', claims),
  )
  assert.equal(ours, theirs)
})

test('a token holds the user, the instance, and 24 hours from now', () => {
  const now = Math.floor(Date.now() / 1000)
  const { header, payload } = jwt.verify(beams.generateToken('user-1'), '12345', { complete: true })
  assert.deepEqual(header, { alg: 'HS256', typ: 'JWT' })
  assert.equal(payload.sub, 'user-1')
  assert.equal(payload.iss, 'https://My_Instance.pushnotifications.pusher.com')
  assert.equal(payload.exp - payload.iat, 24 * 60 * 60)
  assert.ok(payload.iat - now <= 1)
})

test('a token holds any user id as it is', () => {
  for (const userId of ['שלום', '😀'.repeat(82), '\0', '"\\\b\f\n\r\t\u001f\u007f\u2028', 'a\ud800b', '.', '..']) {
    assert.equal(jwt.decode(beams.generateToken(userId)).sub, userId)
  }
})

test('a token of a key beyond ASCII is signed with its UTF-8 bytes', () => {
  const client = new PushNotifications({ instanceId: 'i', secretKey: 'clé' })
  assert.ok(jwt.verify(client.generateToken('u'), Buffer.from('clé', 'utf8')))
})

test('a backdated token is still valid for 24 hours from now', () => {
  const backdating = new PushNotifications({ instanceId: 'i', secretKey: '12345', tokenBackdate: 60 })
  for (const [client, options, backdate] of [
    [backdating, undefined, 60],
    [backdating, {}, 60],
    [backdating, { backdate: undefined }, 60],
    [backdating, { backdate: 0 }, 0],
    [beams, { backdate: 300 }, 300],
    [beams, {}, 0],
  ]) {
    const [now, token] = inOneSecond(
      () => Math.floor(Date.now() / 1000),
      () => client.generateToken('user-1', options),
    )
    const { iat, exp } = jwt.verify(token, '12345')
    assert.deepEqual({ iat, exp }, { iat: now - backdate, exp: now + 24 * 60 * 60 })
  }
})
