'use strict'

const native = require('./load.js')
const { callNative, toArgumentError } = require('./errors.js')
const { listHidden } = require('./checks.js')

const { toString } = Object.prototype

function toPublishRequest(message) {
  try {
    const json = serializeMessage(message)
    const hidden = json && typeof message.toJSON !== 'function' ? listHidden(message, []) : []
    return JSON.parse(
      callNative(() =>
        native.toPublishRequest(
          json,
          hidden.filter(isLost).map(([, ...names]) => names),
        ),
      ),
    )
  } catch (thrown) {
    throw toArgumentError(thrown, toPublishRequest)
  }
}

/** JSON has `null` in place of a number that is not finite, which would mean the default. */
function isLost([effect, ...names]) {
  return effect === 'not-finite' || (effect === 'lost' && names[0] === 'data')
}

/** The JSON of a message; `undefined` where it is missing, `null` where it is not a plain object. */
function serializeMessage(message) {
  if (message === undefined || message === null) return undefined
  return (toString.call(message) === '[object Object]' && JSON.stringify(message)) || null
}

module.exports = { toPublishRequest }
