'use strict'

const { createArgumentError } = require('../errors.js')
const { checkOptions, readFunction, readOption } = require('../arguments.js')
const { signWebhook, verifyWebhook } = require('../webhook.js')
const { refuse, respondEmpty, respondInternalError } = require('./response.js')

/** The service's largest event, with 1 000 user ids of 164 escaped characters, fits. */
const MAX_BYTES = 1 << 20

/** Why a body could not be read, where the sender is the reason. */
class BodyError extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/**
 * The webhook endpoint, for any framework: a function from a request to a response. It schedules the handlers to run after
 * the response.
 *
 * `header` gets a header by its name in lower case. `readBody` reads the raw body up to a number of bytes, and throws a
 * {@link BodyError} if the sender is at fault, or another error if the server is.
 */
function createWebhook(options, handlers) {
  const { after, maxBytes, onError, secret, seen } = readWebhookOptions(checkOptions(options) ?? {})
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
      // Anybody can send what is not signed, and could fill a log with it.
      if (error instanceof BodyError) return refuse(error.status, error.message)
      if (error?.code === 'ERR_BEAMS_WEBHOOK_SIGNATURE') return refuse(401, error.message)
      await report(error, event)
      return error?.code === 'ERR_BEAMS_WEBHOOK_PAYLOAD' ? refuse(400, error.message) : respondInternalError()
    }
    return respondEmpty(204)
  }
}

function readWebhookOptions(options) {
  const maxBytes = readOption(options, 'maxBytes') ?? MAX_BYTES
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

/** A function from an event's type to its handler. */
function readHandlers(handlers) {
  if (typeof handlers === 'function') return () => handlers
  if (typeof handlers !== 'object' || handlers === null) {
    throw createArgumentError('webhookEndpoint: the second argument must be handlers by event type, or one for all')
  }
  const entries = Object.entries(handlers).filter(([, handler]) => handler !== undefined)
  for (const [type, handler] of entries) {
    if (!isEventType(type)) throw createArgumentError(`webhookEndpoint: there is no event type '${type}'`)
    if (typeof handler !== 'function')
      throw createArgumentError(`webhookEndpoint: the handler of ${type} must be a function`)
  }
  const byType = new Map(entries)
  return (type) => byType.get(type)
}

/** The native side alone knows the event types, so it reads an event of this one. */
function isEventType(type) {
  const metadata = { event_type: type, event_id: '', created_at: '2000-01-01T00:00:00Z', product: 'beams' }
  const body = JSON.stringify({ payload: {}, metadata })
  const secret = 'any'
  return verifyWebhook(body, signWebhook(body, secret)['Webhook-Signature'], secret).eventType === type
}

/** Anything but a boolean is likely a database's own result, such as Redis's `'OK'`, which means the opposite. */
function checkSeen(value) {
  if (typeof value === 'boolean') return value
  throw createArgumentError(`webhookEndpoint: seen must return true or false, but it returned a ${typeof value}`)
}

module.exports = { BodyError, createWebhook }
