'use strict'

// The client of `beams-native/testing` is the real one. Only the HTTP exchange is replaced, on the native side, by an in-memory
// service.

const {
  PushNotifications,
  callNative,
  checkOptionNames,
  createArgumentError,
  native,
  readNumber,
  readOption,
  readString,
  toArgumentError,
} = require('./core.js')

/** The default instance and key. */
const FAKE_KEYS = { instanceId: 'fake-instance', secretKey: 'fake-secret-key' }

const FAILURE_MEMBERS = ['code', 'delivery', 'status', 'retryAfter']

/** The calls of each fake. */
const records = new WeakMap()

class FakeBeams extends PushNotifications {
  constructor(options = {}) {
    super(withDefaults(options))
    native.fakeStart(this, true)
    records.set(this, [])
  }

  get calls() {
    return records.get(this)
  }

  publishes() {
    return native.fakePublishes(this).map(([publishId, body]) => ({ publishId, ...JSON.parse(body) }))
  }

  failNext(failure) {
    try {
      if (typeof failure !== 'object' || failure === null)
        throw createArgumentError('failure argument must be an object')
      checkOptionNames(failure, FAILURE_MEMBERS)
      const [code, delivery] = [readString(failure, 'code'), readString(failure, 'delivery')]
      const [status, retryAfter] = [readNumber(failure, 'status'), readNumber(failure, 'retryAfter')]
      callNative(() => native.fakeFailNext(this, code, delivery, status, retryAfter))
    } catch (thrown) {
      throw toArgumentError(thrown, failNext)
    }
  }

  reset() {
    records.set(this, [])
    native.fakeReset(this)
  }

  publishToInterests(...args) {
    return record(this, 'publishToInterests', args)
  }

  publishToUsers(...args) {
    return record(this, 'publishToUsers', args)
  }

  publishToManyUsers(...args) {
    return record(this, 'publishToManyUsers', args)
  }

  generateToken(...args) {
    return record(this, 'generateToken', args)
  }

  deleteUser(...args) {
    return record(this, 'deleteUser', args)
  }
}

const { failNext } = FakeBeams.prototype

/** Records a call of the real method. A detached method has no record, and rejects as the real one does. */
function record(client, method, args) {
  const call = { method, args }
  records.get(client)?.push(call)
  try {
    const outcome = Reflect.apply(PushNotifications.prototype[method], client, args)
    if (method !== 'generateToken') return settle(call, outcome)
    call.result = outcome
    return outcome
  } catch (thrown) {
    call.error = thrown
    throw thrown
  }
}

/** The caller gets this promise, so that an unhandled rejection is reported. */
async function settle(call, outcome) {
  try {
    return (call.result = await outcome)
  } catch (thrown) {
    call.error = thrown
    throw thrown
  }
}

function fakeBeams(options) {
  return new FakeBeams(options)
}

function beamsOrFake(options) {
  if (!lacksKeys(options)) return new PushNotifications(options)
  // Not a FakeBeams, whose records would grow without being reset.
  const beams = new PushNotifications({ ...options, ...FAKE_KEYS })
  native.fakeStart(beams, false)
  process.emitWarning(
    'instanceId and secretKey are not set: notifications are checked and discarded; set both to send them',
    'BeamsWarning',
  )
  return beams
}

/** Adds default keys to the options. */
function withDefaults(options) {
  try {
    if (typeof options !== 'object' || options === null) return options
    const missing = Object.entries(FAKE_KEYS).filter(([name]) => readOption(options, name) === undefined)
    return missing.length === 0 ? options : { ...options, ...Object.fromEntries(missing) }
  } catch (thrown) {
    throw toArgumentError(thrown, fakeBeams)
  }
}

/**
 * Whether both keys are missing, or empty as environment variables may be. One without the other is a mistake, which the real
 * client reports.
 */
function lacksKeys(options) {
  try {
    if (typeof options !== 'object' || options === null) return false
    return Object.keys(FAKE_KEYS).every((name) => [undefined, ''].includes(readOption(options, name)))
  } catch (thrown) {
    throw toArgumentError(thrown, beamsOrFake)
  }
}

module.exports = { beamsOrFake, fakeBeams }
