'use strict'

// Where reading an argument runs the caller's code: each place calls with something that throws `value`.

const { BeamsError, PushNotifications, signWebhook, verifyWebhook } = require('../../..')
const { raise, revoked, thrownValues, trapped } = require('./thrown-values.js')

const payload = { web: { notification: { title: 'Hello' } } }
const required = { instanceId: 'i', secretKey: 'k' }

/** A copy of an object, or an heir of it, with a member that throws when it is read. */
function withGetter(object, name, value) {
  return Object.defineProperty({ ...object }, name, {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get: raise(value),
  })
}

/** Arrays whose reading throws. */
const hostileArrays = {
  element: (value) => Object.defineProperty([0], 0, { __proto__: null, get: raise(value) }),
  length: (value) =>
    new Proxy(['u'], { get: (array, name) => (name === 'length' ? raise(value)() : Reflect.get(array, name)) }),
  proxy: (value) => trapped(['u'], raise(value)),
}

const hostilePayloads = {
  member: (value) => withGetter(payload, 'web', value),
  'nested member': (value) => ({ web: withGetter({}, 'data', value) }),
  toJSON: (value) => ({ ...payload, toJSON: raise(value) }),
  'toJSON getter': (value) => withGetter(payload, 'toJSON', value),
  'nested toJSON': (value) => ({ web: { data: { toJSON: raise(value) } } }),
  'Symbol.toStringTag': (value) => withGetter(payload, Symbol.toStringTag, value),
  'Symbol.toPrimitive': (value) => ({
    web: { data: Object.assign(new Number(1), { [Symbol.toPrimitive]: raise(value) }) },
  }),
  proxy: (value) => trapped({}, raise(value)),
}

const callOptions = ['timeout', 'maxRetries', 'signal']
const bulkOptions = [...callOptions, 'concurrency', 'dedupe', 'stopOnError', 'onProgress']
const clientOptions = `instanceId secretKey endpoint port timeout connectTimeout maxRetries maxRequestsPerSecond
  retryUnknown tokenBackdate proxy ca`.split(/\s+/)

/** Every method that takes options, as a function of them, and the names of its options. */
const methods = {
  publishToInterests: [callOptions, (beams, options) => beams.publishToInterests(['i'], payload, options)],
  publishToUsers: [callOptions, (beams, options) => beams.publishToUsers(['u'], payload, options)],
  publishToManyUsers: [bulkOptions, (beams, options) => beams.publishToManyUsers(['u'], payload, options)],
  deleteUser: [callOptions, (beams, options) => beams.deleteUser('u', options)],
  generateToken: [['backdate'], (beams, options) => beams.generateToken('u', options)],
  constructor: [clientOptions, (_beams, options) => new PushNotifications(options)],
}

const synchronous = new Set(['generateToken', 'constructor'])

/** What a place is expected to come to; see `hostile.js` for the words. */
const places = {}

function add(name, expected, call, isSynchronous = false) {
  places[name] = { expected, call, isSynchronous }
}

for (const method of ['publishToInterests', 'publishToUsers']) {
  for (const [kind, make] of Object.entries(hostileArrays)) {
    add(`${method}: targets, ${kind}`, 'argument', (beams, value) => beams[method](make(value), payload))
  }
  for (const conversion of ['toString', Symbol.toPrimitive]) {
    const target = (value) => ({ [conversion]: raise(value) })
    add(`${method}: target, ${String(conversion)}`, 'refused', (beams, value) =>
      beams[method]([target(value)], payload),
    )
  }
}
for (const method of ['publishToInterests', 'publishToUsers', 'publishToManyUsers']) {
  for (const [kind, make] of Object.entries(hostilePayloads)) {
    add(`${method}: payload, ${kind}`, 'argument', (beams, value) => beams[method](['u'], make(value)))
  }
}
for (const [method, [names, call]] of Object.entries(methods)) {
  const isSynchronous = synchronous.has(method)
  const addOptions = (name, expected, make) =>
    add(`${method}: options, ${name}`, expected, (beams, value) => call(beams, make(value)), isSynchronous)
  const base = method === 'constructor' ? required : {}
  for (const name of names) {
    addOptions(name, 'argument', (value) => withGetter(base, name, value))
    const odd = (value) => ({ ...base, [name]: { toString: raise(value), [Symbol.toPrimitive]: raise(value) } })
    addOptions(`${name} that cannot be converted`, 'refused', odd)
  }
  addOptions('an inherited getter', 'argument', (value) => Object.create(withGetter(base, names[0], value)))
  addOptions('a proxy', 'argument', (value) => trapped({}, raise(value)))
  addOptions('a prototype that cannot be read', 'argument', (value) =>
    Object.create(new Proxy({}, { getOwnPropertyDescriptor: raise(value), getPrototypeOf: raise(value) })),
  )
}
for (const [kind, make] of Object.entries(hostileArrays)) {
  add(
    `constructor: ca, ${kind}`,
    'argument',
    (_beams, value) => new PushNotifications({ ...required, ca: make(value) }),
    true,
  )
  add(`verifyWebhook: signature, ${kind}`, 'argument', (_beams, value) => verifyWebhook('{}', make(value), 's'), true)
  add(`verifyWebhook: secrets, ${kind}`, 'argument', (_beams, value) => verifyWebhook('{}', 'x', make(value)), true)
}
const hostileBytes = (value) =>
  Object.defineProperty(new Uint8Array(4), 'byteLength', { __proto__: null, get: raise(value) })
