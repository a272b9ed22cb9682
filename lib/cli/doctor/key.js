'use strict'

const { describeError } = require('../output.js')
const { fail, ok } = require('./diagnosis.js')
const { DASHBOARD } = require('./settings.js')

const NAME = 'key'
const DEADLINE_MS = 15_000

const ADVICE = {
  ERR_BEAMS_UNAUTHORIZED: `the secret key is not this instance's: ${DASHBOARD}`,
  ERR_BEAMS_NOT_FOUND: `there is no such instance: ${DASHBOARD}`,
  ERR_BEAMS_PAYMENT_REQUIRED: "the key is accepted, and the plan's limit is exceeded: see https://dash.pusher.com",
  ERR_BEAMS_CONNECTION: 'the guide "Proxies and certificates" says which variables matter',
  ERR_BEAMS_BAD_RESPONSE: 'the response is not from the service: check BEAMS_ENDPOINT, and what is in between',
}

/** Whether the service accepts the key, which only a publish shows: to an interest that nobody can know. */
async function checkKey({ instanceId, secretKey, endpoint }, interest) {
  const { PushNotifications } = require('../../..')
  const publishRequest = { web: { notification: { title: 'beams-native doctor', body: 'Is the key accepted?' } } }
  try {
    const beams = new PushNotifications({ instanceId, secretKey, endpoint, maxRetries: 0, deadline: DEADLINE_MS })
    const { publishId } = await beams.publishToInterests([interest], publishRequest)
    return ok(NAME, `the service accepts the key (${publishId})`)
  } catch (error) {
    return fail(
      NAME,
      describeError(error),
      ADVICE[error.code] ?? 'the README has a table of messages: "When things go wrong"',
    )
  }
}

module.exports = { checkKey }
