'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { PushNotifications } = require('beams-native')
const { PayloadChecks } = require('../src/checks/payload-checks.js')
const { FormerUsers } = require('../src/store/former-users.js')
const { emulated, paths, web, send, publish, register } = require('./helpers/requests.js')

const read = async (emulator, path) => (await send(emulator, 'GET', path)).json()

test('a wrong payload is published, the inbox shows the finding and the reason, and the corrected one shows', async (t) => {
  const emulator = await emulated(t)
  const beams = new PushNotifications({ instanceId: 'my-instance', secretKey: 'key', endpoint: emulator.url })
  t.after(() => beams.close())
  const notification = { title: 'Your parcel', body: 'It is here.', icon: 'https://shop.example/icon.png' }
  const publishTo = (users, more) =>
    beams.publishToUsers(users, { web: { notification: { ...notification, ...more } } })

  // Beams would refuse it, and so does the emulator, which says what to write instead.
  await assert.rejects(publishTo(['ada'], { deep_link: '/orders/7' }), {
    code: 'ERR_BEAMS_UNPROCESSABLE',
    status: 422,
  })
  const [refused] = (await read(emulator, '/emulator/inbox')).items
  assert.deepEqual([refused.type, refused.title, refused.status], ['failed-request', 'Your parcel', 422])
  assert.equal(refused.description, "`web.notification.deep_link`: Does not match format 'uri'")
  const { findings } = await read(emulator, `/emulator/inbox/${refused.id}`)
  assert.deepEqual(
    findings.map(({ rule, severity, path }) => [rule, severity, path]),
    [['web/deep-link-not-absolute', 'refused', '/web/notification/deep_link']],
  )
  assert.match(findings[0].message, /must be an absolute URL\. Write the site's origin in front/)

  // Accepted, delivered, and yet nothing would show: the title is in the wrong place.
  await register(emulator, 'web', { user: 'grace' })
  const silent = await beams.publishToUsers(['grace'], { web: notification })
  const [{ delivered, findingCounts }] = (await read(emulator, '/emulator/inbox')).items
  assert.deepEqual([delivered, findingCounts.dropped], [1, 1])
  const dropped = (await read(emulator, `/emulator/inbox/${silent.publishId}`)).findings[0]
  assert.deepEqual([dropped.severity, dropped.path], ['dropped', '/web'])

  // The payload is right now, but nobody gets it.
  const lost = await publishTo(['ada'], { deep_link: 'https://shop.example/orders/7' })
  const why = await read(emulator, `/emulator/publishes/${lost.publishId}/why`)
  assert.deepEqual(
    [why.findings, why.missed.map(({ reason, message }) => [reason, message])],
    [[], [['no-user', 'there is no user `ada`: no device is bound to it']]],
  )

  await send(emulator, 'POST', '/emulator/devices', {
    body: { platform: 'web', userId: 'ada', instanceId: 'my-instance' },
  })
  const { publishId } = await publishTo(['ada'], { deep_link: 'https://shop.example/orders/7' })
  const shown = await read(emulator, `/emulator/inbox/${publishId}`)
  assert.deepEqual([shown.delivered, shown.missed, shown.findings], [1, [], []])
  assert.equal(emulator.deliveries().at(-1).payload.notification.title, 'Your parcel')
})

describe('for each target that misses a publish there is a reason', () => {
  const users = (...names) => ({ users: names, web })
  for (const [name, prepare, body, expected] of [
    ['no such user', () => {}, users('ada'), [['no-user', 'there is no user `ada`: no device is bound to it']]],
    [
      'no such user, and one with nearly its name',
      (emulator) => register(emulator, 'web', { user: 'Grace' }),
      users('grace'),
      [['no-user', 'there is no user `grace`: no device is bound to it; there is `Grace`']],
    ],
    [
      'a user that was deleted',
      async (emulator) => {
        await register(emulator, 'web', { user: 'ada' })
        await send(emulator, 'DELETE', `${paths.customer}/ada`)
      },
      users('ada'),
      [['no-user', 'there is no user `ada`: no device is bound to it']],
    ],
    [
      'a user without a device',
      async (emulator) => {
        const id = await register(emulator, 'web', { user: 'ada' })
        await send(emulator, 'DELETE', `${paths.devices}/web/${id}`)
      },
      users('ada'),
      [['no-device', 'the user `ada` has no device any more']],
    ],
    [
      'nobody subscribed, and the interest that was meant',
      (emulator) => register(emulator, 'web', { interests: ['news'] }),
      { interests: ['newz'], web },
      [['no-subscription', 'nobody is subscribed to `newz`; there is `news`']],
    ],
    [
      'nobody subscribed to an interest whose number differs, which is not suggested',
      (emulator) => register(emulator, 'web', { interests: ['order-1'] }),
      { interests: ['order-2'], web },
      [['no-subscription', 'nobody is subscribed to `order-2`']],
    ],
    [
      'platforms without a payload',
      async (emulator) => {
        for (const platform of ['apns', 'fcm', 'web']) await register(emulator, platform, { user: 'ada' })
      },
      users('ada'),
      [
        [
          'no-payload',
          '2 iOS and Android devices of the user `ada` got nothing: the publish has no payload for `apns` and `fcm`',
        ],
      ],
    ],
    [
      'a gateway that refuses',
      async (emulator) => {
        await register(emulator, 'web', { interests: ['news'] })
        await register(emulator, 'web', { interests: ['news'] })
        emulator.failNext({ operation: 'gateway' })
      },
      { interests: ['news'], web },
      [['gateway-refused', 'the gateway refused 1 web device of the subscribers to `news`']],
    ],
    [
      'a name with a line break, on one line',
      () => {},
      users('a\nb'),
      [['no-user', 'there is no user `a\\nb`: no device is bound to it']],
    ],
    ['none, where everybody got it', (emulator) => register(emulator, 'web', { user: 'ada' }), users('ada'), []],
  ]) {
    test(name, async (t) => {
      const emulator = await emulated(t)
      await prepare(emulator)
      const publishId = await publish(emulator, body)
      const { missed, missedCount } = emulator.explain(publishId)
      assert.deepEqual(
        missed.map(({ reason, message }) => [reason, message]),
        expected,
      )
      assert.equal(missedCount, expected.length)
      const overHttp = await read(emulator, `/emulator/publishes/${publishId}/why`)
      assert.deepEqual(overHttp, JSON.parse(JSON.stringify(emulator.explain(publishId))))
    })
  }

  test('of at most 100 targets, and the number of all', async (t) => {
    const emulator = await emulated(t)
    const names = Array.from({ length: 1000 }, (_, index) => `user ${index}`)
    const { missed, missedCount, missedCounts } = emulator.explain(await publish(emulator, { users: names, web }))
    assert.deepEqual([missed.length, missedCount, missedCounts], [100, 1000, { 'no-user': 1000 }])
  })

  test('unless the publish does not exist', async (t) => {
    const emulator = await emulated(t)
    assert.equal(emulator.explain('pubid-x'), undefined)
    assert.equal((await send(emulator, 'GET', '/emulator/publishes/pubid-x/why')).status, 404)
  })
})

describe('the findings of the payload checks', () => {
  test('are counted in the list, by severity, and filtered by', async (t) => {
    const emulator = await emulated(t)
    await publish(emulator, { users: ['ada'], web: { notification: { title: 'x', icon: '/a.png' }, timeToLive: 5 } })
    await publish(emulator, { users: ['ada'], web: { notification: { title: 'x', deep_link: 'https://a.example' } } })
    const { items } = await read(emulator, '/emulator/inbox')
    assert.deepEqual(items[0].findingCounts, { refused: 0, dropped: 0, degraded: 0, hint: 0 })
    assert.ok(items[1].findingCounts.degraded >= 2)
    const found = await read(emulator, '/emulator/inbox?state=findings')
    assert.deepEqual(
      found.items.map(({ id }) => id),
      [items[1].id],
    )
  })

  test('are those of the request as it was sent, whatever else it has', async (t) => {
    const emulator = await emulated(t, { strict: false })
    const publishId = await publish(emulator, { users: ['ada'], interests: ['news'], web })
    const rules = emulator.explain(publishId).findings.map(({ rule }) => rule)
    assert.ok(rules.includes('body/targets-in-request'), rules.join())
  })

  test('are left out for a payload that no platform would take', async (t) => {
    const emulator = await emulated(t)
    const publishId = await publish(emulator, { users: ['ada'], web: { data: { text: 'x'.repeat(65_536) } } })
    const { findings, checksUnavailable } = emulator.explain(publishId)
    assert.deepEqual(findings, [])
    assert.match(checksUnavailable, /^Payloads over 64 KiB are not checked/)
  })

  const absent = Object.assign(new Error("Cannot find module 'beams-native'"), { code: 'MODULE_NOT_FOUND' })
  for (const [name, load, reason] of [
    ['is not installed', () => { throw absent }, 'Payload checks need beams-native: npm install beams-native'], // prettier-ignore
    ['has no binary', () => { throw new Error('no binary for this platform\nreasons') }, 'Payload checks are not available: no binary for this platform'], // prettier-ignore
    ['throws nothing in particular', () => { throw undefined }, 'Payload checks are not available: undefined'], // prettier-ignore
    ['fails on a payload', () => () => { throw new Error('bug') }, 'The payload could not be checked: bug'], // prettier-ignore
  ]) {
    test(`are none, with the reason, where beams-native ${name}`, () => {
      let loads = 0
      const checks = new PayloadChecks(() => {
        loads++
        return load()
      })
      assert.equal(loads, 0)
      for (let count = 0; count < 2; count++) {
        assert.deepEqual(checks.check('users', { users: ['ada'], web }), { findings: [], unavailable: reason })
      }
      assert.equal(loads, 1)
    })
  }
})

test('the latest 10 000 users without a device are remembered', () => {
  const formerUsers = new FormerUsers()
  const users = formerUsers.forInstance('my-instance')
  users.add('first')
  for (let number = 0; number < 10_000; number++) users.add(`user ${number}`)
  assert.deepEqual([users.has('first'), users.has('user 0')], [false, true])
  assert.equal(formerUsers.forInstance('other').has('user 0'), false)
  users.delete('user 0')
  assert.equal(users.has('user 0'), false)
})
