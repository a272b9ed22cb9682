'use strict'

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

  text(value) {
    try {
      return `${value}`
    } catch {
      return typeof value
    }
  },
})

// The targets are the call's own, so the payload must have none; JSON drops what is undefined.
function stringifyPayload(publishRequest) {
  if (toString.call(publishRequest) !== '[object Object]') return undefined
  const payload = { ...publishRequest, interests: undefined, users: undefined }
  return typeof payload.toJSON === 'function' ? stringifyPayload(payload.toJSON('')) : stringify(payload)
}

// Node-API throws where a method is called on something else; what returns a promise should reject.
const { prototype } = PushNotifications
for (const name of ['publishToInterests', 'publishToUsers', 'deleteUser']) {
  const native = prototype[name]
  const { [name]: method } = {
    [name](...args) {
      try {
        return native.apply(this, args)
      } catch (cause) {
        const details = { code: 'ERR_BEAMS_INVALID_ARGUMENT', attempts: 0, delivery: 'not-sent', cause }
        return Promise.reject(new BeamsError(`${name} must be called on a PushNotifications`, details))
      }
    },
  }
  prototype[name] = method
}

module.exports = { PushNotifications, BeamsError }
