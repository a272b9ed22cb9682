'use strict'

const { badRequest } = require('./errors.js')
const { reportSchema } = require('./device-schemas.js')

const WEBHOOK_EVENTS = { delivery: 'v1.UserNotificationAcknowledgement', open: 'v1.UserNotificationOpen' }

/** https://pusher.com/docs/beams/reference/reporting-api */
function reportingApi(service, { publishStore, webhooks }) {
  const options = {
    config: { operation: 'reportEvent' },
    schema: { body: reportSchema },
    schemaErrorFormatter: ([{ keyword, params, instancePath }]) => {
      if (keyword === 'required') return badRequest(`\`${params.missingProperty}\` is missing from body.`)
      const member = instancePath.slice(1)
      return badRequest(member ? `\`${member}\` is not valid.` : 'Failed to read body as a JSON object.')
    },
  }
  service.post('/v2/instances/:instanceId/events', options, async ({ params, body }, reply) => {
    const delivery = publishStore.report(body)
    const userId = delivery?.userId ?? body.userId
    if (userId && delivery?.outcome !== 'failed') {
      webhooks.sendEvent(WEBHOOK_EVENTS[body.event], {
        instance_id: params.instanceId,
        publish_id: body.publishId,
        user_id: userId,
      })
    }
    return reply.send()
  })
}

module.exports = { reportingApi }
