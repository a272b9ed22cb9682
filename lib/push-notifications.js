'use strict'

const { tracingChannel } = require('node:diagnostics_channel')
const { PushNotifications: NativePushNotifications } = require('./load.js')
const { createArgumentError, createBeamsError, wrapThrown } = require('./errors.js')
const {
  checkOptions,
  joinTargets,
  measureTargets,
  readCallOptions,
  readClientOptions,
  readSignal,
  readTargets,
  readTokenOptions,
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
    /** Numbers a call, and tells that `client` is one: every other object lacks the private field. */
    nextCall = (client, operation) => {
      if (typeof client !== 'object' || client === null || !(#lastCall in client)) {
        throw createArgumentError(`${operation} must be called on a PushNotifications`)
      }
      return ++client.#lastCall
    }
  }

  constructor(options) {
    try {
      super(readClientOptions(options), options[COMPAT] === true)
    } catch (thrown) {
      throw toError(thrown)
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
    nextCall(this, 'publishToManyUsers')
    // Only who calls it pays for loading it.
    const { publishToManyUsers } = require('./bulk-publish.js')
    const send = () => publishToManyUsers(this, users, publishRequest, options)
    if (!hasSubscribers()) return (await send()).result
    const { trace } = require('./trace.js')
    return trace(channel, 'publishToManyUsers', Array.isArray(users) ? users.length : undefined, send)
  }

  generateToken(userId, options) {
    try {
      nextCall(this, 'generateToken')
      return native.generateToken.call(this, userId, readTokenOptions(checkOptions(options)))
    } catch (thrown) {
      throw toError(thrown)
    }
  }

  deleteUser(userId, options) {
    return deleteUser(this, userId, options)
  }

  async close() {
    await native.close.call(this, nextCall(this, 'close')).catch(throwBeamsError)
  }
}

if (Symbol.asyncDispose) {
  Object.defineProperty(PushNotifications.prototype, Symbol.asyncDispose, {
    value: function asyncDispose() {
      return this.close()
    },
    configurable: true,
    writable: true,
  })
}

function publish(client, operation, targets, publishRequest, options) {
  try {
    const call = nextCall(client, operation)
    const { ids, count, notAString } = readTargets(targets)
    const checkTargets = () =>
      native.checkTargets.call(client, operation, joinTargets(ids), measureTargets(ids), count, notAString)
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
    return Promise.reject(toError(thrown))
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
  return startDeletion(client, userId, options, (call, signal, send) =>
    start(client, call, 'deleteUser', 1, signal, send, ignore),
  )
}

/** Resolves to the text of the response's body, which by the service's documentation is empty: for `compat`. */
function deleteUserForBody(client, userId, options) {
  const keepBody = (body) => body
  return startDeletion(client, userId, options, (call, signal, send) =>
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

function startDeletion(client, userId, options, startCall) {
  try {
    const call = nextCall(client, 'deleteUser')
    const given = checkOptions(options)
    const numbers = readCallOptions(given)
    const send = (isTraced) => native.deleteUser.call(client, call, isTraced, userId, numbers)
    return startCall(call, readSignal(given), send)
  } catch (thrown) {
    return Promise.reject(toError(thrown))
  }
}

function start(client, call, operation, targets, signal, send, toResult) {
  if (hasSubscribers()) {
    const { trace } = require('./trace.js')
    const sendTraced = () =>
      settle(
        client,
        call,
        signal,
        () => send(true),
        (json) => readTrace(json, toResult),
      )
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
  const { listen, readReason, unlisten } = require('./abort.js')
  if (signal.aborted) return Promise.reject(readReason(signal))
  const abort = () => native.abort.call(client, call)
  listen(signal, abort)
  return send(false).then(
    (value) => {
      unlisten(signal, abort)
      return toResult(value)
    },
    function onRejected(thrown) {
      unlisten(signal, abort)
      if (thrown === null) throw readReason(signal)
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
  const { publishId, body, attempts, status } = JSON.parse(json)
  return { result: toResult(publishId ?? body), attempts, status }
}

/** The native side throws and rejects with text; everything else was thrown by the caller's own values. */
function toError(thrown) {
  return typeof thrown === 'string' ? createBeamsError(thrown, toError) : wrapThrown(thrown)
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
