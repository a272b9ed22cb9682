'use strict'

const { createHash, timingSafeEqual } = require('node:crypto')
const { ServiceError, badRequest } = require('./errors.js')

/** Any instance will do that can be the name of a host, unless the emulator was started with a given one. */
function checkInstance({ instanceId }) {
  return async ({ params }) => {
    if (!/^[A-Za-z0-9-]{1,63}$/.test(params.instanceId)) throw badRequest('`instance-id` given is not valid.')
    if (instanceId !== undefined && params.instanceId !== instanceId) {
      throw new ServiceError(404, 'Instance not found', 'Could not find the instance')
    }
  }
}

/** Any key will do, unless the emulator was started with a given one. */
function checkAuthorization(options) {
  const { secretKey } = options
  const checkPath = checkInstance(options)
  return async (request) => {
    await checkPath(request)
    const { headers } = request
    const { authorization } = headers
    if (authorization === undefined) {
      throw new ServiceError(400, 'Incomplete Request', 'Missing Authorization header')
    }
    const key = /^Bearer +(\S.*)$/i.exec(authorization)?.[1]
    if (key === undefined || (secretKey !== undefined && !isEqual(key, secretKey))) {
      throw new ServiceError(401, 'Unauthorized', 'Incorrect Secret Key')
    }
  }
}

function isEqual(one, other) {
  const digest = (text) => createHash('sha256').update(text, 'latin1').digest()
  return timingSafeEqual(digest(one), digest(other))
}

module.exports = { checkAuthorization, checkInstance }
