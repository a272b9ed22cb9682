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

const interestsSchema = {
  type: 'object',
  required: ['interests'],
  properties: {
    interests: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: { type: 'string', minLength: 1, maxLength: 164, pattern: '^[A-Za-z0-9_\\-=@,.;]+$' },
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

module.exports = { interestsSchema, usersSchema }
