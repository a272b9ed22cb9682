'use strict'

const { MAX_REQUESTS_PER_SECOND } = require('../limits.js')
const { ServiceError } = require('./errors.js')

const off = (...names) => Object.fromEntries(names.map((name) => [name, false]))
const HEADERS = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']

/** Limits the requests a second of each instance, and says so as the service does: without headers. */
const rateLimitOptions = {
  max: MAX_REQUESTS_PER_SECOND,
  timeWindow: 1000,
  keyGenerator: ({ params }) => params.instanceId,
  errorResponseBuilder: () =>
    new ServiceError(429, 'Rate Limited', `No more than ${MAX_REQUESTS_PER_SECOND} requests a second`),
  addHeaders: off('retry-after', ...HEADERS),
  addHeadersOnExceeding: off(...HEADERS),
}

module.exports = { rateLimitOptions }
