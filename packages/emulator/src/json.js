'use strict'

const { badRequest } = require('./errors.js')

// No notification needs so many. What is nested deeper than the stack would break whoever shows or copies it.
const DEEPEST = 64

/** Parses a request's body, and notes its size. The client SDKs say that it is JSON where there is none, too. */
function parseJson(request, text, done) {
  request.bytes = Buffer.byteLength(text)
  let value
  try {
    value = text === '' ? undefined : JSON.parse(text)
  } catch {
    return done(badRequest('Request body must be a JSON object'))
  }
  if (isDeeperThan(DEEPEST, value)) return done(badRequest(`Request body is nested deeper than ${DEEPEST} levels`))
  return done(null, value)
}

function isDeeperThan(levels, value) {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((one) => isDeeperThan(levels - 1, one))
}

module.exports = { parseJson }
