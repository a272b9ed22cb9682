'use strict'

const { tracingChannel } = require('node:diagnostics_channel')
const { PushNotifications, install } = require('./binding.js')

class BeamsError extends Error {
  constructor(message, { cause, ...details }) {
    super(message, cause === undefined ? undefined : { cause })
    Object.assign(this, details)
  }
}
Object.defineProperty(BeamsError.prototype, 'name', { value: 'BeamsError', configurable: true, writable: true })

const { stringify } = JSON
const { toString } = Object.prototype

// What the native side borrows: a loop over a list is one call from here, and one an element from there.
install({
  BeamsError,
  isArray: Array.isArray,
  read: (object, key) => object[key],
  stringify,
  stringifyPayload,

  fits(list, longest) {
    for (let index = 0; index < list.length; index++) {
      const element = list[index]
      if (typeof element !== 'string' || element.length === 0 || element.length > longest) return false
    }
    return true
  },

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

// The targets are the call's own, so the payload must have none; JSON drops what is undefined.
function stringifyPayload(publishRequest) {
  if (toString.call(publishRequest) !== '[object Object]') return undefined
  const payload = { ...publishRequest, interests: undefined, users: undefined }
  return typeof payload.toJSON === 'function' ? stringifyPayload(payload.toJSON('')) : stringify(payload)
}

// Around each call: whoever listens to the channel is told of it, and what Node-API throws, where a method is called on
// something else, becomes a rejection.
const { prototype } = PushNotifications
const channel = tracingChannel('beams-native:request')
const channels = [channel.start, channel.end, channel.asyncStart, channel.asyncEnd, channel.error]

for (const [operation, recordAt] of [
  ['publishToInterests', 3],
  ['publishToUsers', 3],
  ['deleteUser', 2],
]) {
  const native = prototype[operation]
  const call = (client, args) => {
    try {
      return native.apply(client, args)
    } catch (cause) {
      const details = { code: 'ERR_BEAMS_INVALID_ARGUMENT', attempts: 0, delivery: 'not-sent', cause }
      return Promise.reject(new BeamsError(`${operation} must be called on a PushNotifications`, details))
    }
  }
  const { [operation]: method } = {
    [operation](...args) {
      if (!channels.some(({ hasSubscribers }) => hasSubscribers)) return call(this, args)
      const targets = Array.isArray(args[0]) ? args[0].length : 1
      const record = Object.assign((args[recordAt] ??= {}), { operation, targets })
      return channel.tracePromise(call, record, undefined, this, args)
    },
  }
  prototype[operation] = method
}

if (Symbol.asyncDispose) {
  prototype[Symbol.asyncDispose] = function asyncDispose() {
    return this.close()
  }
}

module.exports = { PushNotifications, BeamsError }
