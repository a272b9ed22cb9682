'use strict'

// The shape of `@pusher/push-notifications-server` 1.2.7: an ES5 constructor and ordinary objects, whose methods read the
// object's fields at each call. The main entry's client does the work. It is made at the first call, since programs
// construct this one when they are loaded, with whatever their environment holds.

const { deprecate } = require('node:util')
const {
  BeamsError,
  CALL_OPTIONS,
  COMPAT,
  PushNotifications: Client,
  deleteUserForBody,
  isBeamsError,
  pickOptions,
  readOption,
  toArgumentError,
} = require('./lib/core.js')

const { defineProperties, defineProperty, getPrototypeOf, hasOwn } = Object
const { toString } = Object.prototype

// Holds a function, which derived objects inherit and proxies pass on.
const connect = Symbol('connect')

function PushNotifications(options) {
  const isCalledOnAnInstance = new.target !== undefined || typeof this?.publishToInterests === 'function'
  if (!isCalledOnAnInstance) return new PushNotifications(options)
  try {
    defineProperties(this, readFields(options))
  } catch (thrown) {
    throw withOfficialName(toArgumentError(thrown, PushNotifications))
  }
}

function readFields(options) {
  check(options)
  const { instanceId, secretKey } = options
  const endpoint = ownMember(options, 'endpoint')
  return {
    __proto__: null,
    instanceId: field(instanceId),
    // Not enumerable, so that it does not get into logs.
    secretKey: hiddenField(secretKey),
    port: field(readOption(options, 'port') || null),
    protocol: field(isHttp(endpoint) ? 'http' : 'https'),
    endpoint: field(endpoint ?? buildHost(instanceId)),
    [connect]: hiddenField(connector({ __proto__: null, ...options })),
  }
}

function field(value) {
  return { __proto__: null, value, writable: true, enumerable: true, configurable: true }
}

function hiddenField(value) {
  return { __proto__: null, value, writable: true, configurable: true }
}

function check(options) {
  if (options === null || typeof options !== 'object') throw invalid('PushNotifications options object is required')
  for (const name of ['instanceId', 'secretKey']) {
    if (!hasOwn(options, name)) throw invalid(`"${name}" is required in PushNotifications options`)
    if (typeof options[name] !== 'string') throw invalid(`"${name}" must be a string`)
  }
  const endpoint = ownMember(options, 'endpoint')
  if (endpoint !== undefined && typeof endpoint !== 'string') throw invalid('endpoint must be a string')
}

function ownMember(object, name) {
  return hasOwn(object, name) ? object[name] : undefined
}

function isHttp(endpoint) {
  return endpoint !== undefined && !/^https:/i.test(endpoint)
}

/** Makes the function that returns the main entry's client for the fields as they are. */
function connector(options) {
  let client, madeFor
  return (fields) => {
    const { instanceId, secretKey, port, protocol, endpoint } = fields
    const isStale =
      madeFor?.instanceId !== instanceId ||
      madeFor.secretKey !== secretKey ||
      madeFor.port !== port ||
      madeFor.protocol !== protocol ||
      madeFor.endpoint !== endpoint
    if (isStale) {
      const address = { endpoint: endpointOption(fields), port: port || undefined }
      client = makeClient({ __proto__: null, ...options, instanceId, secretKey, ...address })
      madeFor = { instanceId, secretKey, port, protocol, endpoint }
    }
    return client
  }
}

function endpointOption({ instanceId, protocol, endpoint }) {
  if (endpoint === '') return 'localhost' // as Node's http takes an empty host
  if (protocol === 'http' || /:\/\//.test(endpoint)) return endpoint
  return endpoint === buildHost(instanceId) ? undefined : `https://${endpoint}`
}

function buildHost(instanceId) {
  return `${instanceId}.pushnotifications.pusher.com`
}

// Assigned, and so enumerable, as those who copy them to another prototype expect.
PushNotifications.prototype.generateToken = function generateToken(userId) {
  try {
    return { token: getClient(this).generateToken(userId) }
  } catch (error) {
    throw withOfficialName(error)
  }
}

PushNotifications.prototype.publishToInterests = function publishToInterests(interests, publishRequest, options) {
  return settle(() =>
    getClient(this).publishToInterests(interests, ownMembers(publishRequest), optionsOrNothing(options)),
  )
}

PushNotifications.prototype.publishToUsers = function publishToUsers(users, publishRequest, options) {
  return settle(() => getClient(this).publishToUsers(users, ownMembers(publishRequest), optionsOrNothing(options)))
}

PushNotifications.prototype.publish = deprecate(function publish(interests, publishRequest, options) {
  return this.publishToInterests(interests, publishRequest, options)
}, '`publish` is deprecated. Use `publishToInterests` instead.')

// The official SDK resolves to the response's body, should there ever be one.
PushNotifications.prototype.deleteUser = function deleteUser(userId, options) {
  return settle(async () => {
    const body = await deleteUserForBody(getClient(this), userId, optionsOrNothing(options))
    return body === undefined ? undefined : JSON.parse(body)
  })
}

function getClient(instance) {
  try {
    const clientFor = instance?.[connect]
    if (clientFor === undefined) throw invalid('the method must be called on a PushNotifications')
    return clientFor(instance)
  } catch (thrown) {
    throw toArgumentError(thrown, getClient)
  }
}

async function settle(call) {
  try {
    return await call()
  } catch (error) {
    throw withOfficialName(error)
  }
}

/** `String(error)` begins with "Error: ", as it does with the official SDK. It stays a BeamsError, with its `code`. */
function withOfficialName(error) {
  if (!isBeamsError(error)) return error
  return defineProperty(error, 'name', hiddenField('Error'))
}

function invalid(message) {
  return withOfficialName(
    new BeamsError(message, { code: 'ERR_BEAMS_INVALID_ARGUMENT', attempts: 0, delivery: 'not-sent' }),
  )
}

/** The official SDK takes no options and ignores further arguments, such as the index in `ids.map(client.deleteUser, client)`. */
function optionsOrNothing(options) {
  try {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) return undefined
    return pickOptions(options, CALL_OPTIONS)
  } catch (thrown) {
    throw toArgumentError(thrown, optionsOrNothing)
  }
}

/** The official SDK copies the payload's own members, so that a `toJSON` of its class is not called. */
function ownMembers(publishRequest) {
  try {
    if (toString.call(publishRequest) !== '[object Object]') return publishRequest
    if (getPrototypeOf(publishRequest) === Object.prototype) return publishRequest
    return { ...publishRequest }
  } catch (thrown) {
    throw toArgumentError(thrown, ownMembers)
  }
}

function makeClient(options) {
  return new Client({ __proto__: null, ...options, [COMPAT]: true })
}

module.exports = PushNotifications
module.exports.PushNotifications = PushNotifications
