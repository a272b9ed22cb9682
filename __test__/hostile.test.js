'use strict'

// Whatever a caller's values throw, wherever they are touched: the process lives, every call settles as the tables in
// fixtures/hostile name, and the client goes on working. A crash or a hang ends a child with a signal.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { PushNotifications, BeamsError, verifyWebhook } = require('..')
const { recordingServer } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')
const { places: argumentPlaces, thrownValues } = require('./fixtures/hostile/argument-places.js')
const { places: callbackPlaces } = require('./fixtures/hostile/callback-places.js')
const { runProgram } = require('./helpers/run-program.js')

/** Names that the package, Node or a descriptor might write or look for. */
const polluted =
  `code message attempts publishId endpoint proxy ca port toJSON then get set value status error cause body
  result report remaining publishes failure users unsent timeout maxRetries signal warnings findings trace requests rule text detail instanceId payloadChecks`.split(
    /\s+/,
  )

const places = Object.keys({ ...argumentPlaces, ...callbackPlaces })
const groups = new Set(places.map((name) => name.split(':')[0]))

/** The groups of places that an entry does not have: those of methods, of payload warnings and of webhooks. */
const entries = {
  'index.js': /^$/,
  'compat.js': /^(publishToManyUsers|close|stats|webhooks|verifyWebhook|signWebhook|process\.emitWarning)\b/,
}

for (const [entry, circumstance, names] of Object.keys(entries).flatMap((name) => [
  [name, '', []],
  [name, ' while Object.prototype has setters that throw', polluted],
])) {
  describe(`any thrown value, with ${entry}${circumstance}`, { concurrency: 2 }, () => {
    for (const group of [...groups].filter((name) => !entries[entry].test(name))) {
      test(`in ${group}`, async (t) => {
        const { port } = await recordingServer(t)
        const ending = await runProgram('hostile/hostile.js', [entry, port, group, ...names], {
          flags: ['--no-warnings'],
        })
        const count = places.filter((name) => name.startsWith(`${group}:`)).length * Object.keys(thrownValues).length
        assert.deepEqual(ending, { stdout: `${count} cases\n`, stderr: '', code: 0, signal: null })
      })
    }
  })
}

describe('a stack that is almost full', { concurrency: 2 }, () => {
  for (const method of [
    'generateToken',
    'constructor',
    'publishToInterests',
    'publishToUsers',
    'deleteUser',
    'publishToManyUsers',
    'traced publishToUsers',
  ]) {
    test(`ends neither the process nor the client, wherever ${method} overflows it`, async (t) => {
      const { port } = await recordingServer(t)
      // Node itself writes to stderr where it cannot track a rejection.
      const { stdout, code, signal } = await runProgram('hostile/recursion.js', [port, method])
      assert.deepEqual([stdout, code, signal], ['pubid-1 true true\n', 0, null])
    })
  }
})

describe('an infinite value', () => {
  const beams = createClient({ port: 1 }, { maxRetries: 0 })
  const endless = new Proxy([], { get: (list, name) => (name === 'length' ? Infinity : 'u') })
  const circular = new Proxy({}, { getPrototypeOf: () => circular })

  for (const [name, call] of [
    ['a list of interests', () => beams.publishToInterests(endless, payload)],
    ['a list of users', () => beams.publishToUsers(endless, payload)],
    ['the prototypes of a publish’s options', () => beams.publishToUsers(['u'], payload, circular)],
    ['the prototypes of a bulk publish’s options', () => beams.publishToManyUsers(['u'], payload, circular)],
    ['the prototypes of a token’s options', async () => beams.generateToken('u', circular)],
    ['the prototypes of a client’s options', async () => new PushNotifications(circular)],
    ['certificates', async () => new PushNotifications({ instanceId: 'i', secretKey: 'k', ca: endless })],
    ['secrets', async () => verifyWebhook('{}', 'x', endless)],
  ]) {
    test(`is refused: ${name}`, async () => {
      const error = await rejection(call())
      assert.ok(error instanceof BeamsError)
      assert.equal(error.code, 'ERR_BEAMS_INVALID_ARGUMENT')
    })
  }
})

describe('a client', () => {
  test('cannot be made without new, nor by a subclass in the old style', () => {
    const options = { instanceId: 'i', secretKey: 'k' }
    // oxlint-disable-next-line new-cap -- it is what this is about
    assert.throws(() => PushNotifications(options), { name: 'TypeError', message: /without 'new'/ })
    assert.throws(() => PushNotifications.call({}, options), { name: 'TypeError', message: /without 'new'/ })
  })

  const methods = ['publishToInterests', 'publishToUsers', 'publishToManyUsers', 'deleteUser', 'close']
  for (const method of methods) {
    for (const receiver of [undefined, null, 5, {}, Object.create(createClient({ port: 1 }))]) {
      test(`is needed by ${method}, which rejects without one: ${receiver}`, async () => {
        const error = await rejection(PushNotifications.prototype[method].call(receiver, ['u'], payload))
        assert.ok(error instanceof BeamsError)
        assert.equal(error.message, `${method} must be called on a PushNotifications`)
      })
    }
  }

  test('is needed by generateToken, which throws without one', () => {
    const { generateToken } = createClient({ port: 1 })
    assert.throws(() => generateToken('u'), { code: 'ERR_BEAMS_INVALID_ARGUMENT', message: /must be called on/ })
  })
})

test('a value that throws only once is still an error', async (t) => {
  const { port, requests } = await recordingServer(t)
  let reads = 0
  const oops = new Error('oops')
  const moody = {
    get data() {
      if (reads++ === 0) throw oops
      return {}
    },
  }
  const error = await rejection(createClient({ port }).publishToUsers(['u'], { web: moody }))
  assert.equal(error.cause, oops)
  assert.equal(requests.length, 0)
})

test('the error for a payload that is too large has its size', async () => {
  const large = (length) => ({ web: { data: { filling: 'x'.repeat(length) } } })
  const beams = createClient({ port: 1 })
  for (const [call, message] of [
    [
      () => beams.publishToInterests(['i'], large(10_300)),
      /would be 10\d{3} bytes long.* 10240 bytes for a publish to int/,
    ],
    [() => beams.publishToUsers(['u'], large(300_000)), /would be 300\d{3} bytes long.* 204800 bytes/],
    [() => beams.publishToUsers(['u'], large(5 << 20)), /publishRequest argument is too large/],
    [() => beams.publishToManyUsers(['u'], large(5 << 20)), /publishRequest argument is too large/],
  ]) {
    const { message: text, code } = await rejection(call())
    assert.match(text, message)
    assert.equal(code, 'ERR_BEAMS_INVALID_ARGUMENT')
  }
})
