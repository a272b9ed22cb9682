'use strict'

const PLATFORM_NAMES = { apns: 'iOS', fcm: 'Android', web: 'web' }

/**
 * A sentence that says why a target of a publish to `kind` received nothing, or not on all of its devices. `similar` is an
 * existing name that may have been meant.
 */
function formatMiss(kind, { target, reason, platforms, deviceCount }, similar) {
  const name = quote(target)
  const suggestion = similar === undefined ? '' : `; there is ${quote(similar)}`
  switch (reason) {
    case 'no-user':
      return `there is no user ${name}: no device is bound to it${suggestion}`
    case 'no-device':
      return `the user ${name} has no device any more${suggestion}`
    case 'no-subscription':
      return `nobody is subscribed to ${name}${suggestion}`
    case 'no-payload':
      return `${countDevices(platforms, deviceCount)} of ${describeTarget(kind, name)} got nothing: the publish has no payload for ${platforms.map((platform) => `\`${platform}\``).join(' and ')}`
    default:
      return `the gateway refused ${countDevices(platforms, deviceCount)} of ${describeTarget(kind, name)}`
  }
}

/** `2 devices; nobody is subscribed to `newz` (and 3 more reasons)` */
function formatReached({ kind, deliveries, misses: [first], missCount }) {
  const accepted = deliveries.filter(({ outcome }) => outcome === 'accepted').length
  const reached = `${accepted} ${accepted === 1 ? 'device' : 'devices'}`
  if (!first) return reached
  return `${reached}; ${formatMiss(kind, first)}${missCount > 1 ? ` (and ${missCount - 1} more)` : ''}`
}

function describeTarget(kind, name) {
  return kind === 'users' ? `the user ${name}` : `the subscribers to ${name}`
}

function countDevices(platforms, count) {
  const names = platforms.map((platform) => PLATFORM_NAMES[platform]).join(' and ')
  return `${count} ${names} ${count === 1 ? 'device' : 'devices'}`
}

/** A name as it is, apart from characters that would break a line. */
function quote(name) {
  return `\`${JSON.stringify(name).slice(1, -1)}\``
}

module.exports = { formatMiss, formatReached }
