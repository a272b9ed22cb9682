'use strict'

const { fail, ok, warn } = require('./diagnosis.js')

const NAME = 'clock'
/** `Date` has a resolution of one second, and the latency is unknown. */
const MAX_AHEAD_S = 2
/** Tokens are valid for a day, so a clock that is behind affects only certificates and logs. */
const MAX_BEHIND_S = 60
const TOKEN_LIFETIME_S = 24 * 60 * 60

/** Compares this machine's clock with the `Date` header of a response. */
function checkClock(date, sentAt, receivedAt) {
  const serviceTime = Date.parse(date)
  if (Number.isNaN(serviceTime))
    return warn(NAME, 'the response has no Date header', 'check that the endpoint is the service')
  // `Date` is truncated to a second: the middle of it is the best estimate.
  const ahead = Math.round(((sentAt + receivedAt) / 2 - (serviceTime + 500)) / 1000)
  const message = describe(ahead)
  if (ahead > MAX_AHEAD_S) {
    return warn(
      NAME,
      message,
      `tokens may be refused as "used before issued": synchronize the clock by NTP, or set tokenBackdate to ${ahead + MAX_AHEAD_S}`,
    )
  }
  if (-ahead >= TOKEN_LIFETIME_S)
    return fail(NAME, message, 'tokens have expired when they are generated: synchronize the clock by NTP')
  if (-ahead > MAX_BEHIND_S) return warn(NAME, message, 'synchronize the clock by NTP')
  return ok(NAME, message)
}

function describe(ahead) {
  if (ahead === 0) return "this machine's clock matches the service's"
  return `this machine's clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} the service's`
}

module.exports = { checkClock }
