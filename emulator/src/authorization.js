'use strict'

const { createHash, timingSafeEqual } = require('node:crypto')
const { ServiceError } = require('./errors.js')

/** Any instance and key will do, unless the emulator was started with given ones. */
function checkAuthorization({ instanceId, secretKey }) {
  return async ({ params, headers }) => {
    if (instanceId !== undefined && params.instanceId !== instanceId) {
      throw new ServiceError(404, 'Instance not found', 'Could not find the instance')
    }
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

module.exports = { checkAuthorization }
