'use strict'

const { interestsSchema, usersSchema } = require('./schemas.js')
const { badRequest } = require('./errors.js')
const { deliver, attemptOf, resultsOf } = require('./gateway.js')
const { isUrl } = require('./webhooks.js')

const KIB = 1024

/** https://pusher.com/docs/beams/reference/publish-api */
function publishApi(service, { book, instances, faults, webhooks }) {
  const publishes = '/publish_api/v1/instances/:instanceId/publishes'
  const interests = {
    bodyLimit: 10 * KIB,
    schema: { body: interestsSchema },
    config: { operation: 'publishToInterests' },
  }
  const users = { bodyLimit: 200 * KIB, schema: { body: usersSchema }, config: { operation: 'publishToUsers' } }

  for (const [path, options] of [
    [`${publishes}/interests`, interests],
    [`${publishes}/users`, users],
    // Three of the official SDKs still publish to interests here.
    [publishes, interests],
  ]) {
    service.post(path, { ...options, preValidation: checkBody }, async ({ params, body, bytes }, reply) => {
      const { publishId } = accept(params.instanceId, body, bytes)
      // The service says that its JSON is text.
      reply.type('text/plain; charset=utf-8')
      return `${JSON.stringify({ publishId })}\n`
    })
  }

  function accept(instanceId, body, bytes) {
    const devices = instances.existing(instanceId)
    const isRefused = () => faults.take('gateway') !== undefined
    const { publish, deliveries } = book.publish(instanceId, body, bytes, (noted) => deliver(noted, devices, isRefused))
    if (publish.users) webhooks.emitEvent('v1.PublishToUsersAttempt', attemptOf(publish, deliveries))
    if (isUrl(publish.webhookUrl)) sendStatuses(publish, body, deliveries)
    return publish
  }

  async function sendStatuses({ publishId, webhookUrl }, requestBody, deliveries) {
    const status = { publishId, status: 'STARTED', requestBody }
    await webhooks.sendStatus(webhookUrl, status)
    await webhooks.sendStatus(webhookUrl, {
      ...status,
      status: 'FINISHED',
      results: resultsOf(requestBody, deliveries),
    })
  }
}

async function checkBody({ body, headers }) {
  if (headers['content-type'] === undefined) throw badRequest('Invalid content type, it must be application/json')
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw badRequest('Request body must be a JSON object')
  }
}

module.exports = { publishApi }
