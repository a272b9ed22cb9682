'use strict'

const { inspect } = require('node:util')
const { PushNotifications: NativePushNotifications } = require('./load.js')
const { publishToManyUsers } = require('./bulk-publish.js')
const { waitForCampaigns } = require('./campaigns.js')
const {
  callNative,
  createArgumentError,
  createBeamsError,
  createUnknownOutcomeError,
  define,
  isBeamsError,
  parseDetails,
  toArgumentError,
} = require('./errors.js')
const { log, setLogger } = require('./logger.js')
const { observeCall, takeObservations, wantedObservations } = require('./observers.js')
const { ignoreOutcome, startCall } = require('./settle.js')
const { emitWarning } = require('./warnings.js')
const { joinTargets, measureTargets, readTargets, readUserId, serializeBody } = require('./arguments.js')
const {
  CALL_OPTIONS,
  checkOptionNames,
  checkOptions,
  readCallOptions,
  readClientOptions,
  readCloseOptions,
  readLogger,
  readSignal,
  readTokenOptions,
} = require('./options.js')

const native = NativePushNotifications.prototype

/** Marks the options of `beams-native/compat`, which sends what the official SDK sends. */
const COMPAT = Symbol('compat')

let hasWarned = false
let isClient
let nextCall

class PushNotifications extends NativePushNotifications {
  #lastCall = 0

