'use strict'

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { startEmulator } = require('..')
const {
  paths,
  web,
  emulated,
  send,
  publish,
  registrations,
  register,
  setUser,
  createToken,
} = require('./helpers/requests.js')

const encode = (text) => Buffer.from(text, 'latin1').toString('base64url')
const withClaims = (claims) => `${encode('{"alg":"HS256","typ":"JWT"}')}.${encode(claims)}.x`
const unknownId = '00000000-0000-4000-8000-000000000000'

describe('the device API', () => {
  let emulator
  before(async () => (emulator = await startEmulator({ secretKey: 'key' })))
  after(() => emulator.close())

  for (const [platform, body] of Object.entries(registrations)) {
    const devices = `${paths.devices}/${platform}`

    test(`registers, shows, changes and deletes ${platform} devices`, async () => {
      const metadata = { sdkVersion: '1.2.3' }
      const registered = await send(emulator, 'POST', devices, { body: { ...body, metadata } })
      const { id, initialInterestSet } = registered.json()
      assert.equal(registered.status, 200)
      assert.match(id, new RegExp(`^${platform}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`))
      assert.deepEqual(initialInterestSet, [])
      assert.deepEqual((await send(emulator, 'GET', `${devices}/${id}`)).json(), { id, metadata })

      const changed = await send(emulator, 'PUT', `${devices}/${id}/metadata`, { body: { sdkVersion: '2' } })
      assert.deepEqual([changed.status, changed.text], [200, ''])
      assert.deepEqual((await send(emulator, 'GET', `${devices}/${id}`)).json().metadata, { sdkVersion: '2' })

      assert.equal((await send(emulator, 'DELETE', `${devices}/${id}`)).status, 200)
      assert.equal((await send(emulator, 'GET', `${devices}/${id}`)).status, 404)
      assert.equal((await send(emulator, 'DELETE', `${devices}/${id}`)).status, 200)
    })

    test(`lists, adds, removes and replaces the interests of ${platform} devices`, async () => {
      const device = `${devices}/${await register(emulator, platform)}`
      const list = async () => (await send(emulator, 'GET', `${device}/interests`)).json()
      assert.deepEqual(await list(), { interests: [], responseMetadata: {} })
      assert.equal((await send(emulator, 'POST', `${device}/interests/b`)).status, 200)
      assert.equal((await send(emulator, 'POST', `${device}/interests/a`)).status, 200)
      assert.equal((await send(emulator, 'POST', `${device}/interests/a`)).status, 200)
      assert.deepEqual((await list()).interests, ['a', 'b'])
      assert.equal((await send(emulator, 'DELETE', `${device}/interests/b`)).status, 200)
      assert.deepEqual((await list()).interests, ['a'])
      assert.equal(
        (await send(emulator, 'PUT', `${device}/interests`, { body: { interests: ['x', 'y', 'x'] } })).status,
        200,
      )
      assert.deepEqual((await list()).interests, ['x', 'y'])
    })

    test(`refuses bad registrations of ${platform} devices`, async () => {
      const name = { apns: 'APNs', fcm: 'FCM', web: 'Web' }[platform]
      for (const [request, status, description] of [
        [{ body: { ...body, token: undefined } }, 400, `Missing ${name} token.`],
        [{ body: { ...body, token: '' } }, 400, `Missing ${name} token.`],
        [{ body: { ...body, token: '?!' } }, 401, `Incorrect ${name} token supplied.`],
        [{ body: '[]' }, 400, 'Failed to read body as a JSON object.'],
        [{ body: '{' }, 400, 'Request body must be a JSON object'],
        [{}, 400, 'Failed to read body as a JSON object.'],
        [
          { body: 'x', headers: { 'content-type': 'text/plain' } },
          400,
          'Invalid content type, it must be application/json',
        ],
        ...(platform === 'apns' ? [[{ body: { token: 'a1' } }, 400, 'Missing App Bundle Identifier.']] : []),
      ]) {
        const response = await send(emulator, 'POST', devices, request)
        assert.deepEqual([response.status, response.json().description], [status, description])
      }
    })

    test(`knows no other ${platform} devices`, async () => {
      const found = { body: { interests: [], token: 'a1', sdkVersion: '1' } }
      for (const [method, path, request] of [
        ['GET', ''],
        ['PUT', '/metadata', { body: {} }],
        ['PUT', '/token', found],
        ['PUT', '/user'],
        ['GET', '/interests'],
        ['PUT', '/interests', { body: { interests: [] } }],
        ['POST', '/interests/a'],
        ['DELETE', '/interests/a'],
      ]) {
        const unknown = await send(emulator, method, `${devices}/${platform}-${unknownId}${path}`, request)
        const notFound = { error: 'Device not found', description: 'Could not find the device.' }
        assert.deepEqual([unknown.status, unknown.json()], [404, notFound], `${method} ${path}`)
        const invalid = await send(emulator, method, `${devices}/x${path}`, request)
        assert.deepEqual([invalid.status, invalid.json().description], [400, '`device-id` given is not valid.'])
      }
      assert.equal((await send(emulator, 'DELETE', `${devices}/x`)).status, 400)
    })
  }

  test('has one device a gateway token', async () => {
    const devices = `${paths.devices}/fcm`
    const first = (await send(emulator, 'POST', devices, { body: { token: 'the-token' } })).json().id
    const second = (await send(emulator, 'POST', devices, { body: { token: 'the-token' } })).json().id
    assert.equal((await send(emulator, 'GET', `${devices}/${first}`)).status, 404)
    const third = await register(emulator, 'fcm')
    assert.equal(
      (await send(emulator, 'PUT', `${devices}/${third}/token`, { body: { token: 'the-token' } })).status,
      200,
    )
    assert.equal((await send(emulator, 'GET', `${devices}/${second}`)).status, 404)
    assert.equal((await send(emulator, 'GET', `${devices}/${third}`)).status, 200)
    const missing = await send(emulator, 'PUT', `${devices}/${third}/token`, { body: {} })
    assert.deepEqual([missing.status, missing.json().description], [400, 'Missing FCM token.'])
  })

  test('lists interests in pages', async () => {
    const interests = Array.from({ length: 250 }, (_, index) => `interest-${String(index).padStart(3, '0')}`)
    const device = `${paths.devices}/web/${await register(emulator, 'web', { interests })}`
    const seen = []
    let pages = 0
    for (let cursor = ''; cursor !== undefined; pages++) {
      const page = (await send(emulator, 'GET', `${device}/interests?limit=100${cursor && `&cursor=${cursor}`}`)).json()
      seen.push(...page.interests)
      cursor = page.responseMetadata.nextCursor
    }
    assert.deepEqual([pages, seen], [3, interests])
    for (const [query, description] of [
      ['limit=0', '`limit` given is not valid.'],
      ['limit=101', '`limit` given is not valid.'],
      ['limit=x', '`limit` given is not valid.'],
      ['limit=1&limit=2', '`limit` given is not valid.'],
      ['cursor=!!', '`cursor` given is not valid.'],
    ]) {
      const refused = await send(emulator, 'GET', `${device}/interests?${query}`)
      assert.deepEqual([refused.status, refused.json().description], [400, description], query)
    }
  })

  test('takes 5 000 interests and no more', async () => {
    const interests = Array.from({ length: 5000 }, (_, index) => `i${index}`)
    const device = `${paths.devices}/web/${await register(emulator, 'web', { interests })}`
    const more = await send(emulator, 'PUT', `${device}/interests`, { body: { interests: [...interests, 'one-more'] } })
    assert.deepEqual([more.status, more.json().error], [400, 'Interest set too large'])
    assert.equal((await send(emulator, 'POST', `${device}/interests/one-more`)).json().error, 'Interest set too large')
    assert.equal((await send(emulator, 'POST', `${device}/interests/i7`)).status, 200)
  })

  test('refuses interests with a forbidden character or more than 164', async () => {
    const device = `${paths.devices}/web/${await register(emulator, 'web')}`
    for (const name of ['a|b', 'a b', 'é', 'i'.repeat(165)]) {
      const refusal = [400, { error: 'Invalid interest name', description: '`interest-name` given is not valid.' }]
      const added = await send(emulator, 'POST', `${device}/interests/${encodeURIComponent(name)}`)
      assert.deepEqual([added.status, added.json()], refusal)
      const set = await send(emulator, 'PUT', `${device}/interests`, { body: { interests: [name] } })
      assert.deepEqual([set.status, set.json()], refusal)
    }
    for (const body of [{}, { interests: 'a' }]) {
      assert.equal((await send(emulator, 'PUT', `${device}/interests`, { body })).status, 400)
    }
  })

  const past = Math.floor(Date.now() / 1000) - 60
  const future = past + 3600
  for (const [name, token, status, description] of [
    ['no expiry', createToken('u', { exp: undefined }), 400, 'Missing expiration (exp) field in JWT'],
    ['no subject', createToken(undefined), 400, 'Missing subject (sub) field in JWT'],
    ['an empty subject', createToken(''), 400, 'JWT subject (sub) must be between 1-164 characters long'],
    [
      'a subject of 165 characters',
      createToken('u'.repeat(165)),
      400,
      'JWT subject (sub) must be between 1-164 characters long',
    ],
    ['no issuer', createToken('u', { iss: undefined }), 400, 'Missing issuer (iss) field in JWT'],
    [
      'another issuer',
      createToken('u', { iss: 'https://other.pushnotifications.pusher.com' }),
      403,
      'Invalid JWT issuer.',
    ],
    [
      'an issuer without a scheme',
      createToken('u', { iss: 'my-instance.pushnotifications.pusher.com' }),
      403,
      'Invalid JWT issuer.',
    ],
    ['an expiry that is over', createToken('u', { exp: past }), 401, 'Invalid JWT claims: Token is expired'],
    ['an issue to come', createToken('u', { iat: future }), 401, 'Invalid JWT claims: Token used before issued'],
    ['a start to come', createToken('u', { nbf: future }), 401, 'Invalid JWT claims: Token is not valid yet'],
    ['another signature', createToken('u', {}, 'other'), 401, 'Invalid JWT signature.'],
    ['no signature', `${createToken('u').split('.').slice(0, 2).join('.')}.`, 401, 'Invalid JWT signature.'],
    ['no form', 'x.y.z', 401, '`Authorization` header token is malformed.'],
    ['claims that are not JSON', withClaims('not JSON'), 401, '`Authorization` header token is malformed.'],
    ['claims that are null', withClaims('null'), 401, '`Authorization` header token is malformed.'],
    ['claims that are a list', withClaims('[]'), 401, '`Authorization` header token is malformed.'],
    ['claims that are text', withClaims('"x"'), 401, '`Authorization` header token is malformed.'],
    ['claims that are not UTF-8', withClaims('{\xff}'), 401, '`Authorization` header token is malformed.'],
    ['an expiry as text', withClaims('{"exp":"9999999999"}'), 401, '`Authorization` header token is malformed.'],
    ['a header that is null', `${encode('null')}.${encode('{}')}.x`, 401, '`Authorization` header token is malformed.'],
    [
      'a header that is not JSON',
      `${encode('{')}.${encode('{}')}.x`,
      401,
      '`Authorization` header token is malformed.',
    ],
    [
      'no algorithm',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`,
      401,
      '`Authorization` header token is malformed.',
    ],
  ]) {
    test(`refuses a token with ${name}: ${status}`, async () => {
      const device = `${paths.devices}/fcm/${await register(emulator, 'fcm')}`
      const response = await setUser(emulator, device, token)
      assert.deepEqual([response.status, response.json().description], [status, description])
      assert.equal((await send(emulator, 'GET', device)).json().userId, undefined)
    })
  }

  test('refuses a user without a token, and with something else than a bearer token', async () => {
    const device = `${paths.devices}/fcm/${await register(emulator, 'fcm')}`
    const missing = await fetch(`${emulator.url}${device}/user`, { method: 'PUT' })
    assert.deepEqual(
      [missing.status, (await missing.json()).description],
      [401, '`Authorization` header token is missing.'],
    )
    const basic = await send(emulator, 'PUT', `${device}/user`, { headers: { authorization: 'Basic x' } })
    assert.deepEqual([basic.status, basic.json().description], [401, '`Authorization` header token is malformed.'])
  })

  test('binds a device to one user for good', async () => {
    const device = `${paths.devices}/apns/${await register(emulator, 'apns', { user: 'one' })}`
    assert.equal((await send(emulator, 'GET', device)).json().userId, 'one')
    assert.equal((await setUser(emulator, device, createToken('one'))).status, 200)
    const other = await setUser(emulator, device, createToken('other'))
    assert.deepEqual(
      [other.status, other.json().description],
      [400, 'A User Id is already associated with this device.'],
    )
  })

  test('lets a user have 100 devices', async () => {
    for (let count = 0; count < 100; count++) await register(emulator, 'fcm', { user: 'collector' })
    const device = `${paths.devices}/fcm/${await register(emulator, 'fcm')}`
    const refused = await setUser(emulator, device, createToken('collector'))
    assert.deepEqual(
      [refused.status, refused.json()],
      [422, { error: 'Unprocessable Entity', description: 'User already has reached the maximum of 100 devices.' }],
    )
  })

  test('removes the devices of a user who is deleted', async () => {
    const id = await register(emulator, 'web', { user: 'leaver', interests: ['leaving'] })
    assert.equal((await send(emulator, 'DELETE', `${paths.customer}/leaver`)).status, 200)
    assert.equal((await send(emulator, 'GET', `${paths.devices}/web/${id}`)).status, 404)
    const publishId = await publish(emulator, { interests: ['leaving'], web })
    assert.deepEqual(
      emulator.deliveries().filter((delivery) => delivery.publishId === publishId),
      [],
    )
  })

  test('refuses an invalid instance id', async () => {
    const path = paths.devices.replace('my-instance', 'a%20b')
    const { status, json } = await send(emulator, 'POST', `${path}/fcm`, { body: registrations.fcm })
    assert.deepEqual([status, json().description], [400, '`instance-id` given is not valid.'])
  })

  test('responds to a browser on another site, and its preflight', async () => {
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' } // prettier-ignore
    const preflight = await send(emulator, 'OPTIONS', `${paths.devices}/web/x/user`, { headers })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers['access-control-allow-origin'], '*')
    assert.match(preflight.headers['access-control-allow-methods'], /PUT/)
    const { headers: response } = await send(emulator, 'POST', `${paths.devices}/web`, {
      body: registrations.web,
      headers,
    })
    assert.equal(response['access-control-allow-origin'], '*')
  })
})

test('an emulator of one instance has devices of no other', async (t) => {
  const emulator = await emulated(t, { instanceId: 'other' })
  const { status, json } = await send(emulator, 'POST', `${paths.devices}/fcm`, { body: registrations.fcm })
  assert.deepEqual([status, json().error], [404, 'Instance not found'])
})

test('an emulator that takes any key takes any signature', async (t) => {
  const emulator = await emulated(t)
  const id = await register(emulator, 'fcm', { user: 'u', secretKey: 'whatever' })
  assert.equal(emulator.devices().find((device) => device.id === id).userId, 'u')
})
