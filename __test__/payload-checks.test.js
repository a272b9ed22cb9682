'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const diagnostics = require('node:diagnostics_channel')
const { startEmulator } = require('beams-emulator')
const { BeamsError, PushNotifications, checkPublishRequest } = require('..')
const Compat = require('../compat')
const { recordingServer } = require('./helpers/servers.js')
const { createClient, rejection } = require('./helpers/clients.js')
const { runProgram } = require('./helpers/run-program.js')

const notification = { title: 'Hello', deep_link: 'https://example.com/inbox' }
const right = { web: { notification } }
const refused = { web: { notification: { title: 'Hello', deep_link: '/inbox' } } }
const hint = { web: { notification: { title: 'Hello' } } }

/** A payload with one finding, whose path ends with the name. */
const dropped = (name) => ({ fcm: { notification: { title: 'Hello' }, data: { [name]: 'hidden-value'.length } } })

/** Every method that publishes. */
const methods = {
  publishToInterests: (beams, payload) => beams.publishToInterests(['hello'], payload),
  publishToUsers: (beams, payload) => beams.publishToUsers(['user-1'], payload),
  publishToManyUsers: (beams, payload) => beams.publishToManyUsers(['user-1', 'user-2'], payload),
}

/** Every way to publish a payload. */
const ways = {
  ...methods,
  'publishToManyUsers with a request of a single user': (beams, publishRequest) =>
    beams.publishToManyUsers([{ userId: 'user-1', publishRequest }], { requests: {} }),
}

async function collectWarnings(port, payloads, { options = {}, env = {}, isBulk = false } = {}) {
  const args = [port, payloads, options, isBulk].map((value) => JSON.stringify(value))
  const flags = ['--no-warnings']
  const ending = await runProgram('payload-warnings.js', args, { flags, env: { NODE_ENV: '', ...env } })
  assert.deepEqual({ ...ending, stdout: '' }, { stdout: '', stderr: '', code: 0, signal: null })
  return ending.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line)) // prettier-ignore
}

/** The messages of the channel while `run` runs. */
async function recordMessages(run) {
  const messages = []
  const listener = (message) => messages.push(message)
  diagnostics.subscribe('beams-native:payload', listener)
  try {
    await run()
  } finally {
    diagnostics.unsubscribe('beams-native:payload', listener)
  }
  return messages
}

describe('warn', () => {
  test('publishes a payload of which nothing would be shown, and says where and what to write instead', async (t) => {
    const { port, requests } = await recordingServer(t)
    const warnings = await collectWarnings(port, [refused])
    assert.equal(requests.length, 2)
    const [{ message, documentation }] = checkPublishRequest(refused)
    assert.deepEqual(warnings, [
      {
        name: 'BeamsPayloadWarning',
        code: 'web/deep-link-not-absolute',
        message: `/web/notification/deep_link: ${message}`,
        detail: `See ${documentation}`,
      },
    ])
  })

  for (const [what, isBulk] of [
    ['one after the other', false],
    ['of single users in a bulk publish', true],
  ]) {
    test(`warns of each rule and path once in a process, its worker threads included: payloads ${what}`, async (t) => {
      const { port, requests } = await recordingServer(t)
      const payloads = [refused, dropped('a'), refused, hint, dropped('b'), { ...refused, ...dropped('a') }]
      const paths = (await collectWarnings(port, payloads, { isBulk })).map(({ message }) => message.split(':')[0])
      assert.deepEqual(paths, ['/web/notification/deep_link', '/fcm/data/a', '/fcm/data/b'])
      assert.equal(requests.length, 2 * payloads.length)
    })

    test(`warns at most 20 times in a process, and says so: payloads ${what}`, async (t) => {
      const { port } = await recordingServer(t)
      const payloads = Array.from({ length: 25 }, (_, index) => dropped(`member-${index}`))
      const warnings = await collectWarnings(port, payloads, { isBulk })
      assert.equal(warnings.length, 20)
      const isLast = warnings.map(({ detail }) => /No more warnings about payloads/.test(detail))
      assert.deepEqual(isLast, [...Array(19).fill(false), true])
    })
  }

  test('names no value of the payload, and lets no member forge a line', async (t) => {
    const { port } = await recordingServer(t)
    const [{ message }] = await collectWarnings(port, [dropped(`line\nbreak${'x'.repeat(5000)}`)])
    assert.match(message, /^\/fcm\/data\/line breakx{900}/)
    assert.ok(message.length <= 1000)
    assert.doesNotMatch(JSON.stringify(await collectWarnings(port, [dropped('a')])), /hidden-value|"hello"/i)
  })

  test('has no warning for hints', async (t) => {
    const { port } = await recordingServer(t)
    assert.deepEqual(await collectWarnings(port, [hint, right]), [])
  })

  for (const [what, given, isWarned] of [
    ['is the default', {}, true],
    ['is not the default in production', { env: { NODE_ENV: 'production' } }, false],
    ['works in production', { env: { NODE_ENV: 'production' }, options: { payloadChecks: 'warn' } }, true],
    ['may be switched off', { options: { payloadChecks: 'off' } }, false],
    ['is not what reject does', { options: { payloadChecks: 'reject' }, payload: hint }, false],
  ]) {
    test(what, async (t) => {
      const { port } = await recordingServer(t)
      const warnings = await collectWarnings(port, [given.payload ?? refused], given)
      assert.equal(warnings.length, isWarned ? 1 : 0)
    })
  }
})

