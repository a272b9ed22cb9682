'use strict'

const { createECDH } = require('node:crypto')
const { ServiceError, badRequest } = require('./errors.js')
const { INTEREST_PATTERN, MAX_INTEREST_LENGTH, MAX_INTERESTS_OF_DEVICE, MAX_DEVICES_OF_USER } = require('../limits.js')
const { PLATFORMS } = require('../platforms.js')
const { registrationSchemas, tokenSchema, metadataSchema, setInterestsSchema } = require('./device-schemas.js')
const { verifyUserToken } = require('./user-token.js')

const PAGE_SIZE = 100
// Only lists of interests are longer.
const MAX_BODY = 64 * 1024
const PLATFORM_NAMES = { apns: 'APNs', fcm: 'FCM', web: 'Web' }
const TOKEN_PATTERNS = { apns: /^[0-9a-f]+$/i, fcm: /^[\w:-]+$/, web: /^[A-Za-z0-9+/]+=*$/ }
const interestPattern = new RegExp(INTEREST_PATTERN)
const isInterest = (name) => interestPattern.test(name) && name.length <= MAX_INTEREST_LENGTH

/** https://pusher.com/docs/beams/reference/device-api */
function deviceApi(service, { deviceStore, secretKey }) {
  const api = '/v1/instances/:instanceId'

  // A browser needs one to subscribe. Nothing is ever sent through its gateway, so the private half is not kept.
  const vapidPublicKey = createECDH('prime256v1').generateKeys('base64url')
  service.get(`${api}/web-vapid-public-key`, async () => ({ vapidPublicKey }))

  for (const platform of PLATFORMS) {
    const devices = `${api}/devices/${platform}`
    const device = `${devices}/:deviceId`
    const route = (operation, schema = {}) => ({
      config: { operation },
      bodyLimit: operation === 'setInterests' ? undefined : MAX_BODY,
      schema,
      schemaErrorFormatter: createErrorFormatter(platform),
    })
    const checkId = (id) => {
      if (!new RegExp(`^${platform}-[0-9a-f-]{36}$`).test(id)) throw badRequest('`device-id` given is not valid.')
    }
    const find = ({ instanceId, deviceId }) => {
      checkId(deviceId)
      const found = deviceStore.existing(instanceId).get(deviceId)
      if (!found) throw new ServiceError(404, 'Device not found', 'Could not find the device.')
      return found
    }
    const checkRoom = () => {
      if (deviceStore.isFull) throw new ServiceError(503, 'Service Unavailable', 'The emulator holds no more devices')
    }
    const update = (change) => async (request, reply) => {
      const found = find(request.params)
      change(found, request, deviceStore.existing(request.params.instanceId))
      return reply.send()
    }
    const grow = (change) =>
      update((...parameters) => {
        checkRoom()
        change(...parameters)
      })

    service.post(
      devices,
      route('registerDevice', { body: registrationSchemas[platform] }),
      async ({ params, body }) => {
        if (!TOKEN_PATTERNS[platform].test(body.token)) {
          throw new ServiceError(401, 'Unauthorized', `Incorrect ${PLATFORM_NAMES[platform]} token supplied.`)
        }
        checkRoom()
        const { id } = deviceStore.instance(params.instanceId).register(platform, body)
        return { id, initialInterestSet: [] }
      },
    )

    service.get(device, route('getDevice'), async ({ params }) => {
      const { id, userId, metadata } = find(params)
      return { id, userId, metadata: JSON.parse(metadata) }
    })

    service.delete(device, route('deleteDevice'), async ({ params }, reply) => {
      checkId(params.deviceId)
      deviceStore.existing(params.instanceId).delete(params.deviceId)
      return reply.send()
    })

    service.put(
      `${device}/metadata`,
      route('setDeviceMetadata', { body: metadataSchema }),
      grow((found, { body }, devicesOfInstance) => devicesOfInstance.setMetadata(found, body)),
    )

    service.put(
      `${device}/token`,
      route('setDeviceToken', { body: tokenSchema }),
      grow((found, { body }, devicesOfInstance) => devicesOfInstance.setToken(found, body.token)),
    )

    service.put(
      `${device}/user`,
      route('setDeviceUser'),
      update((found, { headers, params }, devicesOfInstance) => {
        const userId = verifyUserToken(headers.authorization, { instanceId: params.instanceId, secretKey })
        if (found.userId === userId) return
        if (found.userId !== undefined) throw badRequest('A User Id is already associated with this device.')
        if (!devicesOfInstance.setUser(found, userId)) {
          throw new ServiceError(
            422,
            'Unprocessable Entity',
            `User already has reached the maximum of ${MAX_DEVICES_OF_USER} devices.`,
          )
        }
      }),
    )

    service.get(`${device}/interests`, route('getInterests'), async ({ params, query }) =>
      paginate([...find(params).interests].sort(), query),
    )

    service.put(
      `${device}/interests`,
      route('setInterests', { body: setInterestsSchema }),
      grow((found, { body }, devicesOfInstance) => {
        if (new Set(body.interests).size > MAX_INTERESTS_OF_DEVICE) throw tooManyInterests()
        devicesOfInstance.setInterests(found, body.interests)
      }),
    )

    service.post(
      `${device}/interests/:interest`,
      route('addInterest'),
      grow((found, { params }, devicesOfInstance) => {
        if (!isInterest(params.interest)) throw invalidInterest()
        if (found.interests.size >= MAX_INTERESTS_OF_DEVICE && !found.interests.has(params.interest))
          throw tooManyInterests()
        devicesOfInstance.addInterest(found, params.interest)
      }),
    )

    service.delete(
      `${device}/interests/:interest`,
      route('removeInterest'),
      update((found, { params }, devicesOfInstance) => devicesOfInstance.removeInterest(found, params.interest)),
    )
  }
}

/** Formats an error of a body's schema as this API does, which has no 422 for it. */
function createErrorFormatter(platform) {
  return ([{ keyword, params, instancePath }]) => {
    const member = keyword === 'required' ? params.missingProperty : instancePath.split('/')[1]
    if (member === 'token') return badRequest(`Missing ${PLATFORM_NAMES[platform]} token.`)
    if (member === 'bundleIdentifier') return badRequest('Missing App Bundle Identifier.')
    if (member === 'interests' && instancePath.includes('/', 1)) return invalidInterest()
    return badRequest('Failed to read body as a JSON object.')
  }
}

function invalidInterest() {
  return new ServiceError(400, 'Invalid interest name', '`interest-name` given is not valid.')
}

function tooManyInterests() {
  const description = `Too many interests are being set for this device. Only ${MAX_INTERESTS_OF_DEVICE} interests per device are allowed.`
  return new ServiceError(400, 'Interest set too large', description)
}

/** A page of interests; the cursor is the last one of the previous page. */
function paginate(interests, { limit = String(PAGE_SIZE), cursor }) {
  const size = Number(limit)
  if (!Number.isInteger(size) || size < 1 || size > PAGE_SIZE) throw badRequest('`limit` given is not valid.')
  if (cursor !== undefined && !isInterest(cursor)) throw badRequest('`cursor` given is not valid.')
  const rest = cursor === undefined ? interests : interests.filter((name) => name > cursor)
  return {
    interests: rest.slice(0, size),
    responseMetadata: { nextCursor: rest.length > size ? rest[size - 1] : undefined },
  }
}

module.exports = { deviceApi }
