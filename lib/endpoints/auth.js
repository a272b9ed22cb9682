'use strict'

const { checkOptions, createArgumentError, readFunction } = require('../core.js')
const { refuse, respond } = require('./response.js')

/**
 * The auth endpoint, for any framework: a function from a request's method and URL to a response. `request` is the framework's
 * own request object, and is only passed to `options.userId`.
 */
function createAuth(beams, options) {
  if (typeof beams?.generateToken !== 'function') {
    throw createArgumentError('authEndpoint: the first argument must be a PushNotifications client')
  }
  const userId = readFunction(checkOptions(options, ['userId']), 'userId')
  if (userId === undefined) throw createArgumentError('authEndpoint: the option userId is required')

  return async ({ method, url, request }) => {
    if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'the client SDKs send GET', { Allow: 'GET, HEAD' })
    const sessionUser = checkSessionUser(await userId(request))
    if (sessionUser === undefined) return refuse(401, 'nobody is logged in')
    const asked = readQuery(url, 'user_id')
    if (asked.length !== 1) return refuse(400, 'the query must have one user_id')
    if (!asked[0].includes(sessionUser)) return refuse(403, 'the user_id is not that of the user who is logged in')
    return respond(200, { token: readToken(beams.generateToken(sessionUser)) })
  }
}

function checkSessionUser(value) {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  throw createArgumentError(
    `authEndpoint: userId must return a string, or undefined if nobody is logged in, but it returned a value of type ${typeof value}`,
  )
}

/**
 * The values of a parameter, each in both interpretations of `+`: browsers and Android encode a space as `+`, and URLComponents
 * on iOS leaves a plus sign unencoded. Accepting either is safe, because the token is for the session's user.
 */
function readQuery(url, name) {
  const [, query = ''] = /\?([^#]*)/.exec(url) ?? []
  const literal = new URLSearchParams(query.replaceAll('+', '%2B')).getAll(name)
  return new URLSearchParams(query).getAll(name).map((value, index) => [value, literal[index]])
}

/** A client of `beams-native/compat` wraps the token, as the official SDK does. */
function readToken(token) {
  return typeof token === 'string' ? token : token.token
}

module.exports = { createAuth }
