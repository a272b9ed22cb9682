'use strict'

/** An error response that the service documents: its status and the two texts of its body. */
class ServiceError extends Error {
  constructor(statusCode, error, description) {
    super(description)
    this.statusCode = statusCode
    this.body = { error, description }
  }
}

function badRequest(description) {
  return new ServiceError(400, 'Bad request', description)
}

/** Sends every error, of this program's own code too, in the service's form. */
function createErrorHandler(recorder) {
  return async function sendError(error, request, reply) {
    const failure = toServiceError(error, request)
    await recorder.recordRefusal(request, failure)
    return reply.code(failure.statusCode).type('application/json').send(JSON.stringify(failure.body))
  }
}

function createNotFoundHandler(recorder) {
  return async function sendNotFound(request, reply) {
    await recorder.recordRefusal(request, new ServiceError(404, '404 page not found', describeNotFound(request)))
    return reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n')
  }
}

function describeNotFound({ method, headers: { origin } }) {
  if (method !== 'OPTIONS' || origin === undefined) return 'No API has this path'
  return `A page of ${origin} asked whether it may send a request. If it is yours, see the option allowedOrigins`
}

function toServiceError(error, request) {
  if (error instanceof ServiceError) return error
  if (error.validation) return new ServiceError(422, 'Bad Request', describe(outermost(error.validation)))
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return badRequest(`Request body is too large, max size is ${request.routeOptions.bodyLimit / 1024} KiB`)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return badRequest('Invalid content type, it must be application/json')
    case 'FST_ERR_BAD_URL':
      return badRequest('The path is malformed')
    default:
  }
  if (error.statusCode >= 400 && error.statusCode < 500) return badRequest('Request body must be a JSON object')
  // A bug of this program, which the response does not show.
  console.error('beams-emulator:', error)
  return new ServiceError(500, 'Internal Server Error', 'Something went wrong')
}

/** Where no alternative applies, the error that says so rather than those of each alternative. */
function outermost(errors) {
  return errors.find(({ keyword }) => keyword === 'anyOf') ?? errors[0]
}

/** Describes a schema error in the words of the service: `` `users`: array items must be unique ``. */
function describe({ instancePath, keyword, params, message }) {
  const path = instancePath.slice(1).replaceAll('/', '.')
  if (keyword === 'required') {
    const member = [path, params.missingProperty].filter(Boolean).join('.')
    return `\`${member}\`: ${params.missingProperty} is required`
  }
  if (keyword === 'anyOf') return 'At least one of `apns`, `fcm` and `web` is required'
  if (keyword === 'enum') return `\`${path}\`: ${path} must be one of the following: ${params.allowedValues.join(', ')}`
  const texts = {
    uniqueItems: 'array items must be unique',
    pattern: `Does not match pattern '${params.pattern}'`,
    format: `Does not match format '${params.format}'`,
  }
  return `\`${path}\`: ${texts[keyword] ?? message}`
}

module.exports = { ServiceError, badRequest, createErrorHandler, createNotFoundHandler }
