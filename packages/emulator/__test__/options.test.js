'use strict'

// Options that are wrong are refused by an error that says which one, what it must be, and what was given.

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { startEmulator } = require('..')
const { createCertificate } = require('../src/access/certificate.js')
const { emulated, send } = require('./helpers/requests.js')

const typings = fs.readFileSync(path.join(__dirname, '..', 'index.d.ts'), 'utf8')

/** The names of an interface's members. */
function listMembers(name) {
  const [, body] = new RegExp(`^export interface ${name} \\{\n(.*?)^\\}`, 'ms').exec(typings)
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member)
}

/** Values of the wrong type for any option, and how an error describes them. */
const wrongTypes = [
  [null, 'null'],
  [7n, '7n'],
  [Symbol('s'), 'Symbol(s)'],
]
const notNumbers = [...wrongTypes, [NaN, 'NaN'], [Infinity, 'Infinity'], [-1, '-1'], ['1', '"1"'], ['', 'an empty string'], [[], 'an array']] // prettier-ignore
const notIntegers = [...notNumbers, [0.5, '0.5']]
const notStrings = [...wrongTypes, ['', 'an empty string'], [8081, '8081'], [{}, 'an object'], [() => {}, 'a function']]
const notBooleans = [...wrongTypes, [0, '0'], ['true', '"true"'], ['', 'an empty string'], [{}, 'an object']]
const notArrays = [...wrongTypes, ['a', '"a"'], ['', 'an empty string'], [{}, 'an object'], [5, '5']]
const notObjects = [...wrongTypes, ['a', '"a"'], ['', 'an empty string'], [5, '5'], [[], 'an array']]
const notFunctions = [...wrongTypes, [console, 'an object'], ['', 'an empty string'], [true, 'true']]
const blank = [
  ['', 'an empty string'],
  [' \t', 'a blank string'],
]

const MILLISECONDS = 'a number of milliseconds from 0 to 2147483647'
const TIMEOUT = 'a number of milliseconds from 1 to 2147483647'
const EVENTS = 'v1.PublishToUsersAttempt, v1.UserNotificationAcknowledgement, v1.UserNotificationOpen'
const url = 'http://127.0.0.1:1/hook'
const hook = { url, secret: 's' }

/** For each option, what it must be, values that it takes, and values that it refuses, with their description. */
const emulatorOptions = {
  port: ['an integer from 0 to 65535', [0], [...notIntegers, [65536, '65536']]],
  host: ['an IP address or host name of this machine', ['127.0.0.1', 'localhost'], [...notStrings, [' ', '" "']]],
  instanceId: [
    'an instance id: 1 to 63 ASCII letters, digits and hyphens',
    ['my-instance'],
    [...notStrings, ['a b', '"a b"'], ['i'.repeat(500), `"${'i'.repeat(100)}…"`]],
  ],
  secretKey: ['a string that is not blank', ['key'], [[null, 'null'], [7n, 'a bigint'], ...blank, [5, 'a number']]],
  strict: ['true or false', [true, false], notBooleans],
  rateLimit: ['true or false', [true, false], notBooleans],
  allowedHosts: ['an array of host names', [[], ['a.example', '.B.example', '::1']], notArrays],
  'allowedHosts[0]': [
    'a host name, such as beams.example.com or .example.com',
    [],
    [...notStrings, ['http://a.example', '"http://a.example"'], ['a.example:80', '"a.example:80"'], ['a/b', '"a/b"']],
  ],
  allowedOrigins: ['an array of origins', [[], ['http://localhost:3000']], notArrays],
  'allowedOrigins[0]': [
    'an origin, such as http://localhost:3000',
    [],
    [...notStrings, ['localhost:3000', '"localhost:3000"'], ['*', '"*"'], ['http://a.example/', '"http://a.example/"']],
  ],
  tls: ['true, false or an object with cert and key', [true, false], notObjects.filter(([value]) => value !== true)],
  'tls.cert': ['a certificate in PEM', [], [[null, 'null'], [undefined, 'undefined'], ['x', 'another string'], [Buffer.from('x'), 'other bytes'], ['', 'an empty string']]], // prettier-ignore
  'tls.key': ['an unencrypted private key in PEM', [], [[undefined, 'undefined'], ['x', 'another string'], [new Uint8Array(), 'other bytes']]], // prettier-ignore
  webhooks: ['an array of objects with url and secret', [[], [hook]], [...notArrays, [hook, 'an object']]],
  'webhooks[0]': ['an object with url and secret', [], [...notObjects, [undefined, 'undefined']]],
  'webhooks[0].url': ['an http or https URL', [], [...notStrings, [undefined, 'undefined'], ['localhost:3000', '"localhost:3000"'], ['ftp://a.example', '"ftp://a.example"']]], // prettier-ignore
  'webhooks[0].secret': ['a string that is not blank', [], [...blank, [undefined, 'undefined'], [5, 'a number']]],
  'webhooks[0].events': ['an array of types of events', [], notArrays],
  'webhooks[0].events[0]': [`one of ${EVENTS}`, [], [['v1.Other', '"v1.Other"'], ...notStrings]],
  'webhooks[0].customData': ['an object of at most 10240 characters of JSON', [], [...notObjects, [{ a: 'x'.repeat(10240) }, 'an object'], [{ a: 1n }, 'an object']]], // prettier-ignore
  webhookRetryDelays: ['an array of milliseconds', [[], [0, 1.5]], notArrays],
  'webhookRetryDelays[0]': [MILLISECONDS, [], [...notNumbers, [2 ** 31, '2147483648']]],
  webhookTimeout: [TIMEOUT, [1, 1.5], [...notNumbers, [0, '0'], [2 ** 31, '2147483648']]],
  maxPublishes: ['an integer from 1 up', [1], [...notIntegers, [0, '0']]],
  log: ['a function', [() => {}], notFunctions],
}

