'use strict'

const native = require('./load.js')
const { callNative, createArgumentError, define, parseDetails, toArgumentError } = require('./errors.js')
const { checkString, copyBytes, readShortString } = require('./arguments.js')

function verifyWebhook(rawBody, signature, secret) {
  try {
    const body = readBody(rawBody, 'rawBody', 'the raw body, before any parsing')
    const [signatures, secrets] = [readSignature(signature), readSecrets(secret)]
    const details = parseDetails(callNative(() => native.verifyWebhook(body, signatures, secrets)))
    const event = JSON.parse(body.toString())
    const { eventType, eventId, createdAt } = details
    define(event, 'eventType', eventType)
    define(event, 'eventId', eventId)
    define(event, 'createdAt', new Date(createdAt))
    return event
  } catch (thrown) {
    throw toArgumentError(thrown, verifyWebhook)
  }
}

function signWebhook(body, secret) {
  try {
    const bytes = readBody(body, 'body', 'what will be sent, such as the text that JSON.stringify returns')
    const key = checkString(secret, 'secret')
    const signature = callNative(() => native.signWebhook(bytes, key))
    return { 'Content-Type': 'application/json', 'Webhook-Signature': signature }
  } catch (thrown) {
    throw toArgumentError(thrown, signWebhook)
  }
}

function isWebhookEventType(eventType) {
  return typeof eventType === 'string' && native.isWebhookEventType(eventType)
}

function readBody(value, name, meaning) {
  const bytes = typeof value === 'string' ? Buffer.from(value) : copyBytes(value)
  if (bytes !== undefined) return bytes
  throw createArgumentError(`${name} must be a string, a Uint8Array or an ArrayBuffer: ${meaning}`)
}

/** A header that was sent twice is an array in Node; two signatures are none. */
function readSignature(signature) {
  if (signature === undefined || signature === null || typeof signature === 'string') return readShortString(signature)
  if (Array.isArray(signature)) return signature.length === 1 ? readShortString(signature[0]) : undefined
  throw createArgumentError(
    "signature must be the value of one header, as in request.headers['webhook-signature'] or headers.get('webhook-signature')",
  )
}

/** More secrets than these are a mistake, or a proxy without an end. */
const MAX_SECRETS = 1000

function readSecrets(secret) {
  // A value that is not a string counts as an empty secret, which is refused.
  if (!Array.isArray(secret)) return [readShortString(secret) ?? '']
  const length = Number(secret.length)
  if (!(length <= MAX_SECRETS)) throw createArgumentError(`secret must have at most ${MAX_SECRETS} elements`)
  const secrets = []
  for (let index = 0; index < length; index++) secrets.push(readShortString(secret[index]) ?? '')
  return secrets
}

module.exports = { isWebhookEventType, signWebhook, verifyWebhook }
