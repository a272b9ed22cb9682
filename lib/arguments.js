'use strict'

// Turns what callers pass into the strings and numbers that cross to the native side. User code (getters, `toJSON`, proxies)
// runs only here, before the crossing.

const { isAnyArrayBuffer } = require('node:util').types
const { createArgumentError, describeValue } = require('./errors.js')

const { stringify } = JSON
const { getPrototypeOf, hasOwn, keys } = Object
const { toString } = Object.prototype
const { join } = Array.prototype

/** No documented limit is near it; a longer string is a mistake that would be copied at great cost. */
const MAX_STRING_LENGTH = 1 << 20

/** The certificates of all authorities that there are take less. */
const MAX_CERTIFICATES_LENGTH = 1 << 24

/** A longer list would be refused for its length, so its elements need not be read. A proxy's length may be infinite. */
const MAX_LIST_LENGTH = 1 << 16

/** No class has so many ancestors; a proxy may name itself as its own prototype. */
const MAX_PROTOTYPES = 1000

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

/**
 * Reads an option: an own property, or one inherited from below the root of the prototype chain. What somebody has added to
 * `Object.prototype`, this realm's or another's, is not an option.
 */
function readOption(options, name) {
  for (let object = options, depth = 0; object !== null; object = getPrototypeOf(object)) {
    if (++depth > MAX_PROTOTYPES) throw createArgumentError('the prototype chain of an options object is too long')
    if (hasOwn(object, name)) {
      return object === options || getPrototypeOf(object) !== null ? options[name] : undefined
    }
  }
  return undefined
}

function isObject(value) {
  return typeof value === 'object' && value !== null
}

/** The names of a call's options. */
const CALL_OPTIONS = ['timeout', 'maxRetries', 'deadline', 'signal']
const BULK_OPTIONS = [...CALL_OPTIONS, 'concurrency', 'dedupe', 'stopOnError', 'journal', 'onProgress']

/** The options, if they have no other names than these; `undefined` where they are left out. */
function checkOptions(options, names) {
  if (options === undefined || options === null) return undefined
  if (typeof options !== 'object') throw createArgumentError('options argument must be an object')
  return checkOptionNames(options, names)
}

/** Rejects misspelt options, which would otherwise be ignored. */
function checkOptionNames(options, names) {
  for (const name of keys(options)) {
    if (!names.includes(name)) {
      throw createArgumentError(`${describeValue(name)} is not an option; the options are ${names.join(', ')}`)
    }
  }
  return options
}

/** Copies the known options. */
function pickOptions(options, names) {
  const picked = { __proto__: null }
  for (const name of names) picked[name] = readOption(options, name)
  return picked
}

/** NaN is out of every range, so that one text says what is wanted. */
function readNumber(options, name) {
  const value = readOption(options, name)
  return value === undefined || typeof value === 'number' ? value : NaN
}

function readBoolean(options, name) {
  const value = readOption(options, name)
  if (value !== undefined && typeof value !== 'boolean') throw createArgumentError(`${name} must be true or false`)
  return value
}

function readString(options, name) {
  const value = readOption(options, name)
  return value === undefined ? value : checkString(value, name)
}