/** Options with a value at a path such as `webhooks[0].url`, among otherwise valid ones. */
function place(name, value, tls) {
  const [option, index, member, inner] = /^(\w+)(\[0\])?\.?(\w+)?(\[0\])?$/.exec(name).slice(1)
  const leaf = inner ? [value] : value
  if (option === 'tls' && member) return { tls: { ...tls, [member]: leaf } }
  if (member) return { webhooks: [{ ...hook, [member]: leaf }] }
  return { [option]: index ? [value] : value }
}

describe('startEmulator', () => {
  let tls
  before(async () => (tls = await createCertificate(true, '127.0.0.1')))

  test('has a case for every option', () => {
    const tested = [...new Set(Object.keys(emulatorOptions).map((name) => /^\w+/.exec(name)[0]))]
    assert.deepEqual(tested.sort(), listMembers('EmulatorOptions').sort())
    const members = Object.keys(emulatorOptions).flatMap((name) => /^webhooks\[0\]\.(\w+)$/.exec(name)?.[1] ?? [])
    assert.deepEqual(members.sort(), listMembers('Webhook').sort())
  })

  for (const [name, [expected, accepted, refused]] of Object.entries(emulatorOptions)) {
    test(`says what ${name} must be`, async () => {
      assert.ok(refused.length > 0)
      for (const [value, given] of refused) {
        const options = place(name, value, { cert: tls.cert, key: tls.key })
        await assert.rejects(startEmulator(options), new TypeError(`${name} must be ${expected}, not ${given}`))
      }
    })

    // A member is taken with its option.
    if (accepted.length === 0) continue
    test(`takes ${name}`, async (t) => {
      for (const value of [undefined, ...accepted]) await emulated(t, { [name]: value })
    })
  }

  test('takes a certificate as strings and as bytes, but not the key of another one', async (t) => {
    const { cert, key } = tls
    await emulated(t, { tls: { cert, key } })
    await emulated(t, { tls: { cert: Buffer.from(cert), key: new Uint8Array(Buffer.from(key)) } })
    const other = await createCertificate(true, '127.0.0.1')
    const message = 'tls.key is not the private key of tls.cert'
    await assert.rejects(startEmulator({ tls: { cert, key: other.key } }), new TypeError(message))
  })

  for (const [name, options, message] of [
    ['null', null, 'the options of startEmulator must be an object, not null'],
    ['a port alone', 8081, 'the options of startEmulator must be an object, not 8081'],
    ['an array', [], 'the options of startEmulator must be an object, not an array'],
    ['a misspelt option', { webhook: [hook] }, 'webhook is not an option; did you mean webhooks?'],
    ['one in another case', { secretkey: 'key' }, 'secretkey is not an option; did you mean secretKey?'],
    ['an unknown option that is undefined', { instanceID: undefined }, 'instanceID is not an option; did you mean instanceId?'], // prettier-ignore
    ['an option that resembles none', { colour: 1 }, `colour is not an option; the options are ${listMembers('EmulatorOptions').join(', ')}`], // prettier-ignore
    ['a misspelt member of a webhook', { webhooks: [hook, { ...hook, event: [] }] }, 'webhooks[1].event is not an option; did you mean events?'], // prettier-ignore
    ['a misspelt member of tls', { tls: { ca: '' } }, 'tls.ca is not an option; the options are cert, key'],
  ]) {
    test(`refuses ${name}`, () => assert.rejects(startEmulator(options), new TypeError(message)))
  }
})

