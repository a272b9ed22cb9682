'use strict'

class BeamsError extends Error {
  constructor(message, { cause, ...details }) {
    super(message, cause === undefined ? undefined : { cause })
    Object.assign(this, details)
  }
}
Object.defineProperty(BeamsError.prototype, 'name', { value: 'BeamsError', configurable: true, writable: true })

/**
 * The error for what the native side throws or rejects with: JSON text. Anything else, such as the `undefined` of a promise
 * that was dropped, is a defect. Its stack begins with the caller of `hidden`.
 */
function createBeamsError(thrown, hidden) {
  const details = typeof thrown === 'string' ? JSON.parse(thrown) : INTERNAL
  const error = createErrorFromDetails(details)
  Error.captureStackTrace(error, hidden)
  return error
}

const INTERNAL = {
  message: 'internal error in beams-native, please report it: a call ended without an outcome',
  code: 'ERR_BEAMS_INTERNAL',
  delivery: 'unknown',
  attempts: 0,
}

/** The error for parsed details of the native side. */
function createErrorFromDetails({ message, cause, ...details }) {
  if (cause === undefined) return new BeamsError(message, details)
  const { message: text, code } = cause
  const error = new Error(text)
  if (code !== undefined) error.code = code
  return new BeamsError(message, { ...details, cause: error })
}

/** The error for an argument that has the wrong type, or that threw when it was read. */
function createArgumentError(message, ...cause) {
  const details = { code: 'ERR_BEAMS_INVALID_ARGUMENT', delivery: 'not-sent', attempts: 0 }
  const error = new BeamsError(message, details)
  // A thrown `undefined` is a cause, too.
  if (cause.length > 0) {
    Object.defineProperty(error, 'cause', { value: cause[0], configurable: true, writable: true, enumerable: false })
  }
  return error
}

/** What an argument threw when it was read, as the cause of a {@link BeamsError}. One of ours stays as it is. */
function wrapThrown(thrown) {
  try {
    if (thrown instanceof BeamsError) return thrown
  } catch {
    // A revoked proxy is no instance of anything.
  }
  return createArgumentError(describeThrown(thrown), thrown)
}

function describeThrown(thrown) {
  try {
    if (typeof thrown === 'object' && thrown !== null && typeof thrown.message === 'string') return thrown.message
    if (typeof thrown !== 'object' && typeof thrown !== 'function') return String(thrown)
  } catch {
    // Its owner's getters and traps may throw as well.
  }
  return 'an argument could not be read'
}

/** Shows a value as a template literal does. */
function describeValue(value) {
  try {
    return `${value}`
  } catch {
    return typeof value
  }
}

module.exports = {
  BeamsError,
  createArgumentError,
  createBeamsError,
  createErrorFromDetails,
  describeValue,
  wrapThrown,
}
