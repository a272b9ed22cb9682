'use strict'

const { createECDH } = require('node:crypto')
const { ServiceError, badRequest } = require('./errors.js')
const { registrationSchemas, tokenSchema, metadataSchema, setInterestsSchema, interest } = require('./schemas.js')
const { userOf } = require('./user-token.js')

const PAGE = 100
const MOST_INTERESTS = 5000
const gatewayTokens = { apns: /^[0-9a-f]+$/i, fcm: /^[\w:-]+$/, web: /^[A-Za-z0-9+/]+=*$/ }
const isInterest = (name) => new RegExp(interest.pattern).test(name) && name.length <= interest.maxLength

/** https://pusher.com/docs/beams/reference/device-api */
function deviceApi(service, { instances, secretKey }) {
  const api = '/device_api/v1/instances/:instanceId'

  // A browser wants one to subscribe with. Nothing is ever sent to its gateway, so the private half is not kept.
  const vapidPublicKey = createECDH('prime256v1').generateKeys('base64url')
  service.get(`${api}/web-vapid-public-key`, async () => ({ vapidPublicKey }))

  for (const platform of ['apns', 'fcm', 'web']) {
    const devices = `${api}/devices/${platform}`
    const device = `${devices}/:deviceId`
    const route = (operation, schema = {}) => ({
      config: { operation },
      schema,
      schemaErrorFormatter: explain(platform),
    })
    const checkId = (id) => {
      if (!new RegExp(`^${platform}-[0-9a-f-]{36}$`).test(id)) throw badRequest('`device-id` given is not valid.')
    }
    const find = ({ instanceId, deviceId }) => {
      checkId(deviceId)
      const found = instances.existing(instanceId).get(deviceId)
      if (!found) throw new ServiceError(404, 'Device not found', 'Could not find the device.')
      return found
    }
    const update = (change) => async (request, reply) => {
      const found = find(request.params)
      change(found, request, instances.existing(request.params.instanceId))
      return reply.send()
    }

    service.post(
      devices,
      route('registerDevice', { body: registrationSchemas[platform] }),
      async ({ params, body }) => {
        if (!gatewayTokens[platform].test(body.token)) {
          throw new ServiceError(401, 'Unauthorized', `Incorrect ${names[platform]} token supplied.`)
        }
        if (instances.isFull) throw new ServiceError(503, 'Service Unavailable', 'The emulator holds no more devices')
        const { id } = instances.devices(params.instanceId).register(platform, body)
        return { id, initialInterestSet: [] }
      },
    )

    service.get(device, route('getDevice'), async ({ params }) => {
      const { id, userId, metadata } = find(params)
      return { id, userId, metadata }
    })

    service.delete(device, route('deleteDevice'), async ({ params }, reply) => {
      checkId(params.deviceId)
      instances.existing(params.instanceId).delete(params.deviceId)
      return reply.send()
    })

    service.put(
      `${device}/metadata`,
      route('setDeviceMetadata', { body: metadataSchema }),
      update((found, { body }) => (found.metadata = body)),
    )

    service.put(
      `${device}/token`,
      route('setDeviceToken', { body: tokenSchema }),
      update((found, { body }, all) => all.setToken(found, body.token)),
    )

    service.put(
      `${device}/user`,
      route('setDeviceUser'),
      update((found, { headers, params }, all) => {
        const userId = userOf(headers.authorization, { instanceId: params.instanceId, secretKey })
        if (found.userId === userId) return
        if (found.userId !== undefined) throw badRequest('A User Id is already associated with this device.')
        if (!all.setUser(found, userId)) {
          throw new ServiceError(422, 'Unprocessable Entity', 'User already has reached the maximum of 100 devices.')
        }
      }),
    )

    service.get(`${device}/interests`, route('getInterests'), async ({ params, query }) =>
      page([...find(params).interests].sort(), query),
    )

    service.put(
      `${device}/interests`,
      route('setInterests', { body: setInterestsSchema }),
      update((found, { body }, all) => {
        if (new Set(body.interests).size > MOST_INTERESTS) throw tooManyInterests()
        all.setInterests(found, body.interests)
      }),
    )

    service.post(
      `${device}/interests/:interest`,
      route('addInterest'),
      update((found, { params }, all) => {
        if (!isInterest(params.interest)) throw invalidInterest()
        if (found.interests.size >= MOST_INTERESTS && !found.interests.has(params.interest)) throw tooManyInterests()
        all.addInterest(found, params.interest)
      }),
    )

    service.delete(
      `${device}/interests/:interest`,
      route('removeInterest'),
      update((found, { params }, all) => all.removeInterest(found, params.interest)),
    )
  }
}

const names = { apns: 'APNs', fcm: 'FCM', web: 'Web' }

/** Turns what is wrong with a body into the words of this API, which knows no 422 for it. */
function explain(platform) {
  return ([{ keyword, params, instancePath }]) => {
    const member = keyword === 'required' ? params.missingProperty : instancePath.split('/')[1]
    if (member === 'token') return badRequest(`Missing ${names[platform]} token.`)
    if (member === 'bundleIdentifier') return badRequest('Missing App Bundle Identifier.')
    if (member === 'interests' && instancePath.includes('/', 1)) return invalidInterest()
    return badRequest('Failed to read body as a JSON object.')
  }
}

function invalidInterest() {
  return new ServiceError(400, 'Invalid interest name', '`interest-name` given is not valid.')
}

function tooManyInterests() {
  const description = `Too many interests are being set for this device. Only ${MOST_INTERESTS} interests per device are allowed.`
  return new ServiceError(400, 'Interest set too large', description)
}

/** A page of interests; the cursor is the last one of the page before. */
function page(interests, { limit = String(PAGE), cursor }) {
  const size = Number(limit)
  if (!Number.isInteger(size) || size < 1 || size > PAGE) throw badRequest('`limit` given is not valid.')
  if (cursor !== undefined && !isInterest(cursor)) throw badRequest('`cursor` given is not valid.')
  const rest = cursor === undefined ? interests : interests.filter((name) => name > cursor)
  return {
    interests: rest.slice(0, size),
    responseMetadata: { nextCursor: rest.length > size ? rest[size - 1] : undefined },
  }
}

module.exports = { deviceApi }
