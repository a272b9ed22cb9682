'use strict'

const { badRequest } = require('./errors.js')

// No notification needs more levels, and a body nested deeper than the stack would break what shows or copies it.
const MAX_DEPTH = 64

/** Parses the body of a request and keeps its text. The client SDKs also say that it is JSON where there is no body. */
function parseJson(request, text, done) {
  request.source = text
  let value
  try {
    value = text === '' ? undefined : JSON.parse(text)
  } catch {
    return done(badRequest('Request body must be a JSON object'))
  }
  if (isDeeperThan(MAX_DEPTH, value)) return done(badRequest(`Request body is nested deeper than ${MAX_DEPTH} levels`))
  return done(null, value)
}

function isDeeperThan(levels, value) {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((one) => isDeeperThan(levels - 1, one))
}

module.exports = { parseJson }
