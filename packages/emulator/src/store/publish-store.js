'use strict'

const { EventEmitter } = require('node:events')
const { randomUUID } = require('node:crypto')
const { addPayloads } = require('../delivery/gateway.js')
const { summarize, formatTargets } = require('./summary.js')

const MIB = 1024 * 1024
// What V8 holds for an entry and for a delivery besides their texts, rounded up.
const ENTRY_BYTES = 1536
const DELIVERY_BYTES = 512

/**
 * The publishes and deletions that came in, oldest first. A publish is kept as the bytes that were sent and parsed on demand:
 * parsed, a body of `{}`s takes twenty times as much memory. The oldest publishes make room, with their deliveries.
 *
 * Emits `publish` and `change` (a delivery was acknowledged or opened) with the entry, `deletion`, `remove` and `reset`.
 */
class PublishStore extends EventEmitter {
  #entries = new Map()
  #count = 0
  #bytes = 0
  #deliveryCount = 0
  #deletions = []
  #limits
  #log

  constructor({ log = () => {}, maxPublishes = 10_000, maxBytes = 128 * MIB, maxDeliveries = 100_000 } = {}) {
    super()
    this.setMaxListeners(0)
    this.#log = log
    this.#limits = { publishes: maxPublishes, bytes: maxBytes, deliveries: maxDeliveries }
  }

  /**
   * Adds a publish to `kind` ('interests' or 'users'). `source` is the text of its `body`; `deliver` returns its deliveries and
   * the targets that were not reached.
   */
  add({ instanceId, kind, source, body }, deliver) {
    const { deliveries, unreached, unreachedCount } = deliver()
    const entry = {
      number: ++this.#count,
      publishId: `pubid-${randomUUID()}`,
      instanceId,
      receivedAt: new Date().toISOString(),
      kind,
      ...summarize(kind, body),
      source: Buffer.from(source),
      deliveries,
      unreached,
      unreachedCount,
    }
    entry.bytes = countBytes(entry)
    this.#entries.set(entry.publishId, entry)
    this.#bytes += entry.bytes
    this.#deliveryCount += deliveries.length
    this.#evict()
    const platforms = entry.platforms.join(', ') || 'no platform'
    this.#log(`publish to ${kind} ${formatTargets(entry)} for ${platforms}: ${entry.publishId}`)
    this.emit('publish', entry)
    return entry
  }

  deleteUser(instanceId, userId) {
    const deletion = { instanceId, userId, receivedAt: new Date().toISOString() }
    this.#deletions.push(deletion)
    if (this.#deletions.length > this.#limits.publishes) this.#deletions.shift()
    this.#log(`delete user ${JSON.stringify(userId)}`)
    this.emit('deletion', deletion)
  }

  /**
   * Records that a device reported a publish, and returns the delivery. A delivery that the gateway refused never reached its
   * device, so it stays as it is.
   */
  report({ event, publishId, deviceId }) {
    const entry = this.entry(publishId)
    const delivery = entry?.deliveries.find((one) => one.deviceId === deviceId)
    if (delivery?.outcome !== 'accepted') return delivery
    delivery[event === 'open' ? 'openedAt' : 'acknowledgedAt'] ??= new Date().toISOString()
    this.#log(`${event} reported by ${deviceId}: ${publishId}`)
    this.emit('change', entry)
    return delivery
  }

  /** The publishes, oldest first, parsed one by one as they are taken. */
  *publishes() {
    for (const entry of this.#entries.values()) yield readPublish(entry)
  }

  deletions() {
    return structuredClone(this.#deletions)
  }

  /** The deliveries, oldest publish first, with the payload that each device gets. */
  *deliveries() {
    for (const entry of this.#entries.values()) {
      if (entry.deliveries.length > 0) yield* addPayloads(entry, readPublish(entry))
    }
  }

  /** How many publishes there have ever been, which is the `number` of the latest. */
  get count() {
    return this.#count
  }

  /** How many publishes are kept. */
  get size() {
    return this.#entries.size
  }

  entry(publishId) {
    return this.#entries.get(publishId)
  }

  entries() {
    return this.#entries.values()
  }

  /** Removes the publishes for which `test` is true. */
  removeWhere(test) {
    for (const entry of this.#entries.values()) if (test(entry)) this.#remove(entry)
    this.emit('remove')
  }

  reset() {
    this.#entries.clear()
    this.#deletions.length = 0
    this.#bytes = 0
    this.#deliveryCount = 0
    this.emit('reset')
  }

  #evict() {
    const { publishes, bytes, deliveries } = this.#limits
    for (const oldest of this.#entries.values()) {
      const fits = this.#entries.size <= publishes && this.#bytes <= bytes && this.#deliveryCount <= deliveries
      if (fits || this.#entries.size === 1) return
      this.#remove(oldest)
    }
  }

  #remove(entry) {
    this.#entries.delete(entry.publishId)
    this.#bytes -= entry.bytes
    this.#deliveryCount -= entry.deliveries.length
  }
}

function countBytes({ source, title, text, targets, unreached, deliveries }) {
  const texts = [title, text, ...targets, ...unreached.map(({ target }) => target)]
  const characters = texts.reduce((sum, { length }) => sum + length, 0)
  return source.length + ENTRY_BYTES + 2 * characters + DELIVERY_BYTES * deliveries.length
}

/** A publish as it is handed out: the sender's members, which cannot pass for ours. */
function readPublish({ publishId, instanceId, receivedAt, source }) {
  const own = { publishId, instanceId, receivedAt }
  // Spread, unlike `Object.assign`, keeps a member `__proto__` a member.
  return { ...own, ...JSON.parse(source), ...own }
}

module.exports = { PublishStore, readPublish }