/** Reads an option that is one of several words. Turns other types into `''`, so that the addon's error lists the words. */
function readWord(options, name) {
  const value = readOption(options, name)
  return value === undefined ? value : (readShortString(value) ?? '')
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

function readRequiredString(options, name) {
  const value = readOption(options, name)
  if (value === undefined) throw createArgumentError(`"${name}" is required in PushNotifications options`)
  return checkString(value, `"${name}"`)
}

/** `null` means none, because the official SDK shows a missing port so. */
function readPort(options) {
  const value = readOption(options, 'port')
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return /^\s*\d{1,6}\s*$/.test(checkString(value, 'port')) ? Number(value) : NaN
  return typeof value === 'number' ? value : NaN
}

/** One PEM text, or several one after the other. */
function readCertificates(options) {
  const value = readOption(options, 'ca')
  if (value === undefined) return undefined
  if (!Array.isArray(value)) return encodeCertificate(value)
  const certificates = []
  let length = 0
  const count = readLength(value)
  if (count > MAX_LIST_LENGTH) throw createArgumentError('ca is too long')
  for (let index = 0; index < count; index++) {
    const certificate = encodeCertificate(value[index])
    length += certificate.length + 1
    checkLength({ length }, 'ca', MAX_CERTIFICATES_LENGTH)
    certificates.push(certificate, Buffer.from('\n'))
  }
  return Buffer.concat(certificates)
}

function encodeCertificate(value) {
  if (typeof value === 'string') return Buffer.from(checkLength(value, 'ca', MAX_CERTIFICATES_LENGTH))
  const bytes = viewBytes(value)
  if (bytes === undefined) {
    throw createArgumentError('ca must be a string or a Buffer in PEM format, or an array of them')
  }
  return Buffer.from(checkLength(bytes, 'ca', MAX_CERTIFICATES_LENGTH))
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

function readClientOptions(options) {
  if (!isObject(options)) throw createArgumentError('PushNotifications options object is required')
  return {
    __proto__: null,
    instanceId: readRequiredString(options, 'instanceId'),
    secretKey: readRequiredString(options, 'secretKey'),
    endpoint: readString(options, 'endpoint'),
    port: readPort(options),
    timeout: readNumber(options, 'timeout'),
    connectTimeout: readNumber(options, 'connectTimeout'),
    maxRetries: readNumber(options, 'maxRetries'),
    maxRequestsPerSecond: readNumber(options, 'maxRequestsPerSecond'),
    maxConcurrentRequests: readNumber(options, 'maxConcurrentRequests'),
    deadline: readNumber(options, 'deadline'),
    retryUnknown: readBoolean(options, 'retryUnknown'),
    tokenBackdate: readNumber(options, 'tokenBackdate'),
    payloadChecks: readWord(options, 'payloadChecks'),
    proxy: readString(options, 'proxy'),
    ca: readCertificates(options),
  }
}

/** The numbers of a call's options, `undefined` where there are none. */
function readCallOptions(options) {
  if (options === undefined) return undefined
  const timeout = readNumber(options, 'timeout')
  const maxRetries = readNumber(options, 'maxRetries')
  const deadline = readNumber(options, 'deadline')
  if (timeout === undefined && maxRetries === undefined && deadline === undefined) return undefined
  return { __proto__: null, timeout, maxRetries, deadline }
}

function readBulkOptions(options) {
  if (options === undefined) return undefined
  return {
    __proto__: null,
    timeout: readNumber(options, 'timeout'),
    maxRetries: readNumber(options, 'maxRetries'),
    deadline: readNumber(options, 'deadline'),
    concurrency: readNumber(options, 'concurrency'),
    dedupe: readBoolean(options, 'dedupe'),
    stopOnError: readBoolean(options, 'stopOnError'),
    journal: readPath(options, 'journal'),
  }
}

function readCloseOptions(options) {
  if (options === undefined) return undefined
  return { __proto__: null, timeout: readNumber(options, 'timeout') }
}

function readPath(options, name) {
  const value = readOption(options, name)
  return value === undefined ? value : checkPath(value, name)
}

/** Rejects unpaired surrogates, which would be replaced, so that the path would name another file. */
function checkPath(value, name) {
  if (/\p{Surrogate}/u.test(checkString(value, name))) throw createArgumentError(`${name} must be a well-formed string`)
  return value
}

function readTokenOptions(options) {
  if (options === undefined) return undefined
  return { __proto__: null, backdate: readNumber(options, 'backdate') }
}

function readSignal(options) {
  const signal = options && readOption(options, 'signal')
  if (signal === undefined) return undefined
  const isSignal =
    isObject(signal) && typeof signal.aborted === 'boolean' && typeof signal.addEventListener === 'function'
  if (!isSignal) throw createArgumentError('signal must be an AbortSignal')
  return signal
}

function readFunction(options, name) {
  const value = options && readOption(options, name)
  if (value !== undefined && typeof value !== 'function') throw createArgumentError(`${name} must be a function`)
  return value
}

module.exports = {
  BULK_OPTIONS,
  CALL_OPTIONS,
  MAX_LIST_LENGTH,
  checkOptionNames,
  checkOptions,
  checkPath,
  checkString,
  copyBytes,
  joinTargets,
  measureTargets,
  pickOptions,
  readBulkOptions,
  readCallOptions,
  readClientOptions,
  readCloseOptions,
  readFunction,
  readNumber,
  readOption,
  readShortString,
  readSignal,
  readString,
  readTargets,
  readTokenOptions,
  readUserId,
  serializeBody,
}
