'use strict'

const { MAX_INTERESTS, MAX_USERS, MAX_USER_ID_LENGTH, MAX_TIME_TO_LIVE } = require('../limits.js')
const { PLATFORMS } = require('../platforms.js')
const { interestSchema } = require('./device-schemas.js')

const object = { type: 'object' }
const timeToLive = { type: 'integer', minimum: 0, maximum: MAX_TIME_TO_LIVE }

const targets = {
  interests: { type: 'array', minItems: 1, maxItems: MAX_INTERESTS, items: interestSchema },
  users: {
    type: 'array',
    minItems: 1,
    maxItems: MAX_USERS,
    items: { type: 'string', minLength: 1, maxLength: MAX_USER_ID_LENGTH },
  },
}

/** What is not documented, but reported by users of the service; `strict: false` switches it off. */
const reported = {
  platforms: { anyOf: PLATFORMS.map((platform) => ({ required: [platform] })) },
  targets: { uniqueItems: true },
  aps: { properties: { 'content-available': { enum: [1] }, sound: { type: 'string' } } },
  deepLink: { format: 'uri' },
}

/**
 * The documented members of a publish to `kind`, and no more: an unknown member may be new. The members of the other kind are
 * not looked at, as the operation decides whom a publish is for.
 */
function buildPublishSchema(kind, { isStrict }) {
  const onlyStrict = (schema) => (isStrict ? schema : {})
  const schema = {
    type: 'object',
    required: [kind],
    properties: {
      [kind]: { ...targets[kind], ...onlyStrict(reported.targets) },
      webhookUrl: { type: 'string' },
      apns: {
        type: 'object',
        required: ['aps'],
        properties: {
          aps: { ...object, ...onlyStrict(reported.aps) },
          data: object,
          collapse_id: { type: 'string' },
          expiration: { type: 'integer' },
          priority: { enum: [1, 5, 10] },
        },
      },
      fcm: {
        type: 'object',
        properties: {
          notification: object,
          data: object,
          collapse_key: { type: 'string' },
          time_to_live: timeToLive,
          priority: { enum: ['normal', 'high'] },
        },
      },
      web: {
        type: 'object',
        properties: {
          notification: {
            type: 'object',
            properties: {
              title: { type: 'string' },
              body: { type: 'string' },
              icon: { type: 'string' },
              deep_link: { type: 'string', ...onlyStrict(reported.deepLink) },
              hide_notification_if_site_has_focus: { type: 'boolean' },
            },
          },
          data: { type: 'object', properties: { pusher: false } },
          time_to_live: timeToLive,
        },
      },
    },
  }
  // A list, so that missing targets are reported first.
  return isStrict ? { type: 'object', allOf: [schema, reported.platforms] } : schema
}

module.exports = { buildPublishSchema }
