'use strict'

const jwt = require('jsonwebtoken')
const { ServiceError, badRequest } = require('./errors.js')

const LONGEST_USER_ID = 164

/**
 * The user that a Beams token stands for. Where the emulator knows no secret key, any signature will do, as any key does.
 *
 * https://pusher.com/docs/beams/reference/device-api
 */
function userOf(authorization, { instanceId, secretKey }) {
  if (authorization === undefined) throw unauthorized('`Authorization` header token is missing.')
  const { exp, iat, iss, nbf, sub } = read(authorization, secretKey)
  if (exp === undefined) throw badRequest('Missing expiration (exp) field in JWT')
  if (sub === undefined) throw badRequest('Missing subject (sub) field in JWT')
  if (typeof sub !== 'string' || sub.length < 1 || sub.length > LONGEST_USER_ID) {
    throw badRequest(`JWT subject (sub) must be between 1-${LONGEST_USER_ID} characters long`)
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
function read(authorization, secretKey) {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  const decoded = token && jwt.decode(token, { complete: true })
  if (!decoded || decoded.header.alg !== 'HS256' || typeof decoded.payload !== 'object') {
    throw unauthorized('`Authorization` header token is malformed.')
  }
  if (secretKey !== undefined && !isSignedBy(token, secretKey)) throw unauthorized('Invalid JWT signature.')
  return decoded.payload
}

function isSignedBy(token, secretKey) {
  try {
    // The claims are for `userOf` to judge.
    jwt.verify(token, secretKey, { algorithms: ['HS256'], ignoreExpiration: true, ignoreNotBefore: true })
    return true
  } catch {
    return false
  }
}

function unauthorized(description) {
  return new ServiceError(401, 'Unauthorized', description)
}

module.exports = { userOf }
