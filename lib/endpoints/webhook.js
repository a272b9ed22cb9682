'use strict'

const {
  checkOptions,
  createArgumentError,
  isBeamsError,
  isWebhookEventType,
  readFunction,
  readNumber,
  readOption,
  verifyWebhook,
} = require('../core.js')
const { refuse, respondEmpty, respondInternalError } = require('./response.js')

/** The service's largest event, with 1 000 user ids of 164 escaped characters, fits. */
const MAX_BYTES = 1 << 20

/** An error that the sender has caused: the body is incomplete or too large. */
class BodyError extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }

  static incomplete() {
    return new BodyError(400, 'the body is not complete')
  }

  /** Throws before anything is read if the sender declares a larger body. */
  static checkDeclaredLength(contentLength, maxBytes) {
    if (Number(contentLength) > maxBytes) throw BodyError.tooLarge(maxBytes)
  }

  static tooLarge(maxBytes) {
    return new BodyError(413, `the body has more than ${maxBytes} bytes`)
  }
}

const OPTIONS = ['secret', 'seen', 'after', 'maxBytes', 'onError']

/**
 * The webhook endpoint, for any framework: a function from a request to a response. It schedules the handlers to run after
 * the response.
 *
 * `header` gets a header by its name in lower case. `readBody` reads the raw body up to a number of bytes. It throws a
 * {@link BodyError} if the sender has caused the failure, and another error if the server is misconfigured.
 */
function createWebhook(options, handlers) {
  const { after, maxBytes, onError, secret, seen } = readWebhookOptions(checkOptions(options, OPTIONS) ?? {})
  const getHandler = readHandlers(handlers)

  async function report(error, event) {
    try {
      await onError(error, event)
    } catch (thrown) {
      console.error(error)
      console.error(thrown)
    }
  }

  async function run(handler, event) {
    try {
      await handler(event)
    } catch (error) {
      await report(error, event)
    }
  }

  return async ({ method, header, readBody }) => {
    if (method !== 'POST') return refuse(405, 'webhooks are sent with POST', { Allow: 'POST' })
    let event
    try {
      event = verifyWebhook(await readBody(maxBytes), header('webhook-signature'), secret)
      if (seen !== undefined && checkSeen(await seen(event))) return respondEmpty(204)
      const handler = getHandler(event.eventType)
      if (handler !== undefined) await after(() => run(handler, event))
    } catch (error) {
      const refusal = describeRefusal(error)
      // Requests without a valid signature are not reported, because any client could fill the log with them.
      if (refusal === undefined || refusal.isReported) await report(error, event)
      return refusal === undefined ? respondInternalError() : refuse(refusal.status, error.message)
    }
    return respondEmpty(204)
  }
}

/** Which error the sender is to blame for; `undefined` for others. What `seen` throws may itself throw when it is touched. */
function describeRefusal(error) {
  try {
    if (error instanceof BodyError) return { status: error.status }
    if (!isBeamsError(error)) return undefined
    if (error.code === 'ERR_BEAMS_WEBHOOK_SIGNATURE') return { status: 401 }
    if (error.code === 'ERR_BEAMS_WEBHOOK_PAYLOAD') return { status: 400, isReported: true }
  } catch {
    // A revoked proxy is no instance of anything.
  }
  return undefined
}

function readWebhookOptions(options) {
  const maxBytes = readNumber(options, 'maxBytes') ?? MAX_BYTES
  if (!(maxBytes > 0)) throw createArgumentError('webhookEndpoint: maxBytes must be a number above 0')
  return {
    maxBytes,
    // A secret that is not set is reported with each request: builds of Next.js load routes without their environment.
    secret: readOption(options, 'secret'),
    seen: readFunction(options, 'seen'),
    after: readFunction(options, 'after') ?? setImmediate,
    onError: readFunction(options, 'onError') ?? logError,
  }
}

function logError(error, event) {
  if (event === undefined) console.error(error)
  else console.error(`The webhook event ${event.eventId} (${event.eventType}) was not handled:`, error)
}

/** Returns a function from an event's type to its handler. */
function readHandlers(handlers) {
  if (typeof handlers === 'function') return () => handlers
  if (typeof handlers !== 'object' || handlers === null) {
    throw createArgumentError(
      'webhookEndpoint: the second argument must be an object of handlers by event type, or one function for all events',
    )
  }
  const entries = Object.entries(handlers).filter(([, handler]) => handler !== undefined)
  for (const [type, handler] of entries) {
    if (!isWebhookEventType(type))
      throw createArgumentError(
        `webhookEndpoint: there is no event type '${type}'; the handler of newer types is 'unknown'`,
      )
    if (typeof handler !== 'function')
      throw createArgumentError(`webhookEndpoint: the handler of ${type} must be a function`)
  }
  const byType = new Map(entries)
  return (type) => byType.get(type)
}

/** Rejects other types, such as the `'OK'` of a Redis `SET NX`, which means that the event was not seen. */
function checkSeen(value) {
  if (typeof value === 'boolean') return value
  throw createArgumentError(
    `webhookEndpoint: seen must return true or false, but it returned a value of type ${typeof value}`,
  )
}

module.exports = { BodyError, createWebhook }
