'use strict'

const { Logger } = require('@nestjs/common')
const { webhookEndpoint } = require('beams-native/express')
const { respond } = require('./respond.js')

const NOT_RAW =
  'BeamsModule: the body of a webhook was parsed and its bytes were not kept, but the signature is over the bytes. ' +
  'Keep them: NestFactory.create(AppModule, { rawBody: true })'

/** The endpoint that receives webhooks. */
class BeamsWebhook {
  #adapterHost
  #endpoint
  #logger = new Logger('BeamsModule')
  #onError

  constructor({ webhook: { secret, onError, ...options } }, handlers, adapterHost) {
    if (!secret?.length) throw new Error('BeamsModule: webhook.secret is not set')
    this.#adapterHost = adapterHost
    this.#onError = onError ?? ((error, event, handler) => this.#log(error, event, handler))
    const report = (...details) => this.#report(...details)
    this.#endpoint = webhookEndpoint(
      { ...options, secret, onError: report, after: (run) => handlers.runLater(run) },
      (event) => handlers.handle(event, report),
    )
  }

  handle(request, response) {
    return respond(this.#adapterHost.httpAdapter, this.#endpoint, selectBody(request), response)
  }

  /** Never rejects, because it reports what has gone wrong elsewhere. */
  async #report(error, event, handler) {
    try {
      await this.#onError(error, event, handler)
    } catch (thrown) {
      this.#log(error, event, handler)
      this.#log(thrown, event, 'webhook.onError')
    }
  }

  #log(error, event, handler = 'the webhook') {
    const subject = event === undefined ? '' : ` for the event ${event.eventId} (${event.eventType})`
    this.#logger.error(`${handler} failed${subject}: ${error?.message ?? error}`, error?.stack)
  }
}

/** Returns the object with the raw body: the request, or the request of `node:http` that Fastify has wrapped. */
function selectBody(request) {
  const { raw = request, rawBody, body } = request
  const isRaw = (value) => typeof value === 'string' || ArrayBuffer.isView(value)
  if (isRaw(rawBody) || isRaw(body)) return request
  if (raw.readableDidRead) throw new Error(NOT_RAW)
  return raw
}

module.exports = { BeamsWebhook }
