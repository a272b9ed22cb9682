'use strict'

/** What is documented of publish bodies, and no more: a key that is not known may be new. */

const fourWeeks = 2419200
const object = { type: 'object' }

const payloads = {
  webhookUrl: { type: 'string' },
  apns: {
    type: 'object',
    required: ['aps'],
    properties: {
      aps: object,
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
      time_to_live: { type: 'integer', minimum: 0, maximum: fourWeeks },
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
          deep_link: { type: 'string' },
          hide_notification_if_site_has_focus: { type: 'boolean' },
        },
      },
      data: { type: 'object', properties: { pusher: false } },
      time_to_live: { type: 'integer', minimum: 0, maximum: fourWeeks },
    },
  },
}

const interest = { type: 'string', minLength: 1, maxLength: 164, pattern: '^[A-Za-z0-9_\\-=@,.;]+$' }

const interestsSchema = {
  type: 'object',
  required: ['interests'],
  properties: {
    interests: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: interest,
    },
    ...payloads,
  },
}

const usersSchema = {
  type: 'object',
  required: ['users'],
  properties: {
    users: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      items: { type: 'string', minLength: 1, maxLength: 164 },
    },
    ...payloads,
  },
}

const text = { type: 'string', minLength: 1 }
const metadataSchema = { type: 'object', additionalProperties: { type: 'string' } }

/** A device as it is registered, for each platform. Web devices have their subscription, in base64, as a token. */
const registrationSchemas = {
  apns: registration({ bundleIdentifier: text }),
  fcm: registration({}),
  web: registration({}),
}

function registration(required) {
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
  properties: { interests: { type: 'array', items: interest } },
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
  interest,
  interestsSchema,
  usersSchema,
  registrationSchemas,
  metadataSchema,
  tokenSchema,
  setInterestsSchema,
  reportSchema,
}
