'use strict'

const { name, version } = require('../../package.json')
const { streamJsonArray } = require('./json-stream.js')

/** The emulator's own API over HTTP: for tests in other languages and processes, and for the inbox. */
function controlApi(app, { emulator, publishStore, deviceStore, webhooks, certificate }) {
  app.get('/version', async () => ({ name, version }))
  // For clients that need it in a file: `curl --insecure`.
  if (certificate) app.get('/certificate.pem', async () => certificate.authority)
  const stream = (list) => async (_request, reply) => reply.type('application/json').send(streamJsonArray(list()))
  app.get(
    '/publishes',
    stream(() => publishStore.publishes()),
  )
  app.get('/deletions', async () => emulator.deletions())
  app.get(
    '/deliveries',
    stream(() => publishStore.deliveries()),
  )
  app.get(
    '/devices',
    stream(() => deviceStore.all()),
  )
  app.get('/webhooks', async () => emulator.webhooks())
  app.get('/failures', async () => emulator.failures())

  app.delete(
    '/publishes',
    perform(() => emulator.clear()),
  )
  app.delete(
    '/devices',
    perform(() => deviceStore.clear()),
  )
  app.delete(
    '/webhooks/requests',
    perform(() => webhooks.clearRequests()),
  )
  app.post(
    '/webhooks',
    perform(({ body }) => ({ id: emulator.addWebhook(body ?? {}) })),
  )
  app.delete('/webhooks/:id', async ({ params }, reply) =>
    emulator.removeWebhook(params.id) ? reply.send() : reply.callNotFound(),
  )
  app.post(
    '/devices',
    perform(({ body }) => emulator.addDevice(body ?? {})),
  )
  app.post(
    '/failures',
    perform(({ body }) => emulator.failNext(body ?? {})),
  )
  app.post(
    '/reset',
    perform(() => emulator.reset()),
  )
}

/** Responds with 400 to an argument that the emulator's own method refuses. */
function perform(act) {
  return async (request, reply) => {
    try {
      return reply.send(act(request))
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      return reply.code(400).send({ error: 'Bad request', description: error.message })
    }
  }
}

module.exports = { controlApi }