add(
  'constructor: ca, bytes',
  'argument',
  (_, value) => new PushNotifications({ ...required, ca: hostileBytes(value) }),
  true,
)
add('verifyWebhook: body, bytes', 'argument', (_, value) => verifyWebhook(hostileBytes(value), 'x', 's'), true)
add('signWebhook: body, bytes', 'argument', (_, value) => signWebhook(hostileBytes(value), 's'), true)

/** Hostile values given as they are, in place of each argument. */
const passed = {
  publishToInterests: (beams, value) => [
    () => beams.publishToInterests(value, payload),
    () => beams.publishToInterests([value], payload),
    () => beams.publishToInterests(['i'], value),
    () => beams.publishToInterests(['i'], payload, value),
  ],
  publishToUsers: (beams, value) => [
    () => beams.publishToUsers(value, payload),
    () => beams.publishToUsers([value], payload),
    () => beams.publishToUsers(['u'], value),
    () => beams.publishToUsers(['u'], payload, value),
    () => beams.publishToUsers(['u'], payload, { signal: value }),
  ],
  publishToManyUsers: (beams, value) => [
    () => beams.publishToManyUsers(value, payload),
    () => beams.publishToManyUsers([value], payload),
    () => beams.publishToManyUsers(['u'], value),
    () => beams.publishToManyUsers(['u'], payload, value),
    () => beams.publishToManyUsers(['u'], payload, { signal: value, onProgress: value }),
  ],
  deleteUser: (beams, value) => [() => beams.deleteUser(value), () => beams.deleteUser('u', value)],
  generateToken: (beams, value) => [() => beams.generateToken(value), () => beams.generateToken('u', value)],
  constructor: (_beams, value) => [
    () => new PushNotifications(value),
    ...clientOptions.map((name) => () => new PushNotifications({ ...required, [name]: value })),
  ],
  webhooks: (_beams, value) => [
    () => verifyWebhook(value, 'x', 's'),
    () => verifyWebhook('{}', value, 's'),
    () => verifyWebhook('{}', 'x', value),
    () => verifyWebhook('{}', [value], [value]),
    () => signWebhook(value, 's'),
    () => signWebhook('{}', value),
  ],
  'methods without their client': (beams, value) =>
    ['publishToInterests', 'publishToUsers', 'publishToManyUsers', 'deleteUser', 'close', Symbol.asyncDispose]
      .filter((method) => method !== undefined)
      .map((method) => () => beams[method].call(value, ['u'], payload)),
  'generateToken without its client': (beams, value) => [() => beams.generateToken.call(value, 'u')],
}
const isSynchronousPass = new Set(['generateToken', 'generateToken without its client', 'constructor', 'webhooks'])
for (const [name, make] of Object.entries(passed)) {
  add(`${name}: given as it is`, 'settled', make, isSynchronousPass.has(name))
}
add('every argument: a revoked list', 'settled', (beams) =>
  ['publishToInterests', 'publishToUsers', 'publishToManyUsers'].map((name) => () => beams[name](revoked([]), payload)),
)

module.exports = { BeamsError, payload, places, thrownValues }
