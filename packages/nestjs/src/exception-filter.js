'use strict'

const { Catch, Logger } = require('@nestjs/common')
const { BeamsError } = require('beams-native')

/** Failures that the request has caused. */
const STATUSES = {
  ERR_BEAMS_INVALID_ARGUMENT: 400,
  ERR_BEAMS_UNPROCESSABLE: 422,
  ERR_BEAMS_WEBHOOK_PAYLOAD: 400,
  ERR_BEAMS_WEBHOOK_SIGNATURE: 401,
}

class BeamsExceptionFilter {
  #logger = new Logger('BeamsExceptionFilter')

  catch(error, host) {
    if (host.getType() !== 'http') throw error
    const { code, delivery, retryAfter, message, stack } = error
    const status = STATUSES[code] ?? (delivery === 'unknown' ? 504 : 503)
    this.#logger.error(`${code}, ${delivery}: ${message}`, stack)
    const response = host.switchToHttp().getResponse()
    // Fastify calls it `sent`.
    if (response.headersSent ?? response.sent) return
    if (status === 503 && retryAfter !== undefined) response.header('Retry-After', String(Math.ceil(retryAfter)))
    response.status(status).send({ code, delivery })
  }
}

Catch(BeamsError)(BeamsExceptionFilter)

module.exports = { BeamsExceptionFilter }
