'use strict'

const native = require('./load.js')
const { callNative, toArgumentError } = require('./errors.js')
const { serializeBody } = require('./arguments.js')
const { checkOptions } = require('./options.js')

const { getPrototypeOf, hasOwn, keys } = Object
const { toString } = Object.prototype

const PLATFORMS = ['apns', 'fcm', 'web']

/** The tags of wrapped primitives. */
const WRAPPERS = new Set(['[object Boolean]', '[object Number]', '[object String]'])

/** Getters and proxies can nest without end. */
const MAX_VALUES = 10_000
const MAX_DEPTH = 100

function checkPublishRequest(publishRequest, options) {
  try {
    const { targets } = { __proto__: null, ...checkOptions(options, ['targets']) }
    const json = serializeBody(publishRequest)
    const members = json ? listHiddenMembers(publishRequest) : []
    const kind = targets === undefined || typeof targets === 'string' ? targets : ''
    return JSON.parse(callNative(() => native.checkPublishRequest(json, kind, members)))
  } catch (thrown) {
    throw toArgumentError(thrown, checkPublishRequest)
  }
}

/** Members that JSON loses or changes. Each is a list: `'lost'`, `'changed'` or `'targets'`, then the path. */
function listHiddenMembers(publishRequest) {
  const members = []
  if (typeof publishRequest.toJSON === 'function') return members
  for (const name of ['interests', 'users']) if (hasOwn(publishRequest, name)) members.push(['targets', name])
  for (const platform of PLATFORMS) {
    const data = readMember(readMember(publishRequest, platform), 'data')
    for (const [effect, ...names] of listHidden(data, [platform, 'data'])) {
      members.push([effect === 'lost' ? 'lost' : 'changed', ...names])
    }
  }
  return members
}

/** Values that JSON loses or changes: `'lost'`, `'changed'` or, for a number, `'not-finite'`, then the path. */
function listHidden(data, names) {
  const walk = { left: MAX_VALUES, members: [] }
  if (data !== undefined) visit(data, names, walk)
  return walk.members
}

function readMember(object, name) {
  return typeof object === 'object' && object !== null && hasOwn(object, name) ? object[name] : undefined
}

function visit(value, names, walk) {
  if (--walk.left < 0 || names.length > MAX_DEPTH) return
  const effect = classifyValue(value)
  if (effect !== 'kept') walk.members.push([effect, ...names])
  if (typeof value !== 'object' || value === null || hasOwnJsonForm(value)) return
  for (const name of keys(value)) visit(value[name], [...names, name], walk)
}

/** How JSON represents a value: kept, changed, lost, or `null` for a number that is not finite. */
function classifyValue(value) {
  switch (typeof value) {
    case 'function':
    case 'symbol':
      return 'lost'
    case 'undefined':
      return 'changed'
    case 'number':
      return Number.isFinite(value) ? 'kept' : 'not-finite'
    case 'object':
      return value === null ? 'kept' : classifyObject(value)
    default:
      return 'kept'
  }
}

function classifyObject(object) {
  if (toString.call(object) === '[object Number]') return classifyValue(Number(object))
  if (toString.call(object) === '[object Date]' || ArrayBuffer.isView(object)) return 'changed'
  if (Array.isArray(object) || hasOwnJsonForm(object)) return 'kept'
  const prototype = getPrototypeOf(object)
  const isPlain = prototype === null || getPrototypeOf(prototype) === null
  if (isPlain) return 'kept'
  return keys(object).length === 0 ? 'lost' : 'changed'
}

/** Whether an object has a JSON form of its own: a `toJSON`, a view of bytes, or a wrapped primitive. */
function hasOwnJsonForm(object) {
  return ArrayBuffer.isView(object) || typeof object.toJSON === 'function' || WRAPPERS.has(toString.call(object))
}

module.exports = { checkPublishRequest, listHidden }
