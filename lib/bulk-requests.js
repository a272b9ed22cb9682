'use strict'

const { createArgumentError, describeValue } = require('./errors.js')
const { MAX_LIST_LENGTH, serializeBody } = require('./arguments.js')

const { hasOwn, keys } = Object

/** The name of the request for an id alone. */
const DEFAULT_NAME = 'default'

/**
 * Serializes the request, or the named requests, of a `publishToManyUsers` call. `indices` has the index of each name, and
 * `defaultIndex` that of the request for an id alone, if there is one. Without names, there is one request.
 */
function readRequests(publishRequest) {
  if (typeof publishRequest !== 'object' || publishRequest === null || !hasOwn(publishRequest, 'requests')) {
    const indices = new Map([[DEFAULT_NAME, 0]])
    return { names: null, payloads: [serializeBody(publishRequest)], indices, defaultIndex: 0 }
  }
  const { requests, ...others } = publishRequest
  const unknown = keys(others).find((name) => others[name] !== undefined)
  if (unknown !== undefined) {
    throw createArgumentError(`${describeValue(unknown)} has no effect beside requests: add it to each request`)
  }
  // A Map has no names of its own.
  if (typeof requests !== 'object' || requests === null || Symbol.iterator in requests) {
    throw createArgumentError('requests must be an object that has a publish request for each name')
  }
  const names = keys(requests)
  if (names.length > MAX_LIST_LENGTH) throw createArgumentError(`there may be up to ${MAX_LIST_LENGTH} requests`)
  const payloads = names.map((name) => serializeBody(requests[name]) ?? null)
  const indices = new Map(names.map((name, index) => [name, index]))
  return { names, payloads, indices, defaultIndex: names.length === 1 ? 0 : indices.get(DEFAULT_NAME) }
}

module.exports = { readRequests }
