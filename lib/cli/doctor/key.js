'use strict'

const { describeError } = require('../output.js')
const { fail, ok } = require('./diagnosis.js')
const { DASHBOARD } = require('./settings.js')

const NAME = 'key'
const DEADLINE_MS = 15_000

const ADVICE = {
  ERR_BEAMS_UNAUTHORIZED: `the secret key is not this instance's: ${DASHBOARD}`,
  ERR_BEAMS_NOT_FOUND: `there is no such instance: ${DASHBOARD}`,
  ERR_BEAMS_PAYMENT_REQUIRED: "the key is accepted, but the plan's limit is exceeded: see https://dash.pusher.com",
  ERR_BEAMS_CONNECTION: 'see the guide "Proxies and certificates"',
  ERR_BEAMS_BAD_RESPONSE: 'the response is not from the service: check BEAMS_ENDPOINT, and any proxy or load balancer',
}

/** Checks that the service accepts the key, by a publish to a random interest. */
async function checkKey({ instanceId, secretKey, endpoint }, interest) {
  const { PushNotifications } = require('../../..')
  const publishRequest = { web: { notification: { title: 'beams-native doctor', body: 'Checks the secret key' } } }
  try {
    const beams = new PushNotifications({ instanceId, secretKey, endpoint, maxRetries: 0, deadline: DEADLINE_MS })
    const { publishId } = await beams.publishToInterests([interest], publishRequest)
    return ok(NAME, `the service accepts the key (${publishId})`)
  } catch (error) {
    return fail(NAME, describeError(error), ADVICE[error.code] ?? 'see "When things go wrong" in the README')
  }
}

module.exports = { checkKey }
