'use strict'

const path = require('node:path')
const fastify = require('fastify')
const cors = require('@fastify/cors')
const rateLimit = require('@fastify/rate-limit')
const files = require('@fastify/static')
const { checkHost, checkOrigin } = require('./access/access.js')
const { trackConnections } = require('./access/connections.js')
const { createErrorHandler, createNotFoundHandler } = require('./api/errors.js')
const { FailureRecorder } = require('./api/failure-recorder.js')
const { parseJson } = require('./api/json.js')
const { checkInstance, checkSecretKey } = require('./api/authorization.js')
const { rateLimitOptions } = require('./api/rate-limit.js')
const { publishApi } = require('./api/publish-api.js')
const { customerApi } = require('./api/customer-api.js')
const { deviceApi } = require('./api/device-api.js')
const { reportingApi } = require('./api/reporting-api.js')
const { describeApis } = require('./api/openapi.js')
const { registerFaultHooks } = require('./faults/fault-hooks.js')
const { controlApi } = require('./admin/control-api.js')
const { inboxApi } = require('./admin/inbox-api.js')
const { eventsApi } = require('./admin/events-api.js')

const METHODS = ['GET', 'POST', 'PUT', 'DELETE']
// The router refuses longer parameters with 404, where the service has its own text for a user id that is too long.
const MAX_PATH_PARAMETER = 16 * 1024

const AJV_OPTIONS = {
  coerceTypes: false,
  removeAdditional: false,
  allErrors: false,
  // The length of a text is in UTF-16 units, as in the official SDKs. Ajv warns of this option on stderr.
  unicode: false,
  logger: false,
}

/** The HTTP server: the Beams APIs, the emulator's own API and the inbox, over the stores in `services`. */
async function createServer(options, stores) {
  const recorder = new FailureRecorder(stores.failedRequests)
  const services = { ...stores, recorder }
  const app = createApp(services)
  app.addHook('onRequest', checkHost(options))
  await describeApis(app)
  const checkPath = checkInstance(options)

  const serverApi = (register) => async (scope) => {
    await guardFromPages(scope, options)
    registerFaultHooks(scope, services)
    scope.addHook('onRequest', checkPath)
    scope.addHook('onRequest', checkSecretKey(options))
    register(scope, services)
  }
  await app.register(async (servers) => {
    // The APIs share the limit.
    if (options.rateLimit) await servers.register(rateLimit, rateLimitOptions)
    await servers.register(serverApi(publishApi), { prefix: '/publish_api' })
    await servers.register(serverApi(customerApi), { prefix: '/customer_api' })
    // Its name in the official Node.js SDK.
    await servers.register(serverApi(customerApi), { prefix: '/user_api' })
  })

  const deviceSideApi = (register) => async (scope) => {
    // The browser SDK runs in pages of any origin.
    await scope.register(cors, { methods: METHODS })
    registerFaultHooks(scope, services)
    scope.addHook('onRequest', checkPath)
    scope.addHook('onResponse', async ({ method }) => method !== 'GET' && services.deviceStore.emit('change'))
    register(scope, services)
  }
  await app.register(deviceSideApi(deviceApi), { prefix: '/device_api' })
  await app.register(deviceSideApi(reportingApi), { prefix: '/reporting_api' })

  await app.register(
    async (scope) => {
      await guardFromPages(scope, options)
      controlApi(scope, services)
      inboxApi(scope, services)
      eventsApi(scope, services)
      scope.get('/openapi.json', async () => app.swagger())
    },
    { prefix: '/emulator' },
  )
  await app.register(async (scope) => {
    scope.addHook('onRequest', checkOrigin(options))
    await scope.register(files, { root: path.join(__dirname, 'ui'), wildcard: false, setHeaders: secure })
  })
  return app
}

/** Refuses foreign pages, and lets those of `allowedOrigins` read the responses. */
async function guardFromPages(scope, options) {
  scope.addHook('onRequest', checkOrigin(options))
  if (options.allowedOrigins?.length > 0) {
    await scope.register(cors, { origin: options.allowedOrigins, methods: METHODS })
  }
}

function createApp({ certificate, recorder }) {
  const sendError = createErrorHandler(recorder)
  const app = fastify({
    https: certificate ? { cert: certificate.cert, key: certificate.key } : null,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER },
    frameworkErrors: sendError,
    ajv: { customOptions: AJV_OPTIONS },
  })
  app.setErrorHandler(sendError)
  app.setNotFoundHandler(createNotFoundHandler(recorder))
  trackConnections(app)
  app.decorateRequest('fault', null)
  app.decorateRequest('isListed', false)
  app.decorateRequest('source', '')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parseJson)
  return app
}

/** The inbox shows what senders wrote as text; should that ever fail, it still runs no script. */
function secure(response) {
  response.setHeader('content-security-policy', "default-src 'self'; img-src * data:; frame-ancestors 'none'")
  response.setHeader('x-content-type-options', 'nosniff')
}

module.exports = { createServer }
