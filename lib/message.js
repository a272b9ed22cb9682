'use strict'

const native = require('./load.js')
const { callNative, toArgumentError } = require('./errors.js')
const { listHidden } = require('./checks.js')

const { toString } = Object.prototype

function toPublishRequest(message) {
  try {
    const json = serializeMessage(message)
    const hidden = json && typeof message.toJSON !== 'function' ? listHidden(message, []) : []
    const lost = hidden.filter(isLost).map(([, ...names]) => names)
    return JSON.parse(callNative(() => native.toPublishRequest(json, lost)))
  } catch (thrown) {
    throw toArgumentError(thrown, toPublishRequest)
  }
}

/** JSON replaces NaN and Infinity by `null`, which means the default. */
function isLost([effect, ...names]) {
  return effect === 'not-finite' || (effect === 'lost' && names[0] === 'data')
}

/** The JSON of a message; `undefined` where it is missing, `null` where it is not a plain object. */
function serializeMessage(message) {
  if (message === undefined || message === null) return undefined
  return (toString.call(message) === '[object Object]' && JSON.stringify(message)) || null
}

module.exports = { toPublishRequest }
