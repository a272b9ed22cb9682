'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { emulated, paths, web, send } = require('./helpers/requests.js')

const users = (more) => ({ users: ['u'], web, ...more })
const notification = (more) => users({ web: { notification: more } })
const aps = (more) => users({ apns: { aps: more } })

// What users of the service report, and its documents do not say.
for (const [name, body, description] of [
  ['duplicate users', users({ users: ['a', 'b', 'a'] }), '`users`: array items must be unique'],
  ['duplicate interests', { interests: ['a', 'a'], web }, '`interests`: array items must be unique'],
  ['no platform', { users: ['u'] }, 'At least one of `apns`, `fcm` and `web` is required'],
  [
    'a content-available of true',
    aps({ 'content-available': true }),
    '`apns.aps.content-available`: apns.aps.content-available must be one of the following: 1',
  ],
  ['a content-available of 0', aps({ 'content-available': 0 }), /must be one of the following: 1$/],
  ['a sound as an object', aps({ sound: { name: 'default', critical: 1 } }), /^`apns\.aps\.sound`: /],
  [
    'a relative link',
    notification({ deep_link: '/inbox' }),
    "`web.notification.deep_link`: Does not match format 'uri'",
  ],
]) {
  test(`${name}: refused with 422 as the service does, unless strict is off`, async (t) => {
    const path = body.users ? paths.users : paths.interests
    const { status, json } = await send(await emulated(t), 'POST', path, { body })
    assert.equal(status, 422)
    if (description instanceof RegExp) assert.match(json().description, description)
    else assert.equal(json().description, description)
    assert.equal((await send(await emulated(t, { strict: false }), 'POST', path, { body })).status, 200)
  })
}

test('what the service documents is refused in either case', async (t) => {
  for (const strict of [true, false]) {
    const emulator = await emulated(t, { strict })
    const { status, json } = await send(emulator, 'POST', paths.interests, { body: { interests: ['a', 'b c'], web } })
    assert.deepEqual(
      [status, json().description],
      [422, "`interests.1`: Does not match pattern '^[A-Za-z0-9_\\-=@,.;]+$'"],
    )
  }
})
