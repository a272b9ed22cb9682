'use strict'

const { fail, ok, warn } = require('./diagnosis.js')

const NAME = 'clock'
/** `Date` has whole seconds, and the response was some time on its way. */
const MAX_AHEAD_S = 2
/** Tokens are valid for a day, so that being late matters only to certificates and logs. */
const MAX_BEHIND_S = 60
const TOKEN_LIFETIME_S = 24 * 60 * 60

/** Compares this machine's clock with the service's, by the `Date` of a response. */
function checkClock(date, sentAt, receivedAt) {
  const serviceTime = Date.parse(date)
  if (Number.isNaN(serviceTime)) return warn(NAME, 'the response has no Date', 'is it the service that responds?')
  // The middle of the second that `Date` stands for.
  const ahead = Math.round(((sentAt + receivedAt) / 2 - (serviceTime + 500)) / 1000)
  const message = describe(ahead)
  if (ahead > MAX_AHEAD_S) {
    return warn(
      NAME,
      message,
      `tokens may be refused as "used before issued": synchronize by NTP, or set tokenBackdate to ${ahead + MAX_AHEAD_S}`,
    )
  }
  if (-ahead >= TOKEN_LIFETIME_S)
    return fail(NAME, message, 'tokens have expired when they are made: synchronize by NTP')
  if (-ahead > MAX_BEHIND_S) return warn(NAME, message, 'synchronize it by NTP')
  return ok(NAME, message)
}

function describe(ahead) {
  if (ahead === 0) return "this machine's clock agrees with the service's"
  return `this machine's clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} the service's`
}

module.exports = { checkClock }
