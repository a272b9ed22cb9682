'use strict'

const { name, version } = require('../../package.json')
const { explain } = require('./explain.js')
const { streamJsonArray } = require('./json-stream.js')
const { perform, refuse } = require('./perform.js')

/** The emulator's own API over HTTP: for tests in other languages and processes, and for the inbox. */
function controlApi(app, services) {
  const { emulator, publishStore, deletions, deviceStore, failedRequests, webhookQueue, certificate } = services
  const stream = (list) => async (_request, reply) => reply.type('application/json').send(streamJsonArray(list()))

  const endpoints = [
    ['GET', '/version', 'The name and version of the emulator', async () => ({ name, version })],
    ['GET', '/publishes', 'The publishes, oldest first', stream(() => publishStore.publishes())],
    ['GET', '/publishes/:publishId/why', 'Why a publish shows nothing, or not everywhere', explainPublish],
    ['GET', '/failed-requests', 'What was refused, or failed as planned', stream(() => failedRequests.all())],
    ['GET', '/deletions', 'The deletions of users', async () => deletions.all()],
    ['GET', '/deliveries', 'What each device got', stream(() => publishStore.deliveries())],
    ['GET', '/devices', 'The devices', stream(() => deviceStore.all())],
    ['GET', '/webhooks', 'The webhooks, and the requests to their targets', async () => emulator.webhooks()],
    ['GET', '/failures', 'The planned faults', async () => emulator.failures()],
    ['POST', '/devices', 'Adds a device', perform(({ body }) => emulator.addDevice(body ?? {}))],
    ['POST', '/failures', 'Plans a fault', perform(({ body }) => emulator.failNext(body ?? {}))],
    ['POST', '/webhooks', 'Configures a webhook', perform(({ body }) => ({ id: emulator.addWebhook(body ?? {}) }))],
    ['POST', '/webhooks/requests/:id/resend', 'Sends a webhook request again', resendWebhook],
    ['POST', '/reset', 'Clears everything but the webhooks', perform(() => emulator.reset())],
    ['DELETE', '/publishes', 'Clears publishes, failed requests and deletions', perform(() => emulator.clear())],
    ['DELETE', '/devices', 'Removes all devices', perform(() => deviceStore.clear())],
    ['DELETE', '/webhooks/:id', 'Removes a webhook', removeWebhook],
    ['DELETE', '/webhooks/requests', 'Removes settled webhook requests', perform(() => webhookQueue.clear())],
  ]
  // For clients that need it in a file: `curl --insecure`.
  if (certificate) {
    endpoints.push(['GET', '/certificate.pem', 'The certificate to trust', async () => certificate.authority])
  }
  for (const [method, url, , handler] of endpoints) app.route({ method, url, preHandler: refuseQuery, handler })
  app.get('/endpoints', async () => endpoints.map(([method, url, summary]) => ({ method, url, summary })))

  async function explainPublish({ params }, reply) {
    const entry = publishStore.entry(params.publishId)
    return entry ? explain(entry, services) : reply.callNotFound()
  }

  async function resendWebhook({ params }, reply) {
    return emulator.resendWebhook(params.id) ? reply.send() : reply.callNotFound()
  }

  async function removeWebhook({ params }, reply) {
    return emulator.removeWebhook(params.id) ? reply.send() : reply.callNotFound()
  }
}

/** A filter that is ignored would let a deletion remove everything. */
async function refuseQuery({ query }, reply) {
  const [given] = Object.keys(query)
  if (given === undefined) return undefined
  return refuse(reply, `${given} is not a parameter: there are none`)
}

module.exports = { controlApi }
