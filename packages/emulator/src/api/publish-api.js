'use strict'

const { MAX_INTERESTS_BODY, MAX_USERS_BODY } = require('../limits.js')
const { GATEWAY } = require('../operations.js')
const { countFindings } = require('../checks/payload-checks.js')
const { deliver, buildAttemptEvent, buildResults } = require('../delivery/gateway.js')
const { describeFault } = require('../faults/fault-response.js')
const { badRequest } = require('./errors.js')
const { buildPublishSchema } = require('./publish-schemas.js')

/** https://pusher.com/docs/beams/reference/publish-api */
function publishApi(service, { publishStore, deviceStore, payloadChecks, faults, webhooks, isStrict }) {
  const publishes = '/v1/instances/:instanceId/publishes'
  const toInterests = ['interests', MAX_INTERESTS_BODY, 'publishToInterests']
  for (const [path, [kind, bodyLimit, operation]] of [
    [`${publishes}/interests`, toInterests],
    [`${publishes}/users`, ['users', MAX_USERS_BODY, 'publishToUsers']],
    // Three of the official SDKs publish to interests here.
    [publishes, toInterests],
  ]) {
    const schema = { body: buildPublishSchema(kind, { isStrict }) }
    const options = { bodyLimit, schema, config: { operation }, preValidation: checkBody }
    service.post(path, options, async (request, reply) => {
      const { publishId } = accept(request, kind)
      request.isListed = true
      // The service declares its JSON as text.
      reply.type('text/plain; charset=utf-8')
      return `${JSON.stringify({ publishId })}\n`
    })
  }

  function accept({ params: { instanceId }, body, source, fault }, kind) {
    const devices = deviceStore.existing(instanceId)
    const isRefused = () => faults.take(GATEWAY) !== undefined
    const received = {
      instanceId,
      kind,
      source,
      body,
      findingCounts: countFindings(payloadChecks.check(kind, body).findings),
      fault: fault ? describeFault(fault) : undefined,
    }
    const entry = publishStore.add(received, () => deliver(kind, body, devices, isRefused))
    if (kind === 'users') {
      webhooks.sendEvent('v1.PublishToUsersAttempt', buildAttemptEvent(entry, [...new Set(body.users)]))
    }
    if (body.webhookUrl !== undefined) sendStatuses(entry, body)
    return entry
  }

  function sendStatuses(entry, body) {
    const { publishId } = entry
    try {
      webhooks.sendStatuses(body.webhookUrl, { publishId, requestBody: body, results: buildResults(entry) })
    } catch (error) {
      // The service accepts such a publish, too, and sends nothing.
      if (!(error instanceof TypeError)) throw error
    }
  }
}

async function checkBody({ body, headers }) {
  if (headers['content-type'] === undefined) throw badRequest('Invalid content type, it must be application/json')
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw badRequest('Request body must be a JSON object')
  }
}

module.exports = { publishApi }
