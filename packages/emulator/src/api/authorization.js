'use strict'

const { createHash, timingSafeEqual } = require('node:crypto')
const { INSTANCE_ID_PATTERN } = require('../limits.js')
const { ServiceError, badRequest } = require('./errors.js')

const instanceIdPattern = new RegExp(INSTANCE_ID_PATTERN)

/** Accepts the given instance, or any whose id can be part of a host name. */
function checkInstance({ instanceId }) {
  return async ({ params }) => {
    if (!instanceIdPattern.test(params.instanceId)) throw badRequest('`instance-id` given is not valid.')
    if (instanceId !== undefined && params.instanceId !== instanceId) {
      throw new ServiceError(404, 'Instance not found', 'Could not find the instance')
    }
  }
}

/** Accepts the given secret key, or any. */
function checkSecretKey({ secretKey }) {
  return async ({ headers: { authorization } }) => {
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

module.exports = { checkInstance, checkSecretKey }
