'use strict'

const { INTEREST_PATTERN, MAX_INTEREST_LENGTH } = require('../limits.js')

/** The bodies of the Device API and the Reporting API. */

const text = { type: 'string', minLength: 1 }
const interestSchema = { type: 'string', minLength: 1, maxLength: MAX_INTEREST_LENGTH, pattern: INTEREST_PATTERN }
const metadataSchema = { type: 'object', additionalProperties: { type: 'string' } }

/** A new device of each platform. The token of a web device is its subscription in base64. */
const registrationSchemas = {
  apns: buildRegistrationSchema({ bundleIdentifier: text }),
  fcm: buildRegistrationSchema({}),
  web: buildRegistrationSchema({}),
}

function buildRegistrationSchema(required) {
  return {
    type: 'object',
    required: ['token', ...Object.keys(required)],
    properties: { token: text, bundleIdentifier: text, metadata: metadataSchema, ...required },
  }
}

const tokenSchema = { type: 'object', required: ['token'], properties: { token: text } }

const setInterestsSchema = {
  type: 'object',
  required: ['interests'],
  properties: { interests: { type: 'array', items: interestSchema } },
}

const optional = (type) => ({ type: [type, 'null'] })
const reportSchema = {
  type: 'object',
  required: ['event', 'publishId', 'deviceId', 'timestampSecs'],
  properties: {
    event: { enum: ['delivery', 'open'] },
    publishId: text,
    deviceId: text,
    timestampSecs: { type: 'integer' },
    userId: optional('string'),
    appInBackground: optional('boolean'),
    hasDisplayableContent: optional('boolean'),
    hasData: optional('boolean'),
  },
}

module.exports = {
  interestSchema,
  registrationSchemas,
  metadataSchema,
  tokenSchema,
  setInterestsSchema,
  reportSchema,
}
