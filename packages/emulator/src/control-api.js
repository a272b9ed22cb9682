'use strict'

/** What tests in other languages and processes use, where those in this one have the emulator's own methods. */
function controlApi(app, emulator, certificate) {
  app.addHook('onRequest', async (request, reply) => {
    // What a developer's browser shows elsewhere has no business here.
    if (request.headers['sec-fetch-site'] === 'cross-site') return reply.code(403).send()
    return undefined
  })
  // For clients that need it in a file: `curl --insecure`.
  if (certificate) app.get('/emulator/certificate.pem', async () => certificate.authority)
  app.get('/emulator/publishes', async () => emulator.publishes())
  app.delete('/emulator/publishes', async (_request, reply) => {
    emulator.clear()
    return reply.send()
  })
  app.get('/emulator/deletions', async () => emulator.deletions())
  app.get('/emulator/deliveries', async () => emulator.deliveries())
  app.get('/emulator/devices', async () => emulator.devices())
  app.get('/emulator/webhooks', async () => emulator.webhooks())
  app.post(
    '/emulator/webhooks',
    orRefuse(({ body }) => ({ id: emulator.addWebhook(body ?? {}) })),
  )
  app.delete('/emulator/webhooks/:id', async ({ params }, reply) =>
    emulator.removeWebhook(params.id) ? reply.send() : reply.callNotFound(),
  )
  app.get('/emulator/failures', async () => emulator.failures())
  app.post(
    '/emulator/failures',
    orRefuse(({ body }) => emulator.failNext(body ?? {})),
  )
  app.post(
    '/emulator/reset',
    orRefuse(() => emulator.reset()),
  )
}

/** An argument that the emulator's own method would not take is a bad request. */
function orRefuse(act) {
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
