'use strict'

const { EventEmitter } = require('node:events')
const { randomUUID } = require('node:crypto')

const MIB = 1024 * 1024

/**
 * What the service was told and what came of it, in the order in which it came. It is bounded: the oldest publishes make room,
 * with their deliveries. Emits `publish`, `deletion`, `change` (a delivery was acknowledged or opened) and `reset`.
 */
class Book extends EventEmitter {
  #publishes = new Map()
  #count = 0
  #bytes = 0
  #deliveries = 0
  #deletions = []
  #limits
  #log

  constructor({ log = () => {}, maxPublishes = 10_000, maxBytes = 128 * MIB, maxDeliveries = 100_000 } = {}) {
    super()
    this.setMaxListeners(0)
    this.#log = log
    this.#limits = { publishes: maxPublishes, bytes: maxBytes, deliveries: maxDeliveries }
  }

  /** Notes a publish of that many bytes, with the deliveries that `deliver` makes of it. */
  publish(instanceId, body, bytes, deliver = () => []) {
    const fixed = { publishId: `pubid-${randomUUID()}`, instanceId, receivedAt: new Date().toISOString() }
    const publish = Object.assign({ ...fixed }, body, fixed)
    const deliveries = deliver(publish)
    const entry = { number: ++this.#count, publish, deliveries, bytes }
    this.#publishes.set(publish.publishId, entry)
    this.#bytes += bytes
    this.#deliveries += deliveries.length
    this.#makeRoom()
    const [kind, targets] = targetsOf(publish)
    this.#log(
      `publish to ${kind} ${shorten(targets)} for ${platformsOf(body).join(', ') || 'no platform'}: ${publish.publishId}`,
    )
    this.emit('publish', publish, entry)
    return entry
  }

  deleteUser(instanceId, userId) {
    const deletion = { instanceId, userId, receivedAt: new Date().toISOString() }
    this.#deletions.push(deletion)
    if (this.#deletions.length > this.#limits.publishes) this.#deletions.shift()
    this.#log(`delete user ${JSON.stringify(userId)}`)
    this.emit('deletion', deletion)
  }

  /** Notes what a device reports of a publish, and returns the delivery it is about, if there is one. */
  report({ event, publishId, deviceId }) {
    const delivery = this.entry(publishId)?.deliveries.find((one) => one.deviceId === deviceId)
    if (!delivery) return undefined
    delivery[event === 'open' ? 'openedAt' : 'acknowledgedAt'] ??= new Date().toISOString()
    this.#log(`${event} reported by ${deviceId}: ${publishId}`)
    this.emit('change', publishId)
    return delivery
  }

  publishes() {
    return structuredClone([...this.#publishes.values()].map(({ publish }) => publish))
  }

  deletions() {
    return structuredClone(this.#deletions)
  }

  deliveries() {
    return structuredClone([...this.#publishes.values()].flatMap(({ deliveries }) => deliveries))
  }

  /** How many publishes there have ever been, which is the `number` of the latest. */
  get count() {
    return this.#count
  }

  /** One publish with its number and deliveries. */
  entry(publishId) {
    return this.#publishes.get(publishId)
  }

  /** All publishes with their numbers and deliveries, oldest first. */
  entries() {
    return this.#publishes.values()
  }

  reset() {
    this.#publishes.clear()
    this.#deletions.length = 0
    this.#bytes = 0
    this.#deliveries = 0
    this.emit('reset')
  }

  #makeRoom() {
    const { publishes, bytes, deliveries } = this.#limits
    for (const [publishId, oldest] of this.#publishes) {
      const fits = this.#publishes.size <= publishes && this.#bytes <= bytes && this.#deliveries <= deliveries
      if (fits || this.#publishes.size === 1) return
      this.#publishes.delete(publishId)
      this.#bytes -= oldest.bytes
      this.#deliveries -= oldest.deliveries.length
    }
  }
}

/** `['users', [...]]` */
function targetsOf({ interests, users }) {
  return interests ? ['interests', interests] : ['users', users]
}

function platformsOf(body) {
  return ['apns', 'fcm', 'web'].filter((platform) => platform in body)
}

function shorten(targets) {
  const shown = targets
    .slice(0, 3)
    .map((target) => JSON.stringify(target))
    .join(', ')
  return targets.length > 3 ? `${shown} and ${targets.length - 3} more` : shown
}

module.exports = { Book, targetsOf, platformsOf, shorten }