describe('a method of the emulator', () => {
  let emulator
  before(async () => (emulator = await startEmulator()))
  after(() => emulator.close())

  const webhook = (options) => emulator.addWebhook(options)
  const device = (options) => emulator.addDevice(options)
  const fail = (options) => emulator.failNext(options)

  for (const [name, call, options, message, endpoint] of [
    ['addWebhook', webhook, undefined, 'a webhook must be an object, not undefined'],
    ['addWebhook', webhook, [hook], 'a webhook must be an object, not an array', 'webhooks'],
    ['addWebhook', webhook, { url }, 'secret must be a string that is not blank, not undefined', 'webhooks'],
    ['addWebhook', webhook, { ...hook, secret: ' ' }, 'secret must be a string that is not blank, not a blank string', 'webhooks'], // prettier-ignore
    ['addWebhook', webhook, { ...hook, url: 'a.example' }, 'url must be an http or https URL, not "a.example"', 'webhooks'], // prettier-ignore
    ['addWebhook', webhook, { ...hook, customdata: {} }, 'customdata is not an option; did you mean customData?', 'webhooks'], // prettier-ignore
    ['addDevice', device, undefined, 'a device must be an object, not undefined'],
    ['addDevice', device, {}, 'platform must be one of apns, fcm, web, not undefined', 'devices'],
    ['addDevice', device, { platform: 'ios' }, 'platform must be one of apns, fcm, web, not "ios"', 'devices'],
    ['addDevice', device, { platform: 'web', userID: 'u' }, 'userID is not an option; did you mean userId?', 'devices'],
    ['addDevice', device, { platform: 'web', userId: '' }, 'userId must be a string of 1 to 164 characters, not an empty string', 'devices'], // prettier-ignore
    ['addDevice', device, { platform: 'web', interests: 'a' }, 'interests must be an array of interests, not "a"', 'devices'], // prettier-ignore
    ['addDevice', device, { platform: 'web', interests: ['a', 'b c'] }, 'interests[1] must be an interest: 1 to 164 ASCII letters, digits and _-=@,.;, not "b c"', 'devices'], // prettier-ignore
    ['addDevice', device, { platform: 'web', instanceId: 'a b' }, 'instanceId must be an instance id: 1 to 63 ASCII letters, digits and hyphens, not "a b"', 'devices'], // prettier-ignore
    ['failNext', fail, undefined, 'a fault must be an object, not undefined'],
    ['failNext', fail, [], 'a fault must be an object, not an array', 'failures'],
    ['failNext', fail, { statuss: 500 }, 'statuss is not an option; did you mean status?', 'failures'],
    ['failNext', fail, { status: '500' }, 'status must be an integer from 200 to 599, not "500"', 'failures'],
    ['failNext', fail, { status: 600 }, 'status must be an integer from 200 to 599, not 600', 'failures'],
    ['failNext', fail, { delay: NaN }, `delay must be ${MILLISECONDS}, not NaN`],
    ['failNext', fail, { delay: Infinity }, `delay must be ${MILLISECONDS}, not Infinity`],
    ['failNext', fail, { reset: 'yes' }, 'reset must be true or false, not "yes"', 'failures'],
    ['failNext', fail, { truncate: 1 }, 'truncate must be true or false, not 1', 'failures'],
    ['failNext', fail, { status: 500, afterwards: 1 }, 'afterwards must be true or false, not 1', 'failures'],
    ['failNext', fail, { status: 500, times: 0 }, 'times must be an integer from 1 up, not 0', 'failures'],
    ['failNext', fail, { body: 'xml' }, 'body must be one of json, html, empty, not "xml"', 'failures'],
  ]) {
    test(`${name} refuses ${JSON.stringify(options)}: ${message}`, async () => {
      assert.throws(() => call(options), new TypeError(message))
      if (endpoint === undefined) return
      const response = await send(emulator, 'POST', `/emulator/${endpoint}`, { body: options })
      assert.deepEqual([response.status, response.json().description], [400, message])
    })
  }

  for (const [message, ...args] of [
    ['the predicate of waitForPublish must be a function, not an object', { timeout: 1 }],
    ['the options of waitForPublish must be an object, not 1', undefined, 1],
    ['timeOut is not an option; did you mean timeout?', undefined, { timeOut: 1 }],
    [`timeout must be ${MILLISECONDS}, not Infinity`, undefined, { timeout: Infinity }],
    [`timeout must be ${MILLISECONDS}, not "1"`, undefined, { timeout: '1' }],
  ]) {
    test(`waitForPublish rejects: ${message}`, () =>
      assert.rejects(emulator.waitForPublish(...args), new TypeError(message)))
  }
})

test("a device belongs to the emulator's own instance if its own is undefined", async (t) => {
  const emulator = await emulated(t, { instanceId: 'own' })
  assert.equal(emulator.addDevice({ platform: 'web', instanceId: undefined }).instanceId, 'own')
})
