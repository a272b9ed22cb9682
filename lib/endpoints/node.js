'use strict'

const { createArgumentError } = require('../core.js')
const { createAuth } = require('./auth.js')
const { respondInternalError } = require('./response.js')
const { BodyError, createWebhook } = require('./webhook.js')

function authEndpoint(beams, options) {
  const auth = createAuth(beams, options)
  return async (request, response, next) => {
    let outcome
    try {
      outcome = await auth({ method: request.method, url: request.url, request })
    } catch (error) {
      // A framework handles the error. Plain node:http has no error handler.
      if (typeof next === 'function') return void next(error)
      console.error(error)
      outcome = respondInternalError()
    }
    send(response, outcome)
  }
}

function webhookEndpoint(options, handlers) {
  const webhook = createWebhook(options, handlers)
  return async (request, response) => {
    const { method, headers } = request
    const readBody = (maxBytes) => getKeptBody(request) ?? collectBody(request, maxBytes)
    send(response, await webhook({ method, header: (name) => headers[name], readBody }))
  }
}

function send(response, { status, headers, body }) {
  // Other code may have responded meanwhile, such as a timeout middleware.
  if (response.headersSent) return
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  // The rest of the body is not read.
  if (status === 413) response.setHeader('Connection', 'close')
  response.end(body)
}

/** The raw body, if a body parser has kept it. */
function getKeptBody({ rawBody, body }) {
  return [rawBody, body].find((value) => typeof value === 'string' || ArrayBuffer.isView(value))
}

const CONSUMED =
  'webhookEndpoint: a body parser has read the body, and a signature is over its bytes. Put the endpoint before ' +
  'express.json(), or keep the bytes: express.json({ verify: (request, _response, bytes) => { request.rawBody = bytes } })'

async function collectBody(request, maxBytes) {
  if (request.readableDidRead) throw createArgumentError(CONSUMED)
  if (request.destroyed) throw BodyError.incomplete()
  BodyError.checkDeclaredLength(request.headers['content-length'], maxBytes)
  return new Promise((resolve, reject) => {
    const chunks = []
    let length = 0
    const onData = (chunk) => {
      chunks.push(Buffer.from(chunk))
      length += chunk.length
      if (length <= maxBytes) return
      request.off('data', onData).pause()
      reject(BodyError.tooLarge(maxBytes))
    }
    request.on('data', onData)
    request.on('end', () => resolve(Buffer.concat(chunks)))
    // After `end`, the promise is settled, and these have no effect.
    for (const event of ['error', 'close']) request.on(event, () => reject(BodyError.incomplete()))
  })
}

module.exports = { authEndpoint, webhookEndpoint }
