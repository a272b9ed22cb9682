'use strict'

const swagger = require('@fastify/swagger')
const { version } = require('../package.json')

const error = {
  type: 'object',
  required: ['error', 'description'],
  properties: { error: { type: 'string' }, description: { type: 'string' } },
}
const answer = (description, type, schema) => ({ description, content: { [type]: { schema } } })
const object = (properties, required = Object.keys(properties)) => ({ type: 'object', required, properties })
const text = { type: 'string' }

const failures = {
  400: 'The request is not well-formed, or beyond a limit',
  401: 'The key or token is not right',
  403: 'The token is of another issuer',
  404: 'There is no such instance or device',
  422: 'The body is not as the schema says, or the user has as many devices as one may have',
  429: 'More than 100 requests a second, where the emulator is strict',
  503: 'The emulator holds as many devices as it can',
}

const published = answer('The publish is taken', 'text/plain', text)
const done = { type: 'null', description: 'Done' }
const operations = {
  publishToInterests: ['Publish to all devices with any of up to 100 interests', published, [400, 401, 404, 422, 429]],
  publishToUsers: ['Publish to all devices of up to 1 000 users', published, [400, 401, 404, 422, 429]],
  deleteUser: ['Delete a user with all devices', done, [400, 401, 404, 429]],
  registerDevice: [
    'Register a device',
    answer('The device', 'application/json', object({ id: text, initialInterestSet: { type: 'array', items: text } })),
    [400, 401, 404, 503],
  ],
  getDevice: [
    'Get a device',
    answer(
      'The device',
      'application/json',
      object({ id: text, userId: text, metadata: { type: 'object' } }, ['id', 'metadata']),
    ),
    [400, 404],
  ],
  deleteDevice: ['Delete a device, if there is one', done, [400, 404]],
  setDeviceMetadata: ["Replace a device's metadata", done, [400, 404]],
  setDeviceToken: ["Replace a device's gateway token", done, [400, 404]],
  setDeviceUser: ['Bind a device to the user of a Beams token', done, [400, 401, 403, 404, 422]],
  getInterests: [
    "List a device's interests",
    answer(
      'A page of interests, in order',
      'application/json',
      object({ interests: { type: 'array', items: text }, responseMetadata: object({ nextCursor: text }, []) }),
    ),
    [400, 404],
  ],
  setInterests: ["Replace a device's interests", done, [400, 404]],
  addInterest: ['Add an interest', done, [400, 404]],
  removeInterest: ['Remove an interest', done, [400, 404]],
  reportEvent: ['Report that a notification was delivered or opened', done, [400, 404]],
}

const parameters = {
  instanceId: { type: 'string', pattern: '^[A-Za-z0-9-]{1,63}$' },
  userId: { type: 'string', minLength: 1, maxLength: 164 },
  interest: { type: 'string', minLength: 1, maxLength: 164, pattern: '^[A-Za-z0-9_\\-=@,.;]+$' },
}
const page = { limit: { type: 'integer', minimum: 1, maximum: 100 }, cursor: parameters.interest }
const withSecretKey = new Set(['publishToInterests', 'publishToUsers', 'deleteUser'])

/** Describes the routes that are registered after it, at `/emulator/openapi.json`: what is served is what is described. */
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
  app.get('/emulator/openapi.json', async () => app.swagger())
}

function describeRoute({ schema, url, route }) {
  const operation = route.config?.operation
  if (!operation) return { schema: { hide: true }, url }
  const [summary, success, statuses] = operations[operation]
  const names = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name)
  const described = {
    ...schema,
    summary,
    operationId: `${operation}-${url.replaceAll(/\W+/g, '-')}`,
    tags: [url.split('/')[1]],
    params: object(Object.fromEntries(names.map((name) => [name, parameterOf(name, operation, url)]))),
    ...(operation === 'getInterests' && { querystring: object(page, []) }),
    security: securityOf(operation),
    response: {
      200: success,
      ...Object.fromEntries(statuses.map((status) => [status, answer(failures[status], 'application/json', error)])),
    },
  }
  return { schema: described, url }
}

function parameterOf(name, operation, url) {
  if (name === 'deviceId') return { type: 'string', pattern: `^${url.split('/')[6]}-[0-9a-f-]{36}$` }
  // One that no device can have is removed, too.
  if (name === 'interest' && operation === 'removeInterest') return { type: 'string', minLength: 1 }
  return parameters[name]
}

function securityOf(operation) {
  if (withSecretKey.has(operation)) return [{ secretKey: [] }]
  return operation === 'setDeviceUser' ? [{ userToken: [] }] : []
}

module.exports = { describeApis }
