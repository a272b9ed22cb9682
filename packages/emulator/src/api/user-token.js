'use strict'

const jwt = require('jsonwebtoken')
const { MAX_USER_ID_LENGTH } = require('../limits.js')
const { ServiceError, badRequest } = require('./errors.js')

/**
 * Verifies a Beams token and returns its user. Without a secret key any signature is accepted, as any key is.
 *
 * https://pusher.com/docs/beams/reference/device-api
 */
function verifyUserToken(authorization, { instanceId, secretKey }) {
  if (authorization === undefined) throw unauthorized('`Authorization` header token is missing.')
  const { exp, iat, iss, nbf, sub } = readClaims(authorization, secretKey)
  if (exp === undefined) throw badRequest('Missing expiration (exp) field in JWT')
  if (sub === undefined) throw badRequest('Missing subject (sub) field in JWT')
  if (typeof sub !== 'string' || sub.length < 1 || sub.length > MAX_USER_ID_LENGTH) {
    throw badRequest(`JWT subject (sub) must be between 1-${MAX_USER_ID_LENGTH} characters long`)
  }
  if (iss === undefined) throw badRequest('Missing issuer (iss) field in JWT')
  if (iss !== `https://${instanceId}.pushnotifications.pusher.com`) {
    throw new ServiceError(403, 'Forbidden', 'Invalid JWT issuer.')
  }
  const now = Date.now() / 1000
  if (!(exp > now)) throw unauthorized('Invalid JWT claims: Token is expired')
  if (iat !== undefined && !(iat <= now)) throw unauthorized('Invalid JWT claims: Token used before issued')
  if (nbf !== undefined && !(nbf <= now)) throw unauthorized('Invalid JWT claims: Token is not valid yet')
  return sub
}

/** The claims of a token whose signature is right. */
function readClaims(authorization, secretKey) {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  const { header, payload } = decode(token)
  if (header.alg !== 'HS256') throw malformed()
  if (secretKey !== undefined && !isSignedBy(token, secretKey)) throw unauthorized('Invalid JWT signature.')
  return payload
}

function decode(token) {
  let decoded
  try {
    decoded = token && jwt.decode(token, { complete: true })
  } catch {
    throw malformed()
  }
  const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)
  if (!decoded || !isObject(decoded.header) || !isObject(decoded.payload)) throw malformed()
  const { exp, iat, nbf } = decoded.payload
  if ([exp, iat, nbf].some((time) => time !== undefined && typeof time !== 'number')) throw malformed()
  return decoded
}

function isSignedBy(token, secretKey) {
  try {
    // The claims are checked one by one, each with the text of the service.
    jwt.verify(token, secretKey, { algorithms: ['HS256'], ignoreExpiration: true, ignoreNotBefore: true })
    return true
  } catch {
    return false
  }
}

function malformed() {
  return unauthorized('`Authorization` header token is malformed.')
}

function unauthorized(description) {
  return new ServiceError(401, 'Unauthorized', description)
}

module.exports = { verifyUserToken }