describe('reject', () => {
  for (const [method, publish] of Object.entries(methods)) {
    test(`makes ${method} reject before anything is sent, with the findings`, async (t) => {
      const { port, requests } = await recordingServer(t)
      const beams = createClient({ port }, { payloadChecks: 'reject' })
      const payload = { ...refused, ...dropped('a') }
      for (let time = 0; time < 2; time++) {
        const error = await rejection(publish(beams, payload))
        assert.ok(error instanceof BeamsError)
        const { message, code, delivery, attempts, findings, ...rest } = error
        assert.deepEqual(
          { code, delivery, attempts, rest },
          { code: 'ERR_BEAMS_INVALID_ARGUMENT', delivery: 'not-sent', attempts: 0, rest: {} },
        )
        const found = checkPublishRequest(payload).filter(({ severity }) => /^(refused|dropped)$/.test(severity))
        assert.deepEqual(findings, found)
        assert.match(message, /^nothing would be shown: \/web\/notification\/deep_link: .* \(1 more in `findings`\)$/)
      }
      assert.deepEqual(requests, [])
      await beams.close()
    })

    test(`lets ${method} publish a payload that is shown`, async (t) => {
      const { port, requests } = await recordingServer(t)
      const beams = createClient({ port }, { payloadChecks: 'reject' })
      for (const payload of [right, hint]) await publish(beams, payload)
      assert.equal(requests.length, 2)
    })
  }

  test('reports invalid targets before findings', async () => {
    const beams = createClient({ port: 1 }, { payloadChecks: 'reject' })
    assert.match((await rejection(beams.publishToUsers([''], refused))).message, /^user cannot be the empty string$/)
  })
})

