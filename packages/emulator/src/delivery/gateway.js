'use strict'

const { listPlatforms } = require('../platforms.js')

const MAX_MISSES = 100

/**
 * Stands in for the gateways of Apple, Google and the browsers: it accepts every notification for every device, unless
 * `isRefused()` says otherwise. Each device gets a publish once; a device whose platform has no payload gets nothing. Returns
 * the deliveries, the first missed targets with their reasons and the number of all by reason, and whether there were devices
 * at all.
 */
function deliver(kind, body, devices, isRefused) {
  const platforms = new Set(listPlatforms(body))
  const outcomes = new Map()
  const misses = []
  const missCounts = {}
  let missCount = 0
  let unreachedCount = 0
  const addMiss = (miss) => {
    missCounts[miss.reason] = (missCounts[miss.reason] ?? 0) + 1
    if (++missCount <= MAX_MISSES) misses.push(miss)
  }
  for (const target of body[kind]) {
    const found = kind === 'users' ? devices.findByUser(target) : devices.findByInterest(target)
    if (found.length === 0) addMiss({ target, reason: explainAbsence(kind, target, devices) })
    const served = found.filter(({ platform }) => platforms.has(platform))
    for (const device of served) {
      if (!outcomes.has(device)) outcomes.set(device, isRefused() ? 'failed' : 'accepted')
    }
    const unserved = found.filter(({ platform }) => !platforms.has(platform))
    const refused = served.filter((device) => outcomes.get(device) === 'failed')
    if (unserved.length > 0) addMiss({ target, reason: 'no-payload', ...summarizeDevices(unserved) })
    if (refused.length > 0) addMiss({ target, reason: 'gateway-refused', ...summarizeDevices(refused) })
    if (served.length === refused.length) unreachedCount++
  }
  const deliveries = [...outcomes].map(([{ id, platform, userId }, outcome]) => ({
    deviceId: id,
    platform,
    userId,
    outcome,
  }))
  return { deliveries, misses, missCount, missCounts, unreachedCount, hadDevices: devices.size > 0 }
}

function explainAbsence(kind, target, devices) {
  if (kind === 'interests') return 'no-subscription'
  return devices.hasHadUser(target) ? 'no-device' : 'no-user'
}

function summarizeDevices(devices) {
  return { platforms: [...new Set(devices.map(({ platform }) => platform))], deviceCount: devices.length }
}

/** The deliveries of a publish as they are handed out, with what each device gets. */
function addPayloads({ publishId, instanceId, receivedAt, deliveries }, publish) {
  const payloads = buildPayloads(publish)
  return deliveries.map(({ deviceId, platform, userId, outcome, ...reported }) => ({
    publishId,
    instanceId,
    deviceId,
    platform,
    userId,
    at: receivedAt,
    outcome,
    payload: payloads[platform],
    ...reported,
  }))
}

/** What the devices of each platform get: what the sender wrote, and what the client SDKs look for. */
function buildPayloads(publish) {
  const { apns, fcm, web } = publish
  const tracking = (notification, data) => ({
    instanceId: publish.instanceId,
    publishId: publish.publishId,
    hasDisplayableContent: notification !== undefined,
    hasData: data !== undefined,
  })
  return {
    ...(apns && {
      apns: {
        ...apns,
        aps: { ...apns.aps, ...(apns.pusher?.disable_delivery_tracking ? {} : { 'content-available': 1 }) },
        data: { ...apns.data, pusher: tracking(apns.aps?.alert, apns.data) },
      },
    }),
    // Android accepts only strings as values of `data`.
    ...(fcm && {
      fcm: { ...fcm, data: { ...fcm.data, pusher: JSON.stringify(tracking(fcm.notification, fcm.data)) } },
    }),
    ...(web && { web: { ...web, data: { ...web.data, pusher: tracking(web.notification, web.data) } } }),
  }
}

/** The outcome for each user of a publish, as the payload of `v1.PublishToUsersAttempt`. */
function buildAttemptEvent({ instanceId, publishId, deliveries }, users) {
  const outcomes = new Map()
  for (const { userId, outcome } of deliveries) {
    if (outcomes.get(userId) !== 'accepted') outcomes.set(userId, outcome)
  }
  const usersWith = (outcome) => users.filter((user) => outcomes.get(user) === outcome)
  return {
    instance_id: instanceId,
    publish_id: publishId,
    users_delivered_to_gateway: usersWith('accepted'),
    users_no_devices: usersWith(undefined),
    users_gateway_failed: usersWith('failed'),
  }
}

/** The number of accepted and failed deliveries for each platform, as the deprecated webhook has them. */
function buildResults({ platforms, deliveries }) {
  const count = (platform, outcome) =>
    deliveries.filter((delivery) => delivery.platform === platform && delivery.outcome === outcome).length
  return Object.fromEntries(
    platforms.map((platform) => [
      platform,
      { numSuccessfulPublishes: count(platform, 'accepted'), numFailedPublishes: count(platform, 'failed') },
    ]),
  )
}

module.exports = { deliver, addPayloads, buildAttemptEvent, buildResults }
