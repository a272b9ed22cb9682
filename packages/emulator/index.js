'use strict'

const path = require('node:path')
const fastify = require('fastify')
const cors = require('@fastify/cors')
const rateLimit = require('@fastify/rate-limit')
const files = require('@fastify/static')
const { Book } = require('./src/book.js')
const { Instances } = require('./src/devices.js')
const { Faults, failAsPlanned } = require('./src/faults.js')
const { Webhooks } = require('./src/webhooks.js')
const { waitForPublish } = require('./src/wait-for-publish.js')
const { parseJson } = require('./src/json.js')
const { ServiceError, answerErrors, sendError } = require('./src/errors.js')
const { checkAuthorization, checkInstance } = require('./src/authorization.js')
const { publishApi } = require('./src/publish-api.js')
const { customerApi } = require('./src/customer-api.js')
const { deviceApi } = require('./src/device-api.js')
const { reportingApi } = require('./src/reporting-api.js')
const { controlApi } = require('./src/control-api.js')
const { inboxApi } = require('./src/inbox-api.js')
const { describeApis } = require('./src/openapi.js')
const { certificateOf } = require('./src/certificate.js')

const REQUESTS_PER_SECOND = 100

async function startEmulator(options = {}) {
  const { port = 0, host = '127.0.0.1', log } = options
  const certificate = await certificateOf(options.tls, host)
  const book = new Book({ log, maxPublishes: options.maxPublishes })
  const instances = new Instances()
  const faults = new Faults()
  const webhooks = new Webhooks({ log, retryDelays: options.webhookRetryDelays, timeout: options.webhookTimeout })
  for (const webhook of options.webhooks ?? []) webhooks.add(webhook)

  const app = createServer(certificate)
  const emulator = {
    publishes: () => book.publishes(),
    deletions: () => book.deletions(),
    deliveries: () => book.deliveries(),
    devices: () => instances.all(),
    webhooks: () => ({ configured: webhooks.all(), requests: webhooks.requests() }),
    addWebhook: (webhook) => webhooks.add(webhook),
    removeWebhook: (id) => webhooks.remove(id),
    failNext: (fault) => faults.failNext(fault),
    failures: () => faults.planned(),
    waitForPublish: (predicate, waiting) => waitForPublish(book, predicate, waiting),
    clear: () => book.reset(),
    reset() {
      book.reset()
      instances.reset()
      faults.clear()
      webhooks.reset()
    },
    async close() {
      book.emit('close')
      webhooks.close()
      faults.close()
      await app.close()
    },
  }

  await describeApis(app)
  const parts = { book, instances, faults, webhooks, secretKey: options.secretKey }
  await app.register(async (service) => {
    failAsPlanned(service, faults)
    await service.register(async (servers) => {
      servers.addHook('onRequest', checkAuthorization(options))
      if (options.strict) await servers.register(rateLimit, strictly)
      publishApi(servers, parts)
      customerApi(servers, parts)
    })
    await service.register(async (clients) => {
      await clients.register(cors, { methods: ['GET', 'POST', 'PUT', 'DELETE'] })
      clients.addHook('onRequest', checkInstance(options))
      clients.addHook('onResponse', async ({ method }) => method !== 'GET' && instances.emit('change'))
      deviceApi(clients, parts)
      reportingApi(clients, parts)
    })
  })
  await app.register(async (tools) => {
    controlApi(tools, emulator, certificate)
    inboxApi(tools, parts)
    await tools.register(files, { root: path.join(__dirname, 'src', 'inbox'), wildcard: false, setHeaders: secure })
  })

  const url = await app.listen({ port, host })
  return {
    url,
    port: app.server.address().port,
    ...(certificate && { certificate: certificate.authority }),
    ...emulator,
  }
}

function createServer(certificate) {
  const app = fastify({
    https: certificate ? { cert: certificate.cert, key: certificate.key } : null,
    forceCloseConnections: true,
    // The service answers for itself when a user id is too long.
    routerOptions: { maxParamLength: 16 * 1024 },
    frameworkErrors: sendError,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
  })
  answerErrors(app)
  app.decorateRequest('fault', null)
  app.decorateRequest('bytes', 0)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parseJson)
  return app
}

const strictly = {
  max: REQUESTS_PER_SECOND,
  timeWindow: 1000,
  keyGenerator: ({ params }) => params.instanceId,
  errorResponseBuilder: () =>
    new ServiceError(429, 'Rate Limited', `No more than ${REQUESTS_PER_SECOND} requests a second`),
  addHeaders: {
    'retry-after': false,
    'x-ratelimit-limit': false,
    'x-ratelimit-remaining': false,
    'x-ratelimit-reset': false,
  },
  addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
}

/** What a sender wrote is shown as text; should that ever fail, it still runs no script. */
function secure(response) {
  response.setHeader('content-security-policy', "default-src 'self'; img-src * data:; frame-ancestors 'none'")
  response.setHeader('x-content-type-options', 'nosniff')
}

module.exports = { startEmulator }
