'use strict'

// Responses independent of a framework, which converts them to its own.

/** Tokens and errors are specific to a user, and must not be cached. */
const HEADERS = { 'Cache-Control': 'no-store' }

/** A response with a JSON body. */
function respond(status, body, headers) {
  return { status, headers: { ...HEADERS, 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** A response without a body. */
function respondEmpty(status) {
  return { status, headers: HEADERS, body: undefined }
}

/** A response in the form of the service's own errors, which the client SDKs show. */
function refuse(status, description, headers) {
  return respond(status, { error: ERRORS[status], description }, headers)
}

const ERRORS = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  500: 'Internal Server Error',
}

/** Does not disclose the cause, which is only logged: any client can send a request. */
const respondInternalError = () => refuse(500, 'the reason is in the log of this server')

module.exports = { refuse, respond, respondEmpty, respondInternalError }
