'use strict'

const { tracingChannel } = require('node:diagnostics_channel')
const { PushNotifications, install, signWebhook, verifyWebhook } = require('./load.js')

class BeamsError extends Error {
  constructor(message, { cause, ...details }) {
    super(message, cause === undefined ? undefined : { cause })
    Object.assign(this, details)
  }
}
Object.defineProperty(BeamsError.prototype, 'name', { value: 'BeamsError', configurable: true, writable: true })

const { stringify } = JSON
const { toString } = Object.prototype
const { getPrototypeOf, hasOwn } = Object
const { join } = Array.prototype

// What the native side borrows.
install({
  BeamsError,
  isArray: Array.isArray,
  isIterable: (value) => Boolean(value[Symbol.asyncIterator] ?? value[Symbol.iterator]),
  parse: JSON.parse,
  read: (object, key) => object[key],
  body,
  joined,
  listen,
  unlisten,
  warn: (message) => process.emitWarning(message, 'BeamsWarning'),

  text(value) {
    try {
      return `${value}`
    } catch {
      return typeof value
    }
  },
})

// One listener a signal, however many calls share it: Node warns of a leak from the eleventh on.
const callbacks = new WeakMap()

function listen(signal, callback) {
  if (callbacks.has(signal)) return callbacks.get(signal).calls.add(callback)
  const calls = new Set([callback])
  const onAbort = () => calls.forEach((call) => call())
  signal.addEventListener('abort', onAbort)
  return callbacks.set(signal, { calls, onAbort })
}

function unlisten(signal, callback) {
  const { calls, onAbort } = callbacks.get(signal)
  calls.delete(callback)
  if (calls.size > 0) return
  signal.removeEventListener('abort', onAbort)
  callbacks.delete(signal)
}

// One call in place of one for every target. The targets are the call's own, so what the payload has of them is left out.
function body(key, targets, publishRequest, longest) {
  if (!areTargets(targets, longest)) return undefined
  const list = stringify(targets)
  const payload = payloadOf(publishRequest)
  if (payload === undefined) return undefined
  const json = write(payload)
  return json === '{}' ? `{"${key}":${list}}` : `${json.slice(0, -1)},"${key}":${list}}`
}

// A long list in half the time that JSON takes, unless there is a quote in it. Escapes are left to the native side.
function joined(targets, longest) {
  return areTargets(targets, longest) ? join.call(targets, '","') : undefined
}

function areTargets(targets, longest) {
  for (let index = 0; index < targets.length; index++) {
    const target = targets[index]
    if (typeof target !== 'string' || target.length === 0 || target.length > longest) return false
  }
  return true
}

// What is to be written of a payload: itself where nothing has to be left out, since a copy takes half as long as writing it.
function payloadOf(publishRequest) {
  if (toString.call(publishRequest) !== '[object Object]') return undefined
  if (typeof publishRequest.toJSON === 'function' && hasOwn(publishRequest, 'toJSON')) {
    return payloadOf({ ...publishRequest }.toJSON(''))
  }
  if (hasOwn(publishRequest, 'interests') || hasOwn(publishRequest, 'users')) {
    const { interests: _interests, users: _users, ...payload } = publishRequest
    return payload
  }
  return getPrototypeOf(publishRequest) === Object.prototype ? publishRequest : { ...publishRequest }
}

function write(payload) {
  try {
    return stringify(payload)
  } catch {
    // It fails again as a copy, and then says of a circle what the official SDK says.
    return stringify({ ...payload })
  }
}

// Around each call: whoever listens to the channel is told of it, and what Node-API throws, where a method is called on
// something else, becomes a rejection.
const { prototype } = PushNotifications
const { publishToManyUsers: beginManyUsers } = prototype
prototype.publishToManyUsers = async function (users, publishRequest, options, record) {
  // Only who calls it pays for loading it.
  const { publishToManyUsers } = require('./many-users.js')
  return publishToManyUsers(users, beginManyUsers.call(this, users, publishRequest, options), record)
}

const channel = tracingChannel('beams-native:request')

for (const [operation, recordAt] of [
  ['publishToInterests', 3],
  ['publishToUsers', 3],
  ['publishToManyUsers', 3],
  ['deleteUser', 2],
]) {
  const native = prototype[operation]
  // The arguments are spelt out, because an array of them takes longer than all else here.
  const call = (client, first, second, third, fourth) => {
    try {
      return native.call(client, first, second, third, fourth)
    } catch (cause) {
      const details = { code: 'ERR_BEAMS_INVALID_ARGUMENT', attempts: 0, delivery: 'not-sent', cause }
      return Promise.reject(new BeamsError(`${operation} must be called on a PushNotifications`, details))
    }
  }
  const { [operation]: method } = {
    [operation](first, second, third, fourth) {
      if (!isHeard()) return call(this, first, second, third, fourth)
      const args = [first, second, third, fourth]
      const targets = Array.isArray(first) ? first.length : 1
      const record = Object.assign((args[recordAt] ??= {}), { operation, targets })
      return channel.tracePromise(call, record, undefined, this, ...args)
    },
  }
  prototype[operation] = method
}

function isHeard() {
  const { start, end, asyncStart, asyncEnd, error } = channel
  return (
    start.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    error.hasSubscribers
  )
}

if (Symbol.asyncDispose) {
  prototype[Symbol.asyncDispose] = function asyncDispose() {
    return this.close()
  }
}

module.exports = { PushNotifications, BeamsError, signWebhook, verifyWebhook }
