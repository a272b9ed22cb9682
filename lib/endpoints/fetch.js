'use strict'

const { createArgumentError } = require('../core.js')
const { createAuth } = require('./auth.js')
const { BodyError, createWebhook } = require('./webhook.js')

function authEndpoint(beams, options) {
  const auth = createAuth(beams, options)
  return async (request) => toResponse(await auth({ method: request.method, url: request.url, request }))
}

function webhookEndpoint(options, handlers) {
  const webhook = createWebhook(options, handlers)
  return async (request) => {
    const { method, headers } = request
    const readBody = (maxBytes) => collectBody(request, maxBytes)
    return toResponse(await webhook({ method, header: (name) => headers.get(name), readBody }))
  }
}

function toResponse({ status, headers, body }) {
  return new Response(body, { status, headers })
}

const CONSUMED =
  'webhookEndpoint: the body of the request has been read already, and a signature is over its bytes. Call the endpoint ' +
  'before anything reads the body, or read the body of request.clone()'

async function collectBody(request, maxBytes) {
  if (request.bodyUsed || request.body?.locked) throw createArgumentError(CONSUMED)
  if (request.body === null) return Buffer.alloc(0)
  const reader = request.body.getReader()
  try {
    BodyError.checkDeclaredLength(request.headers.get('content-length'), maxBytes)
    return await readChunks(reader, maxBytes)
  } catch (error) {
    // Fails if the sender has disconnected, which does not affect the response.
    reader.cancel().catch(() => {})
    throw error
  }
}

async function readChunks(reader, maxBytes) {
  const chunks = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw BodyError.incomplete()
    })
    if (done) return Buffer.concat(chunks)
    chunks.push(value)
    length += value.length
    if (length > maxBytes) throw BodyError.tooLarge(maxBytes)
  }
}

module.exports = { authEndpoint, webhookEndpoint }
