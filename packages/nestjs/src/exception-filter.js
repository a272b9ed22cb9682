'use strict'

const { Catch, Logger } = require('@nestjs/common')
const { BeamsError } = require('beams-native')
const { throwError } = require('rxjs')

/** Failures that the request has caused. */
const STATUSES = {
  ERR_BEAMS_INVALID_ARGUMENT: 400,
  ERR_BEAMS_UNPROCESSABLE: 422,
  ERR_BEAMS_WEBHOOK_PAYLOAD: 400,
  ERR_BEAMS_WEBHOOK_SIGNATURE: 401,
}

/** Responses of Beams that are about an argument, beside errors without a response. Others with that code are not, such as a 408. */
const ARGUMENT_STATUSES = new Set([undefined, 400, 413])

/** Responds to each type of request, as Nest's own filters do. Errors in GraphQL are left to its server. */
const RESPONDERS = {
  http: respondToRequest,
  // Nest does not catch errors that a filter throws here.
  rpc: ({ code, delivery }) => throwError(() => ({ code, delivery })),
  ws({ code, delivery }, host) {
    host.switchToWs().getClient().emit('exception', { code, delivery })
  },
}

class BeamsExceptionFilter {
  #logger = new Logger('BeamsExceptionFilter')

  catch(error, host) {
    const respond = RESPONDERS[host.getType()]
    if (respond === undefined) throw error
    const { code, delivery, status } = error
    // The message may quote an argument, such as a user's id.
    this.#logger.error([code, delivery, ...(status === undefined ? [] : [`status ${status}`])].join(', '))
    return respond(error, host)
  }
}

function respondToRequest(error, host) {
  const { code, delivery, retryAfter } = error
  const status = chooseStatus(error)
  const response = host.switchToHttp().getResponse()
  // Fastify calls it `sent`.
  if (response.headersSent ?? response.sent) {
    endResponse(response)
    return
  }
  if (status === 503 && retryAfter !== undefined) response.header('Retry-After', String(Math.ceil(retryAfter)))
  response.status(status).send({ code, delivery })
}

function chooseStatus({ code, delivery, status }) {
  // An earlier attempt of the call may have been processed, whatever came of the last.
  if (delivery === 'unknown') return 504
  if (code === 'ERR_BEAMS_INVALID_ARGUMENT' && !ARGUMENT_STATUSES.has(status)) return 503
  return STATUSES[code] ?? 503
}

/** Ends a response that has begun, as Nest's own filter does: its client would wait. It may have ended already. */
function endResponse(response) {
  // Fastify wraps the response of `node:http`.
  const { raw = response } = response
  raw.end()
}

Catch(BeamsError)(BeamsExceptionFilter)

module.exports = { BeamsExceptionFilter }
