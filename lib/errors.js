'use strict'

const { captureStackTrace } = Error
const { defineProperty } = Object
const { parse } = JSON

/** The errors for arguments that have not left the package yet: their stacks still begin with frames of its own. */
const unhidden = new WeakSet()

class BeamsError extends Error {
  constructor(message, details) {
    const { cause, ...rest } = { __proto__: null, ...details }
    super(message, cause === undefined ? undefined : { __proto__: null, cause })
    for (const name of Object.keys(rest)) define(this, name, rest[name])
  }
}
define(BeamsError.prototype, 'name', 'BeamsError', false)

/**
 * Defines a property rather than assigning it, with a descriptor that inherits nothing: `Object.prototype` may have been
 * given setters, even for `get` and `set`.
 */
function define(object, name, value, enumerable = true) {
  defineProperty(object, name, { __proto__: null, value, configurable: true, enumerable, writable: true })
}

/** Parses JSON of the native side, without a prototype, so that a missing member is not read from `Object.prototype`. */
function parseDetails(json) {
  return { __proto__: null, ...parse(json) }
}

/**
 * The error for what the native side throws or rejects with: JSON text. Anything else, such as the `undefined` of a promise
 * that was dropped, is a defect. Its stack begins with the caller of `hidden`.
 */
function createBeamsError(thrown, hidden) {
  return createErrorFromDetails(typeof thrown === 'string' ? parseDetails(thrown) : INTERNAL, hidden)
}

/**
 * The error for what was thrown after the native side had accepted a call, such as by a patched `Promise.prototype.then`: the
 * call goes on, and its outcome is unknown.
 */
function createUnknownOutcomeError(thrown, hidden) {
  const message = 'Promise.prototype.then threw after the request was sent: see `cause`. Is it patched?'
  const error = createErrorFromDetails({ ...INTERNAL, message }, hidden)
  define(error, 'cause', thrown, false)
  return error
}

const INTERNAL = {
  __proto__: null,
  message: 'internal error in beams-native, please report it: a call ended without an outcome',
  code: 'ERR_BEAMS_INTERNAL',
  delivery: 'unknown',
  attempts: 0,
}

/** The error for parsed details of the native side. Its stack begins with the caller of `hidden`. */
function createErrorFromDetails({ message, cause, ...details }, hidden = createErrorFromDetails) {
  const error = new BeamsError(message, details)
  captureStackTrace(error, hidden)
  if (cause !== undefined) {
    const { message: text, code } = { __proto__: null, ...cause }
    const source = new Error(text)
    if (code !== undefined) define(source, 'code', code)
    define(error, 'cause', source, false)
  }
  return error
}

/** The error for an argument that has the wrong type, or that threw when it was read. */
function createArgumentError(message, ...cause) {
  const details = { __proto__: null, code: 'ERR_BEAMS_INVALID_ARGUMENT', delivery: 'not-sent', attempts: 0 }
  const error = new BeamsError(message, details)
  // A thrown `undefined` is a cause, too.
  if (cause.length > 0) define(error, 'cause', cause[0], false)
  unhidden.add(error)
  return error
}

/**
 * Calls the native side, which throws text. No code of the caller's runs in it, so a string that a caller's value throws is
 * never taken for that text.
 */
function callNative(call) {
  try {
    return call()
  } catch (thrown) {
    if (typeof thrown !== 'string') throw thrown
    const error = createBeamsError(thrown, callNative)
    unhidden.add(error)
    throw error
  }
}

/**
 * Converts an error thrown while arguments were read: a {@link BeamsError} stays, anything else becomes the cause of one. The
 * stack of an error of ours begins with the caller of `hidden`.
 */
function toArgumentError(thrown, hidden) {
  const error = isBeamsError(thrown) ? thrown : createArgumentError(describeThrown(thrown), thrown)
  if (unhidden.delete(error)) captureStackTrace(error, hidden)
  return error
}

function isBeamsError(thrown) {
  try {
    return thrown instanceof BeamsError
  } catch {
    // A revoked proxy is no instance of anything.
    return false
  }
}

function describeThrown(thrown, fallback = 'an argument could not be read') {
  try {
    if (typeof thrown === 'object' && thrown !== null) {
      const { message } = thrown
      if (typeof message === 'string') return message
    } else if (typeof thrown !== 'function') {
      return String(thrown)
    }
  } catch {
    // Its owner's getters and traps may throw as well.
  }
  return fallback
}

/** A value that is shown to somebody is of no use beyond this length, and would be copied at great cost. */
const MAX_DESCRIPTION_LENGTH = 1 << 14

/** Shows a value as a template literal does. */
function describeValue(value) {
  try {
    const text = `${value}`
    return text.length > MAX_DESCRIPTION_LENGTH ? `a ${typeof value} of ${text.length} characters` : text
  } catch {
    return typeof value
  }
}

module.exports = {
  BeamsError,
  MAX_DESCRIPTION_LENGTH,
  callNative,
  createArgumentError,
  createBeamsError,
  createErrorFromDetails,
  createUnknownOutcomeError,
  define,
  describeThrown,
  describeValue,
  isBeamsError,
  parseDetails,
  toArgumentError,
}
