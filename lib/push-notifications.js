'use strict'

const { tracingChannel } = require('node:diagnostics_channel')
const { PushNotifications: NativePushNotifications } = require('./load.js')
const { callNative, createArgumentError, createBeamsError, parseDetails, toArgumentError } = require('./errors.js')
const {
  checkOptionNames,
  checkOptions,
  joinTargets,
  measureTargets,
  readCallOptions,
  readClientOptions,
  readSignal,
  readTargets,
  readTokenOptions,
  readUserId,
  serializeBody,
} = require('./arguments.js')

const native = NativePushNotifications.prototype
const channel = tracingChannel('beams-native:request')

/** Marks the options of `beams-native/compat`, which sends what the official SDK sends. */
const COMPAT = Symbol('compat')

let hasWarned = false
let nextCall

class PushNotifications extends NativePushNotifications {
  #lastCall = 0

  static {
    /** Returns the next call number. Throws unless `client` is a PushNotifications: other objects lack the private field. */
    nextCall = (client, operation) => {
      if (typeof client !== 'object' || client === null || !(#lastCall in client)) {
        throw createArgumentError(`${operation} must be called on a PushNotifications`)
      }
      return ++client.#lastCall
    }
  }

  constructor(options) {
    const [given, isCompat] = readConstructorOptions(options)
    try {
      super(given, isCompat)
    } catch (thrown) {
      throw createBeamsError(thrown, PushNotifications)
    }
    const warning = native.warning.call(this)
    if (warning === null || hasWarned) return
    hasWarned = true
    process.emitWarning(warning, 'BeamsWarning')
  }

  publishToInterests(interests, publishRequest, options) {
    return publish(this, 'publishToInterests', interests, publishRequest, options)
  }

  publishToUsers(users, publishRequest, options) {
    return publish(this, 'publishToUsers', users, publishRequest, options)
  }

  async publishToManyUsers(users, publishRequest, options) {
    beginCall(this, 'publishToManyUsers')
    // Loaded lazily: most programs do not need it.
    const { publishToManyUsers } = require('./bulk-publish.js')
    if (!hasSubscribers()) return (await publishToManyUsers(this, users, publishRequest, options)).result
    const send = () => publishToManyUsers(this, users, publishRequest, options)
    const { trace } = require('./trace.js')
    return trace(channel, 'publishToManyUsers', countUsers(users), send)
  }

  generateToken(userId, options) {
    try {
      nextCall(this, 'generateToken')
      const given = readTokenOptions(checkOptions(options, ['backdate']))
      const user = readUserId(userId)
      return callNative(() => native.generateToken.call(this, user, given))
    } catch (thrown) {
      throw toArgumentError(thrown, generateToken)
    }
  }

  deleteUser(userId, options) {
    return deleteUser(this, userId, options)
  }

  async close() {
    await native.close.call(this, beginCall(this, 'close')).catch(throwBeamsError)
  }
}

/** As it is here: users may replace it on the prototype, and a function that is not on the stack hides all of it. */
const { generateToken } = PushNotifications.prototype

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
    if (!isCompat) checkOptionNames(options, Object.keys(given))
    return [given, isCompat]
  } catch (thrown) {
    throw toArgumentError(thrown, PushNotifications)
  }
}

function publish(client, operation, targets, publishRequest, options) {
  try {
    const call = nextCall(client, operation)
    const { ids, count, notAString } = readTargets(targets)
    const checkTargets = () =>
      callNative(() =>
        native.checkTargets.call(client, operation, joinTargets(ids), measureTargets(ids), count, notAString),
      )
    const payload = serializeAfter(checkTargets, publishRequest)
    const given = checkOptions(options)
    const numbers = readCallOptions(given)
    const send = (isTraced) =>
      native[operation].call(
        client,
        call,
        isTraced,
        joinTargets(ids),
        measureTargets(ids),
        count,
        notAString,
        payload,
        numbers,
      )
    return start(client, call, operation, count, readSignal(given), send, toPublishResponse)
  } catch (thrown) {
    return Promise.reject(toArgumentError(thrown, publish))
  }
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
  return startDeletion(client, userId, options, deleteUser, (call, signal, send) =>
    start(client, call, 'deleteUser', 1, signal, send, ignore),
  )
}

/** Resolves to the text of the response's body, which by the service's documentation is empty: for `compat`. */
function deleteUserForBody(client, userId, options) {
  const keepBody = (body) => body
  return startDeletion(client, userId, options, deleteUserForBody, (call, signal, send) =>
    hasSubscribers()
      ? start(client, call, 'deleteUser', 1, signal, send, keepBody)
      : settle(
          client,
          call,
          signal,
          () => send(true),
          (json) => readTrace(json, keepBody).result,
        ),
  )
}

/** The stack of an error for an argument begins with the caller of `hidden`. */
function startDeletion(client, userId, options, hidden, startCall) {
  try {
    const call = nextCall(client, 'deleteUser')
    const given = checkOptions(options)
    const numbers = readCallOptions(given)
    const user = readUserId(userId)
    const send = (isTraced) => native.deleteUser.call(client, call, isTraced, user, numbers)
    return startCall(call, readSignal(given), send)
  } catch (thrown) {
    return Promise.reject(toArgumentError(thrown, hidden))
  }
}

function start(client, call, operation, targets, signal, send, toResult) {
  if (hasSubscribers()) {
    const { trace } = require('./trace.js')
    const sendTraced = () => {
      try {
        return settle(
          client,
          call,
          signal,
          () => send(true),
          (json) => readTrace(json, toResult),
        )
      } catch (thrown) {
        return Promise.reject(toArgumentError(thrown, sendTraced))
      }
    }
    return trace(channel, operation, targets, sendTraced)
  }
  return settle(client, call, signal, send, toResult)
}

/**
 * The promise of a call. An error is made where the promise is awaited, so that its stack shows who awaits it; a call that
 * succeeds has none to pay for.
 */
function settle(client, call, signal, send, toResult) {
  if (signal === undefined) return send(false).then(toResult, throwBeamsError)
  const { listen, rejectWithReason, unlisten } = require('./abort.js')
  if (signal.aborted) return rejectWithReason(signal)
  const abort = () => native.abort.call(client, call)
  listen(signal, abort)
  let sent
  try {
    sent = send(false)
  } catch (thrown) {
    unlisten(signal, abort)
    throw thrown
  }
  return sent.then(
    (value) => {
      unlisten(signal, abort)
      return toResult(value)
    },
    function onRejected(thrown) {
      unlisten(signal, abort)
      if (thrown === null) return rejectWithReason(signal)
      throw createBeamsError(thrown, onRejected)
    },
  )
}

function toPublishResponse(publishId) {
  return { publishId }
}

function ignore() {}

function throwBeamsError(thrown) {
  throw createBeamsError(thrown, throwBeamsError)
}

function readTrace(json, toResult) {
  const { publishId, body, attempts, status } = parseDetails(json)
  return { result: toResult(publishId ?? body), attempts, status }
}

/** How many users a list has, for the tracing channel. What cannot be read is for the call itself to report. */
function countUsers(users) {
  try {
    return Array.isArray(users) ? users.length : undefined
  } catch {
    return undefined
  }
}

function hasSubscribers() {
  return (
    channel.start.hasSubscribers ||
    channel.end.hasSubscribers ||
    channel.asyncStart.hasSubscribers ||
    channel.asyncEnd.hasSubscribers ||
    channel.error.hasSubscribers
  )
}

module.exports = { COMPAT, PushNotifications, deleteUserForBody }
