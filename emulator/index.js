'use strict'

const fastify = require('fastify')
const { Book } = require('./src/book.js')
const { answerErrors, sendError } = require('./src/errors.js')
const { checkAuthorization } = require('./src/authorization.js')
const { publishApi } = require('./src/publish-api.js')
const { customerApi } = require('./src/customer-api.js')

async function startEmulator({ port = 0, host = '127.0.0.1', instanceId, secretKey, log } = {}) {
  const book = new Book(log)
  const app = fastify({
    forceCloseConnections: true,
    // The service answers for itself when a user id is too long.
    routerOptions: { maxParamLength: 16 * 1024 },
    frameworkErrors: sendError,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
  })

  answerErrors(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, JSON.parse(text))
    } catch (error) {
      done(Object.assign(error, { statusCode: 400 }))
    }
  })

  await app.register(async (service) => {
    service.addHook('onRequest', checkAuthorization({ instanceId, secretKey }))
    publishApi(service, book)
    customerApi(service, book)
  })
  app.get('/emulator/publishes', async () => book.publishes())
  app.get('/emulator/deletions', async () => book.deletions())

  const url = await app.listen({ port, host })
  return {
    url,
    port: app.server.address().port,
    publishes: () => book.publishes(),
    deletions: () => book.deletions(),
    close: () => app.close(),
  }
}

module.exports = { startEmulator }
