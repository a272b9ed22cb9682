'use strict'

// Where a call runs the caller's code after its arguments were read: signals, iterators, `onProgress`, tracing subscribers.

/* oxlint-disable unicorn/no-thenable -- hostile thenables are what this is about */

const { AsyncLocalStorage } = require('node:async_hooks')
const { tracingChannel } = require('node:diagnostics_channel')
const { raise, trapped } = require('./thrown-values.js')
const { payload } = require('./argument-places.js')

/** See `hostile.js` for the words. */
const places = {}

function add(name, expected, call) {
  places[name] = { expected, call }
}

const operations = {
  publishToInterests: (beams, signal) => beams.publishToInterests(['i'], payload, { signal }),
  publishToUsers: (beams, signal) => beams.publishToUsers(['u'], payload, { signal }),
  deleteUser: (beams, signal) => beams.deleteUser('u', { signal }),
}
const publishToMany = (beams, signal) => beams.publishToManyUsers(['u'], payload, { signal })

/** A signal of the caller's own making, with some members replaced by getters that throw from the nth reading on. */
function signalWith(value, { getters = {}, ...members } = {}) {
  const signal = { aborted: false, addEventListener() {}, removeEventListener() {}, ...members }
  for (const [name, healthyReads] of Object.entries(getters)) {
    let reads = 0
    const healthy = signal[name]
    const get = () => (reads++ < healthyReads ? healthy : raise(value)())
    Object.defineProperty(signal, name, { __proto__: null, get })
  }
  return signal
}

/** A signal that is aborted as soon as somebody listens, or a little later. */
function abortingSignal(value, members, isLate) {
  const signal = signalWith(value, members)
  signal.addEventListener = (_type, listener) => {
    if (isLate) queueMicrotask(listener)
    else listener()
  }
  return signal
}

const signals = {
  'aborted, first reading': ['argument', 'argument', (value) => signalWith(value, { getters: { aborted: 0 } })],
  'aborted, later reading': ['argument', 'stopped', (value) => signalWith(value, { getters: { aborted: 1 } })],
  addEventListener: ['argument', 'stopped', (value) => signalWith(value, { addEventListener: raise(value) })],
  'addEventListener getter': [
    'argument',
    'argument',
    (value) => signalWith(value, { getters: { addEventListener: 0 } }),
  ],
  removeEventListener: ['resolved', 'resolved', (value) => signalWith(value, { removeEventListener: raise(value) })],
  'removeEventListener getter': [
    'resolved',
    'resolved',
    (value) => signalWith(value, { getters: { removeEventListener: 0 } }),
  ],
  proxy: ['argument', 'argument', (value) => trapped({}, raise(value))],
  'reason, aborted before': [
    'itself',
    'stopped',
    (value) => signalWith(value, { aborted: true, getters: { reason: 0 } }),
  ],
  'reason, aborted in flight': [
    'itself',
    'stopped',
    (value) => abortingSignal(value, { getters: { reason: 0 } }, true),
  ],
}
for (const [name, [expected, expectedOfMany, make]] of Object.entries(signals)) {
  for (const [operation, call] of Object.entries(operations)) {
    add(`${operation}: signal, ${name}`, expected, (beams, value) => call(beams, make(value)))
  }
  add(`publishToManyUsers: signal, ${name}`, expectedOfMany, (beams, value) => publishToMany(beams, make(value)))
}
for (const [operation, call] of Object.entries(operations)) {
  add(`${operation}: signal, its reason`, 'reason', (beams, value) => call(beams, AbortSignal.abort(value)))
  add(`${operation}: signal, without addEventListener's patience`, 'settled', (beams, value) => [
    () => call(beams, abortingSignal(value, {}, false)),
  ])
  add(`${operation}: signal, without a reason`, 'abort error', (beams, value) =>
    call(beams, signalWith(value, { aborted: true })),
  )
}

