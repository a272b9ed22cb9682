'use strict'

// Turns the targets, payloads, texts and bytes that callers pass into the strings and numbers that cross to the native side.
// User code (getters, `toJSON`, proxies) runs only here and in options.js, before the crossing.

const { isAnyArrayBuffer } = require('node:util').types
const { createArgumentError, describeValue } = require('./errors.js')

const { stringify } = JSON
const { hasOwn } = Object
const { toString } = Object.prototype
const { join } = Array.prototype

/** No documented limit is near it; a longer string is a mistake that would be copied at great cost. */
const MAX_STRING_LENGTH = 1 << 20

/** A longer list would be refused for its length, so its elements need not be read. A proxy's length may be infinite. */
const MAX_LIST_LENGTH = 1 << 16

/** The lengths of a list's targets, reused by every call: no user code runs between writing and crossing. */
let lengths = new Uint32Array(1024)

/**
 * Copies a list of targets up to the first that is not a string. `undefined` stands for a missing list and `null` for what
 * is not a list, in which cases the native side has the error's text.
 */
function readTargets(targets) {
  if (targets === undefined || targets === null) return { ids: undefined, count: 0 }
  if (!Array.isArray(targets)) return { ids: null, count: 0 }
  const count = readLength(targets)
  const ids = []
  if (count > MAX_LIST_LENGTH) return { ids, count, notAString: undefined }
  let length = 0
  for (let index = 0; index < count; index++) {
    const target = targets[index]
    if (typeof target !== 'string') return { ids, count, notAString: describeValue(target) }
    length += target.length
    if (length > MAX_STRING_LENGTH) throw createArgumentError('the targets are too long')
    ids.push(target)
  }
  return { ids, count, notAString: undefined }
}

/** The length of a list as an integer: a proxy's may be anything. */
function readLength(list) {
  const length = Number(list.length)
  return length > 0 ? Math.min(Math.trunc(length), 0xffffffff) : 0
}

/** One text for all targets: one string crosses faster than many. */
function joinTargets(ids) {
  return ids && (ids.length === 1 ? ids[0] : join.call(ids, ''))
}

/** The length of each target. Valid until the next call. */
function measureTargets(ids) {
  const count = ids ? ids.length : 0
  if (count > lengths.length) lengths = new Uint32Array(count * 2)
  for (let index = 0; index < count; index++) lengths[index] = ids[index].length
  return lengths.subarray(0, count)
}

/** The JSON of a payload without targets; `undefined` where it is missing, `null` where it is not a plain object. */
function serializeBody(publishRequest) {
  if (publishRequest === undefined || publishRequest === null) return undefined
  if (toString.call(publishRequest) !== '[object Object]') return null
  const payload = stripTargets(typeof publishRequest.toJSON === 'function' ? publishRequest.toJSON('') : publishRequest)
  if (payload === null) return null
  try {
    return stringify(payload)
  } catch (thrown) {
    // As a copy, it fails again, and then names a circle as the official SDK does.
    stringify({ ...payload })
    throw thrown
  }
}

/**
 * The targets are an argument of their own, so the payload's are left out; and a `toJSON` has had its turn. A payload with
 * neither needs no copy.
 */
function stripTargets(payload) {
  if (toString.call(payload) !== '[object Object]') return null
  const hasToJSON = typeof payload.toJSON === 'function'
  if (!hasToJSON && !hasOwn(payload, 'interests') && !hasOwn(payload, 'users')) return payload
  const { interests: _interests, users: _users, ...rest } = payload
  return hasToJSON ? { ...rest, toJSON: undefined } : rest
}

function isObject(value) {
  return typeof value === 'object' && value !== null
}

function checkString(value, name) {
  if (typeof value !== 'string') throw createArgumentError(`${name} must be a string`)
  return checkLength(value, name, MAX_STRING_LENGTH)
}

function checkLength(value, name, maxLength) {
  if (value.length > maxLength) throw createArgumentError(`${name} is too long`)
  return value
}

/** Passes on values that are not strings: the native side reports them. */
function readUserId(value) {
  return typeof value === 'string' ? checkString(value, 'userId') : value
}

/** The string, or `undefined` if the value is not a string or is too long. */
function readShortString(value) {
  return typeof value === 'string' && value.length <= MAX_STRING_LENGTH ? value : undefined
}

/** A copy of a `Uint8Array`, an `ArrayBuffer` or a view: shared memory may change while it is read. */
function copyBytes(value) {
  const bytes = viewBytes(value)
  return bytes && Buffer.from(bytes)
}

/** The bytes of a `Uint8Array`, an `ArrayBuffer` or a view; `undefined` for anything else. */
function viewBytes(value) {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return isAnyArrayBuffer(value) ? new Uint8Array(value) : undefined
}

/** Rejects unpaired surrogates, which would be replaced, so that the path would name another file. */
function checkPath(value, name) {
  if (/\p{Surrogate}/u.test(checkString(value, name))) throw createArgumentError(`${name} must be a well-formed string`)
  return value
}

module.exports = {
  MAX_LIST_LENGTH,
  checkLength,
  checkPath,
  checkString,
  copyBytes,
  isObject,
  joinTargets,
  measureTargets,
  readLength,
  readShortString,
  readTargets,
  readUserId,
  serializeBody,
  viewBytes,
}
