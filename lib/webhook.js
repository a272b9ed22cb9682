'use strict'

const native = require('./load.js')
const { createArgumentError, createBeamsError, wrapThrown } = require('./errors.js')
const { copyBytes } = require('./arguments.js')

function verifyWebhook(rawBody, signature, secret) {
  try {
    const body = readBody('rawBody', rawBody)
    const details = JSON.parse(native.verifyWebhook(body, readSignature(signature), readSecrets(secret)))
    const event = JSON.parse(body.toString())
    const { eventType, eventId, createdAt } = details
    return Object.defineProperties(event, {
      eventType: { value: eventType, configurable: true, enumerable: true, writable: true },
      eventId: { value: eventId, configurable: true, enumerable: true, writable: true },
      createdAt: { value: new Date(createdAt), configurable: true, enumerable: true, writable: true },
    })
  } catch (thrown) {
    throw toError(thrown)
  }
}

function signWebhook(body, secret) {
  try {
    const bytes = readBody('body', body)
    if (typeof secret !== 'string') throw createArgumentError('secret must be a string')
    return { 'Content-Type': 'application/json', 'Webhook-Signature': native.signWebhook(bytes, secret) }
  } catch (thrown) {
    throw toError(thrown)
  }
}

function readBody(name, value) {
  const bytes = typeof value === 'string' ? Buffer.from(value) : copyBytes(value)
  if (bytes !== undefined) return bytes
  throw createArgumentError(
    `${name} must be a string, a Uint8Array or an ArrayBuffer: the body as it came, before anything has parsed it`,
  )
}

/** A header that was sent twice is an array in Node; two signatures are none. */
function readSignature(signature) {
  const value = Array.isArray(signature) && signature.length === 1 ? signature[0] : signature
  return typeof value === 'string' ? value : undefined
}

function readSecrets(secret) {
  if (!Array.isArray(secret)) return typeof secret === 'string' ? [secret] : []
  const secrets = []
  // What is not a string is as good as no secret.
  for (let index = 0; index < secret.length; index++) {
    const value = secret[index]
    secrets.push(typeof value === 'string' ? value : '')
  }
  return secrets
}

function toError(thrown) {
  return typeof thrown === 'string' ? createBeamsError(thrown, toError) : wrapThrown(thrown)
}

module.exports = { signWebhook, verifyWebhook }
