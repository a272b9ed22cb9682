'use strict'

const { findNearestName } = require('../admin/nearest-name.js')
const { INSTANCE_ID_PATTERN } = require('../limits.js')

const MAX_SHOWN = 100
const MAX_MILLISECONDS = 2 ** 31 - 1

const instanceIdPattern = new RegExp(INSTANCE_ID_PATTERN)

/**
 * Checks an options object. Throws a TypeError that says which option is wrong, what it must be, and what was given.
 *
 * @param options the caller's options
 * @param members by name: `isValid`, `expected`, `each` for the elements of an array, `isRequired`, and `isSecret` for a value that
 *   no error may show
 * @param names.subject the name of the object in errors
 * @param names.formatName what a member is called
 */
function checkOptions(options, members, { subject, formatName = (name) => name }) {
  if (!isObject(options)) throw new TypeError(`${subject} must be an object, not ${describe(options)}`)
  const names = Object.keys(members)
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined) throw createUnknownError(formatName(unknown), names, findNearestName(unknown, names))
  for (const [name, member] of Object.entries(members)) {
    if (options[name] !== undefined || member.isRequired) checkValue(options[name], member, { name, formatName })
  }
}

function checkValue(value, { isValid, expected, each, isSecret }, { name, formatName }) {
  if (!isValid(value)) {
    const given = isSecret ? describeSecret(value) : describe(value)
    throw new TypeError(`${formatName(name)} must be ${expected}, not ${given}`)
  }
  if (!each) return
  for (const [index, element] of value.entries()) checkValue(element, each, { name: `${name}[${index}]`, formatName })
}

function createUnknownError(name, names, nearest) {
  const hint = nearest ? `did you mean ${nearest}?` : `the options are ${names.join(', ')}`
  return new TypeError(`${name} is not an option; ${hint}`)
}

function describe(value) {
  if (typeof value === 'string' && value !== '') {
    return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value)
  }
  if (typeof value === 'bigint') return `${value}n`
  return ['number', 'boolean', 'symbol'].includes(typeof value) ? String(value) : describeType(value)
}

/** Describes a value without showing it. */
function describeSecret(value) {
  if (typeof value === 'string' && value !== '') return isText(value) ? 'another string' : 'a blank string'
  return value instanceof Uint8Array ? 'other bytes' : describeType(value)
}

function describeType(value) {
  if (value === undefined || value === null) return String(value)
  if (value === '') return 'an empty string'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const isText = (value) => typeof value === 'string' && value.trim() !== ''
const isBoolean = (value) => typeof value === 'boolean'
const isIntegerFrom =
  (min, max = Infinity) =>
  (value) =>
    Number.isInteger(value) && value >= min && value <= max
const isNumberFrom = (min, max) => (value) => typeof value === 'number' && value >= min && value <= max

/** Kinds of options that several objects have. */
const kinds = {
  boolean: { isValid: isBoolean, expected: 'true or false' },
  arrayOf: (elements, each) => ({ isValid: Array.isArray, expected: `an array of ${elements}`, each }),
  function: { isValid: (value) => typeof value === 'function', expected: 'a function' },
  instanceId: {
    isValid: (value) => typeof value === 'string' && instanceIdPattern.test(value),
    expected: 'an instance id: 1 to 63 ASCII letters, digits and hyphens',
  },
  integerFrom: (min) => ({ isValid: isIntegerFrom(min), expected: `an integer from ${min} up` }),
  millisecondsFrom: (min) => ({
    isValid: isNumberFrom(min, MAX_MILLISECONDS),
    expected: `a number of milliseconds from ${min} to ${MAX_MILLISECONDS}`,
  }),
  oneOf: (words) => ({ isValid: (value) => words.includes(value), expected: `one of ${words.join(', ')}` }),
}

module.exports = {
  checkOptions,
  describe,
  isBoolean,
  isIntegerFrom,
  isObject,
  isText,
  kinds,
}