describe('the payload channel', () => {
  for (const [way, publish] of Object.entries(ways)) {
    for (const payloadChecks of ['warn', 'reject']) {
      test(`has a message for every ${way} whose payload has findings, hints included: ${payloadChecks}`, async (t) => {
        const { port } = await recordingServer(t)
        const beams = createClient({ port }, { payloadChecks })
        const messages = await recordMessages(async () => {
          for (const payload of [right, hint, hint]) await publish(beams, payload)
        })
        const [operation] = way.split(' ')
        const message = { instanceId: 'my-instance', operation, findings: checkPublishRequest(hint) }
        assert.deepEqual(messages, [message, message])
      })
    }
  }

  test('has a message for each single user of a bulk publish whose payload has findings', async (t) => {
    const { port, requests } = await recordingServer(t)
    const beams = createClient({ port }, { payloadChecks: 'reject', maxRequestsPerSecond: Infinity })
    const payloads = [right, hint, refused]
    async function* users() {
      for (let index = 0; index < 3000; index++) yield { userId: `user-${index}`, publishRequest: payloads[index % 3] }
    }
    const messages = await recordMessages(async () => {
      const { publishedCount, failures } = await beams.publishToManyUsers(users(), { requests: {} })
      assert.deepEqual([publishedCount, failures.length], [2000, 1])
    })
    assert.equal(requests.length, 2000)
    const expected = [hint, refused].map((payload) => checkPublishRequest(payload))
    assert.deepEqual(messages.map(({ findings }) => findings), Array(1000).fill(expected).flat()) // prettier-ignore
  })

  test("asks the native side once for the description of a call's requests, however many messages there are", async (t) => {
    const { port } = await recordingServer(t)
    const describeRequests = t.mock.method(Object.getPrototypeOf(PushNotifications.prototype), 'describeRequests')
    const traced = diagnostics.tracingChannel('beams-native:request')
    const subscribers = { start() {} }
    traced.subscribe(subscribers)
    t.after(() => traced.unsubscribe(subscribers))
    const users = ['user-1', 'user-2'].map((userId) => ({ userId, publishRequest: hint }))
    const messages = await recordMessages(() => createClient({ port }).publishToManyUsers(users, { requests: {} }))
    assert.deepEqual([messages.length, describeRequests.mock.callCount()], [2, 1])
  })

  test('has a message for a publish that the service refuses', async (t) => {
    const { port } = await recordingServer(t, () => ({ status: 422 }))
    const [{ findings }] = await recordMessages(() => rejection(createClient({ port }).publishToUsers(['u'], hint)))
    assert.deepEqual(findings, checkPublishRequest(hint))
  })

  test('has no message if checks are off, as they are in compat', async (t) => {
    const { port } = await recordingServer(t)
    const options = { instanceId: 'i', secretKey: 'k', endpoint: '127.0.0.1', port }
    const messages = await recordMessages(async () => {
      await createClient({ port }, { payloadChecks: 'off' }).publishToUsers(['u'], refused)
      await new Compat(options).publishToUsers(['u'], refused)
      await new Compat({ ...options, payloadChecks: undefined }).publishToUsers(['u'], refused)
    })
    assert.deepEqual(messages, [])
  })
})

test("payloadChecks must be 'off', 'warn' or 'reject'", () => {
  for (const payloadChecks of ['on', '', true, null, {}]) {
    assert.throws(() => new PushNotifications({ instanceId: 'i', secretKey: 'k', payloadChecks }), {
      code: 'ERR_BEAMS_INVALID_ARGUMENT',
      message: "payloadChecks must be 'off', 'warn' or 'reject'",
    })
  }
})

test('a wrong payload is explained, and the corrected one arrives', async (t) => {
  const emulator = await startEmulator()
  t.after(() => emulator.close())
  const beams = createClient(emulator)
  const wrong = { web: { notification: { title: 'Your order', body: 'It is on its way.', deep_link: '/story' } } }

  const [{ findings }] = await recordMessages(async () => {
    assert.equal((await rejection(beams.publishToUsers(['user-1'], wrong))).status, 422)
  })
  assert.deepEqual(
    findings.map(({ severity, path }) => [severity, path]),
    [['refused', '/web/notification/deep_link']],
  )
  assert.match(findings[0].message, /Write the site's origin in front/)

  wrong.web.notification.deep_link = new URL(wrong.web.notification.deep_link, 'https://example.com').href
  const messages = await recordMessages(async () => {
    const { publishId } = await beams.publishToUsers(['user-1'], wrong)
    assert.equal(emulator.publishes().at(-1).publishId, publishId)
  })
  assert.deepEqual(messages, [])
})
