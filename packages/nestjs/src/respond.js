'use strict'

/**
 * Runs an endpoint of `beams-native/express` and sends its response through Nest's adapter. With Fastify, the headers that plugins
 * have set, such as those for CORS, are on Fastify's reply and not on the response of `node:http`.
 */
async function respond(adapter, endpoint, request, response) {
  const sent = { headersSent: false, statusCode: 200, headers: [], body: undefined }
  sent.setHeader = (...header) => sent.headers.push(header)
  sent.end = (body) => (sent.body = body)
  let failure
  await endpoint(request, sent, (error) => (failure = { error }))
  if (failure !== undefined) throw failure.error
  // Other code may have responded meanwhile, such as a timeout interceptor.
  if (adapter.isHeadersSent(response)) return
  for (const [name, value] of sent.headers) adapter.setHeader(response, name, value)
  adapter.reply(response, sent.body, sent.statusCode)
}

module.exports = { respond }
