'use strict'

const { MAX_DEPTH, isTooDeep } = require('../nesting.js')
const { badRequest } = require('./errors.js')

/** Parses the body of a request and keeps its text. The client SDKs also say that it is JSON where there is no body. */
function parseJson(request, text, done) {
  request.source = text
  let value
  try {
    value = text === '' ? undefined : JSON.parse(text)
  } catch {
    return done(badRequest('Request body must be a JSON object'))
  }
  if (isTooDeep(value)) return done(badRequest(`Request body is nested deeper than ${MAX_DEPTH} levels`))
  return done(null, value)
}

module.exports = { parseJson }