  static {
    isClient = (object) => #lastCall in object
    /** Returns the next call number. Throws unless `client` is a PushNotifications: other objects lack the private field. */
    nextCall = (client, operation) => {
      if (typeof client !== 'object' || client === null || !(#lastCall in client)) {
        throw createArgumentError(`${operation} must be called on a PushNotifications`)
      }
      return ++client.#lastCall
    }
  }

  constructor(options) {
    const [given, isCompat, logger] = readConstructorOptions(options)
    try {
      super(given, isCompat)
    } catch (thrown) {
      throw createBeamsError(thrown, constructorOfUsers)
    }
    setLogger(this, logger)
    const warning = native.warning.call(this)
    if (warning === null) return
    if (logger !== undefined) return void log(logger, 'warn', warning)
    if (hasWarned) return
    hasWarned = true
    emitWarning(warning, 'BeamsWarning')
  }

  get instanceId() {
    return isClient(this) ? super.instanceId : undefined
  }

  get endpoint() {
    return isClient(this) ? super.endpoint : undefined
  }

  stats() {
    try {
      nextCall(this, 'stats')
      const { pausedUntil, ...counts } = parseDetails(native.stats.call(this))
      return pausedUntil === undefined ? counts : { ...counts, pausedUntil: new Date(pausedUntil) }
    } catch (thrown) {
      throw toArgumentError(thrown, stats)
    }
  }

  publishToInterests(interests, publishRequest, options) {
    return publish(this, 'publishToInterests', interests, publishRequest, options)
  }

  publishToUsers(users, publishRequest, options) {
    return publish(this, 'publishToUsers', users, publishRequest, options)
  }

  async publishToManyUsers(users, publishRequest, options) {
    const call = beginCall(this, 'publishToManyUsers')
    const wanted = wantedObservations(this)
    let sent
    const send = (observe) => {
      sent = publishToManyUsers(this, call, users, publishRequest, options, wanted, observe, publishToManyUsersMethod)
      return sent
    }
    // `return` alone would call `then`, which may be patched.
    if (wanted === 0) return await send()
    try {
      return await observeCall(this, wanted, 'publishToManyUsers', countUsers(users), send)
    } catch (thrown) {
      // `send` rejects with errors of ours only.
      if (isBeamsError(thrown)) throw thrown
      if (sent === undefined) throw toArgumentError(thrown, publishToManyUsersMethod)
      void ignoreOutcome(sent)
      throw createUnknownOutcomeError(thrown, publishToManyUsersMethod)
    }
  }

  generateToken(userId, options) {
    try {
      nextCall(this, 'generateToken')
      const given = readTokenOptions(options)
      const user = readUserId(userId)
      return callNative(() => native.generateToken.call(this, user, given))
    } catch (thrown) {
      throw toArgumentError(thrown, generateToken)
    }
  }

  deleteUser(userId, options) {
    return deleteUser(this, userId, options)
  }

  close(options) {
    return close(this, options)
  }

  /** Shows `instanceId` and `endpoint`, since `util.inspect` ignores accessors of a prototype. */
  [inspect.custom]() {
    if (!isClient(this)) return this
    const shown = Object.create(Object.getPrototypeOf(this))
    define(shown, 'instanceId', this.instanceId)
    define(shown, 'endpoint', this.endpoint)
    return Object.defineProperties(shown, Object.getOwnPropertyDescriptors(this))
  }
}

/** Not named in the class itself, since bundlers rename classes that refer to themselves. */
const constructorOfUsers = PushNotifications
/** The original methods: a stack is cut off at one of them, and would be empty if a user had replaced it on the prototype. */
const { generateToken, publishToManyUsers: publishToManyUsersMethod, stats } = PushNotifications.prototype

if (Symbol.asyncDispose) {
  Object.defineProperty(PushNotifications.prototype, Symbol.asyncDispose, {
    __proto__: null,
    value: async function asyncDispose() {
      beginCall(this, 'Symbol.asyncDispose')
      await this.close()
    },
    configurable: true,
    writable: true,
  })
}

/** {@link nextCall} for methods that catch nothing themselves. */
function beginCall(client, operation) {
  try {
    return nextCall(client, operation)
  } catch (thrown) {
    throw toArgumentError(thrown, beginCall)
  }
}

function readConstructorOptions(options) {
  try {
    const given = readClientOptions(options)
    const isCompat = options[COMPAT] === true
    // The official SDK ignores what it does not know.
    if (!isCompat) checkOptionNames(options, [...Object.keys(given), 'logger'])
    const payloadChecks = given.payloadChecks ?? (isCompat ? 'off' : defaultPayloadChecks())
    return [{ __proto__: null, ...given, payloadChecks }, isCompat, readLogger(options)]
  } catch (thrown) {
    throw toArgumentError(thrown, PushNotifications)
  }
}

function defaultPayloadChecks() {
  return process.env.NODE_ENV === 'production' ? 'off' : 'warn'
}

function publish(client, operation, targets, publishRequest, options) {
  const read = () => readPublish(client, operation, targets, publishRequest, options)
  return startCall(client, operation, read, toPublishResponse, publish)
}

function readPublish(client, operation, targets, publishRequest, options) {
  const call = nextCall(client, operation)
  const { ids, count, notAString } = readTargets(targets)
  const checkTargets = () =>
    callNative(() =>
      native.checkTargets.call(client, operation, joinTargets(ids), measureTargets(ids), count, notAString),
    )
  const payload = serializeAfter(checkTargets, publishRequest)
  const given = checkOptions(options, CALL_OPTIONS)
  const numbers = readCallOptions(given)
  const callNativeSide = (observers) =>
    native[operation].call(
      client,
      call,
      observers,
      joinTargets(ids),
      measureTargets(ids),
      count,
      notAString,
      payload,
      numbers,
    )
  return { call, targets: count, signal: readSignal(given), callNativeSide }
}

/** The official SDK reports what is wrong with the targets before it looks into the payload. */
function serializeAfter(checkTargets, publishRequest) {
  try {
    const payload = serializeBody(publishRequest)
    if (payload === null) checkTargets()
    return payload
  } catch (thrown) {
    checkTargets()
    throw thrown
  }
}

function deleteUser(client, userId, options) {
  return startDeletion(client, userId, options, deleteUser, ignore)
}

/** Resolves to the text of the response's body, which by the service's documentation is empty: for `compat`. */
function deleteUserForBody(client, userId, options) {
  return startDeletion(client, userId, options, deleteUserForBody, (body) => body)
}

function startDeletion(client, userId, options, hidden, toResult) {
  return startCall(client, 'deleteUser', () => readDeletion(client, userId, options), toResult, hidden)
}

function readDeletion(client, userId, options) {
  const call = nextCall(client, 'deleteUser')
  const given = checkOptions(options, CALL_OPTIONS)
  const numbers = readCallOptions(given)
  const user = readUserId(userId)
  const callNativeSide = (observers) => native.deleteUser.call(client, call, observers, user, numbers)
  return { call, targets: 1, signal: readSignal(given), callNativeSide }
}

async function close(client, options) {
  let closed
  try {
    const call = nextCall(client, 'close')
    closed = native.close.call(client, call, readCloseOptions(options))
  } catch (thrown) {
    throw toArgumentError(thrown, close)
  }
  try {
    await closed
  } catch (thrown) {
    throw createBeamsError(takeObservations(thrown), close)
  }
  // The native side has ended those in flight; their reports may not have been assembled.
  await waitForCampaigns(client)
}

function toPublishResponse(settled) {
  return { publishId: takeObservations(settled) }
}

function ignore() {}

/** How many users a list has, for the tracing channel. What cannot be read is for the call itself to report. */
function countUsers(users) {
  try {
    return Array.isArray(users) ? users.length : undefined
  } catch {
    return undefined
  }
}

module.exports = { COMPAT, PushNotifications, deleteUserForBody }
