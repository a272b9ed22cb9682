'use strict'

const swagger = require('@fastify/swagger')
const { version } = require('../../package.json')
const { INSTANCE_ID_PATTERN, MAX_USER_ID_LENGTH } = require('../limits.js')
const { operations } = require('../operations.js')
const { interestSchema } = require('./device-schemas.js')

const error = {
  type: 'object',
  required: ['error', 'description'],
  properties: { error: { type: 'string' }, description: { type: 'string' } },
}
const response = (description, type, schema) => ({ description, content: { [type]: { schema } } })
const object = (properties, required = Object.keys(properties)) => ({ type: 'object', required, properties })
const text = { type: 'string' }

const failures = {
  400: 'The request is malformed or exceeds a limit',
  401: 'The key or token is wrong',
  403: 'The token has another issuer',
  404: 'There is no such instance or device',
  422: 'The body does not match the schema, or the user has the maximum of devices',
  429: 'More than 100 requests a second, where the emulator limits the rate',
  503: 'The emulator holds no more devices',
}

const done = { type: 'null', description: 'Done' }
const published = response('The publish is accepted', 'text/plain', text)
/** The responses that are not empty. */
const successes = {
  publishToInterests: published,
  publishToUsers: published,
  registerDevice: response(
    'The device',
    'application/json',
    object({ id: text, initialInterestSet: { type: 'array', items: text } }),
  ),
  getDevice: response(
    'The device',
    'application/json',
    object({ id: text, userId: text, metadata: { type: 'object' } }, ['id', 'metadata']),
  ),
  getInterests: response(
    'A page of interests, in order',
    'application/json',
    object({ interests: { type: 'array', items: text }, responseMetadata: object({ nextCursor: text }, []) }),
  ),
}

const parameters = {
  instanceId: { type: 'string', pattern: INSTANCE_ID_PATTERN },
  userId: { type: 'string', minLength: 1, maxLength: MAX_USER_ID_LENGTH },
  interest: interestSchema,
}
const page = { limit: { type: 'integer', minimum: 1, maximum: 100 }, cursor: parameters.interest }
const withSecretKey = new Set(['publishToInterests', 'publishToUsers', 'deleteUser'])

/** Describes the routes that are registered after it, in `app.swagger()`: what is served is what is described. */
async function describeApis(app) {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Pusher Beams, as beams-emulator serves it', version },
      components: {
        securitySchemes: {
          secretKey: { type: 'http', scheme: 'bearer' },
          userToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        },
      },
    },
    transform: describeRoute,
  })
}

function describeRoute({ schema, url, route }) {
  const operation = route.config?.operation
  if (!operation) return { schema: { hide: true }, url }
  const [summary, statuses] = operations[operation]
  const names = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name)
  const described = {
    ...schema,
    summary,
    operationId: `${operation}-${url.replaceAll(/\W+/g, '-')}`,
    tags: [url.split('/')[1]],
    params: object(Object.fromEntries(names.map((name) => [name, describeParameter(name, operation, url)]))),
    ...(operation === 'getInterests' && { querystring: object(page, []) }),
    security: listSecurity(operation),
    response: {
      200: successes[operation] ?? done,
      ...Object.fromEntries(statuses.map((status) => [status, response(failures[status], 'application/json', error)])),
    },
  }
  return { schema: described, url }
}

function describeParameter(name, operation, url) {
  if (name === 'deviceId') return { type: 'string', pattern: `^${url.split('/')[6]}-[0-9a-f-]{36}$` }
  // Removing an interest that no device can have succeeds, too.
  if (name === 'interest' && operation === 'removeInterest') return { type: 'string', minLength: 1 }
  return parameters[name]
}

function listSecurity(operation) {
  if (withSecretKey.has(operation)) return [{ secretKey: [] }]
  return operation === 'setDeviceUser' ? [{ userToken: [] }] : []
}

module.exports = { describeApis }
