'use strict'

// Reads options objects: which members count as options, their names, and their types. The limits are the client's.

const { createArgumentError, describeValue } = require('./errors.js')
const {
  MAX_LIST_LENGTH,
  checkLength,
  checkPath,
  checkString,
  isObject,
  readLength,
  readShortString,
  viewBytes,
} = require('./arguments.js')

const { getPrototypeOf, hasOwn, keys } = Object

/** The certificates of all authorities that there are take less. */
const MAX_CERTIFICATES_LENGTH = 1 << 24

/** No class has so many ancestors; a proxy may name itself as its own prototype. */
const MAX_PROTOTYPES = 1000

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

/** The names of a call's options. */
const CALL_OPTIONS = ['timeout', 'maxRetries', 'deadline', 'signal']
const BULK_OPTIONS = [...CALL_OPTIONS, 'concurrency', 'dedupe', 'stopOnError', 'journal', 'onProgress']

/** The options, if they have no other names than these; `undefined` where they are left out. */
function checkOptions(options, names) {
  if (options === undefined) return undefined
  if (!isObject(options) || Array.isArray(options)) throw createArgumentError('options argument must be an object')
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

function readRequiredString(options, name) {
  const value = readOption(options, name)
  if (value === undefined) throw createArgumentError(`"${name}" is required in PushNotifications options`)
  return checkString(value, `"${name}"`)
}

function readPort(options) {
  const value = readOption(options, 'port')
  if (value === undefined) return undefined
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
  const given = checkOptions(options, ['timeout'])
  return given && { __proto__: null, timeout: readNumber(given, 'timeout') }
}

function readPath(options, name) {
  const value = readOption(options, name)
  return value === undefined ? value : checkPath(value, name)
}

function readTokenOptions(options) {
  const given = checkOptions(options, ['backdate'])
  return given && { __proto__: null, backdate: readNumber(given, 'backdate') }
}

function readSignal(options) {
  const signal = options && readOption(options, 'signal')
  if (signal === undefined) return undefined
  const isSignal =
    isObject(signal) && typeof signal.aborted === 'boolean' && typeof signal.addEventListener === 'function'
  if (!isSignal) throw createArgumentError('signal must be an AbortSignal')
  return signal
}

function readLogger(options) {
  const logger = readOption(options, 'logger')
  if (logger === undefined) return undefined
  const isLogger = isObject(logger) && ['debug', 'warn', 'error'].every((level) => typeof logger[level] === 'function')
  if (!isLogger) throw createArgumentError('logger must have the methods debug, warn and error')
  return logger
}

function readFunction(options, name) {
  const value = options && readOption(options, name)
  if (value !== undefined && typeof value !== 'function') throw createArgumentError(`${name} must be a function`)
  return value
}

module.exports = {
  BULK_OPTIONS,
  CALL_OPTIONS,
  checkOptionNames,
  checkOptions,
  pickOptions,
  readBulkOptions,
  readCallOptions,
  readClientOptions,
  readCloseOptions,
  readFunction,
  readLogger,
  readNumber,
  readOption,
  readSignal,
  readString,
  readTokenOptions,
}
