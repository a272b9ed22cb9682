'use strict'

const { platformsOf } = require('./book.js')

/** The devices that a publish is for, each of them once. */
function resolve({ interests, users }, devices) {
  if (interests) return devices.withInterests(interests)
  return [...new Set(users)].flatMap((user) => devices.ofUser(user))
}

/** What each platform gets of a publish: what its sender wrote, and what the client SDKs look for. */
function payloadsOf(publish) {
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
        data: { ...apns.data, pusher: tracking(apns.aps.alert, apns.data) },
      },
    }),
    // Values of `data` are text on Android.
    ...(fcm && {
      fcm: { ...fcm, data: { ...fcm.data, pusher: JSON.stringify(tracking(fcm.notification, fcm.data)) } },
    }),
    ...(web && { web: { ...web, data: { ...web.data, pusher: tracking(web.notification, web.data) } } }),
  }
}

/**
 * Stands in for Apple's, Google's and the browsers' gateways: it takes every notification for every device, except where
 * `isRefused()` says that it does not. A device whose platform the publish has no payload for gets nothing.
 */
function deliver(publish, devices, isRefused) {
  const payloads = payloadsOf(publish)
  return resolve(publish, devices)
    .filter(({ platform }) => payloads[platform])
    .map(({ id, platform, userId }) => ({
      publishId: publish.publishId,
      instanceId: publish.instanceId,
      deviceId: id,
      platform,
      userId,
      at: publish.receivedAt,
      outcome: isRefused() ? 'failed' : 'accepted',
      payload: payloads[platform],
    }))
}

/** What became of each user of a publish, in the words of the webhook. */
function attemptOf({ instanceId, publishId, users }, deliveries) {
  const outcomes = new Map()
  for (const { userId, outcome } of deliveries) {
    if (outcomes.get(userId) !== 'accepted') outcomes.set(userId, outcome)
  }
  const usersThat = (outcome) => [...new Set(users)].filter((user) => outcomes.get(user) === outcome)
  return {
    instance_id: instanceId,
    publish_id: publishId,
    users_delivered_to_gateway: usersThat('accepted'),
    users_no_devices: usersThat(undefined),
    users_gateway_failed: usersThat('failed'),
  }
}

/** How many devices of each platform got a publish, in the words of the deprecated webhook. */
function resultsOf(publish, deliveries) {
  const count = (platform, outcome) =>
    deliveries.filter((delivery) => delivery.platform === platform && delivery.outcome === outcome).length
  return Object.fromEntries(
    platformsOf(publish).map((platform) => [
      platform,
      { numSuccessfulPublishes: count(platform, 'accepted'), numFailedPublishes: count(platform, 'failed') },
    ]),
  )
}

module.exports = { deliver, attemptOf, resultsOf }