const step = { done: false, value: 'u' }
const isAsyncKind = { [Symbol.iterator]: false, [Symbol.asyncIterator]: true }
for (const kind of [Symbol.iterator, Symbol.asyncIterator]) {
  const name = kind.description
  const wrap = isAsyncKind[kind] ? async (result) => result : (result) => result
  const iterables = {
    opening: (value) => ({ [kind]: raise(value) }),
    next: (value) => ({ [kind]: () => ({ next: raise(value) }) }),
    'next getter': (value) => ({
      [kind]: () => Object.defineProperty({}, 'next', { __proto__: null, get: raise(value) }),
    }),
    done: (value) => ({ [kind]: () => ({ next: () => wrap({ get done() { return raise(value)() } }) }) }), // prettier-ignore
    value: (value) => ({ [kind]: () => ({ next: () => wrap({ done: false, get value() { return raise(value)() } }) }) }), // prettier-ignore
    proxy: (value) => ({ [kind]: () => trapped({}, raise(value)) }),
    result: (value) => ({ [kind]: () => ({ next: () => new Proxy({}, { get: raise(value) }) }) }),
  }
  if (isAsyncKind[kind]) {
    iterables['rejecting next'] = (value) => ({ [kind]: () => ({ next: async () => raise(value)() }) })
    iterables['thenable next'] = (value) => ({ [kind]: () => ({ next: () => ({ then: raise(value) }) }) })
  }
  for (const [what, make] of Object.entries(iterables)) {
    add(`publishToManyUsers: ${name}, ${what}`, 'stopped', (beams, value) =>
      beams.publishToManyUsers(make(value), payload),
    )
  }
  const closings = {
    return: (value) => ({ next: () => wrap(step), return: raise(value) }),
    'return getter': (value) =>
      Object.defineProperty({ next: () => wrap(step) }, 'return', { __proto__: null, get: raise(value) }),
    'rejecting return': (value) => ({ next: () => wrap(step), return: async () => raise(value)() }),
    'thenable return': (value) => ({ next: () => wrap(step), return: () => ({ then: raise(value) }) }),
  }
  for (const [what, make] of Object.entries(closings)) {
    add(`publishToManyUsers: ${name}, ${what}`, 'stopped by stop', (beams, value) => {
      const onProgress = raise('stop')
      return beams.publishToManyUsers({ [kind]: () => make(value) }, payload, { dedupe: false, onProgress })
    })
  }
  add(`publishToManyUsers: ${name}, getter`, 'argument', (beams, value) => {
    const users = Object.defineProperty({}, kind, { __proto__: null, get: raise(value) })
    return beams.publishToManyUsers(users, payload)
  })
  add(`publishToManyUsers: ${name}, getter read twice`, 'resolved', (beams, value) => {
    let reads = 0
    const open = isAsyncKind[kind] ? async function* () {} : () => [].values()
    const users = Object.defineProperty({}, kind, {
      __proto__: null,
      get: () => (reads++ === 0 ? open : raise(value)()),
    })
    return beams.publishToManyUsers(users, payload)
  })
}
add('publishToManyUsers: a user that cannot be shown', 'resolved', (beams, value) =>
  beams.publishToManyUsers([{ toString: raise(value), [Symbol.toPrimitive]: raise(value) }, 'u'], payload),
)
for (const member of ['pipe', 'destroy']) {
  add(`publishToManyUsers: a stream's ${member}`, 'stopped by stop', (beams, value) => {
    const users = { pipe() {}, destroy: raise(value), [Symbol.asyncIterator]: () => ({ next: async () => step }) }
    Object.defineProperty(users, member, { __proto__: null, get: raise(value) })
    return beams.publishToManyUsers(users, payload, { dedupe: false, onProgress: raise('stop') })
  })
}

const progressFunctions = {
  throwing: (value) => raise(value),
  rejecting: (value) => async () => raise(value)(),
  'with a thenable': (value) => () => ({ then: raise(value) }),
  'with a then getter': (value) => () => Object.defineProperty({}, 'then', { __proto__: null, get: raise(value) }),
  'with a promise whose constructor throws': (value) => () =>
    Object.defineProperty(Promise.resolve(), 'constructor', { __proto__: null, get: raise(value) }),
  proxy: (value) => trapped(() => {}, raise(value)),
}
for (const [what, make] of Object.entries(progressFunctions)) {
  add(`publishToManyUsers: onProgress, ${what}`, 'stopped', (beams, value) =>
    beams.publishToManyUsers(['u'], payload, { onProgress: make(value) }),
  )
}

const channel = tracingChannel('beams-native:request')

/** Runs a call while the channel has subscribers. */
async function subscribed(subscribers, call) {
  channel.subscribe(subscribers)
  try {
    return await call()
  } finally {
    channel.unsubscribe(subscribers)
  }
}

/** The calls that are traced, and the events of each. */
const traced = {
  publishToUsers: (beams) => beams.publishToUsers(['u'], payload),
  deleteUser: (beams) => beams.deleteUser('u'),
  publishToManyUsers: (beams) => beams.publishToManyUsers(['u'], payload),
}
const refused = (beams) => beams.publishToUsers([''], payload).catch(() => {})
const members = ['operation', 'targets', 'attempts', 'status', 'duration', 'result', 'error']
const onRecord = (change) => ({ start: (record) => members.forEach((name) => change(record, name)) })
for (const [operation, call] of Object.entries(traced)) {
  for (const event of ['start', 'end', 'asyncStart', 'asyncEnd', 'error']) {
    add(`${operation}: subscriber of ${event}`, 'uncaught', (beams, value) =>
      subscribed({ [event]: raise(value) }, () => (event === 'error' ? refused(beams) : call(beams))),
    )
  }
  add(`${operation}: a store bound to start`, 'uncaught', async (beams, value) => {
    const store = new AsyncLocalStorage()
    channel.start.bindStore(store, raise(value))
    return call(beams).finally(() => channel.start.unbindStore(store))
  })
  const changes = {
    setters: (value) =>
      onRecord((record, name) => Object.defineProperty(record, name, { __proto__: null, set: raise(value) })),
    getters: (value) =>
      onRecord((record, name) => Object.defineProperty(record, name, { __proto__: null, get: raise(value) })),
    frozen: () => ({ start: (record) => Object.freeze(record) }),
    'a prototype': (value) => ({ start: (record) => Object.setPrototypeOf(record, trapped({}, raise(value))) }),
  }
  for (const [what, make] of Object.entries(changes)) {
    add(`${operation}: a tracing record with ${what}`, 'resolved', (beams, value) =>
      subscribed(make(value), () => call(beams)),
    )
  }
  if (operation === 'publishToManyUsers') continue
  add(`${operation}: a reason that is traced`, 'reason', (beams, value) =>
    subscribed({ error() {} }, () => operations[operation](beams, AbortSignal.abort(value))),
  )
  add(`${operation}: a signal that throws and is traced`, 'argument', (beams, value) =>
    subscribed({ error() {} }, () => operations[operation](beams, signalWith(value, { getters: { aborted: 1 } }))),
  )
}

module.exports = { places }
