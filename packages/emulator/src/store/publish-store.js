'use strict'

const { EventEmitter } = require('node:events')
const { randomUUID } = require('node:crypto')
const { addPayloads } = require('../delivery/gateway.js')
const { formatReached } = require('../delivery/misses.js')
const { summarize, formatTargets } = require('./summary.js')

const MIB = 1024 * 1024
// What V8 holds for an entry and for a delivery besides their texts, rounded up.
const ENTRY_BYTES = 1536
const DELIVERY_BYTES = 512
const MISS_BYTES = 256

/**
 * The publishes that came in, oldest first. A publish is kept as the bytes that were sent and parsed on demand:
 * parsed, a body of `{}`s takes twenty times as much memory. The oldest publishes make room, with their deliveries.
 *
 * Emits `publish` and `change` (a delivery was acknowledged or opened) with the entry, `evict` with the entry that made room and
 * the number of the newer one, and `reset`.
 */
class PublishStore extends EventEmitter {
  #entries = new Map()
  #bytes = 0
  #deliveryCount = 0
  #sequence
  #limits
  #log

  constructor({ sequence, log = () => {}, maxPublishes = 10_000, maxBytes = 128 * MIB, maxDeliveries = 100_000 }) {
    super()
    this.setMaxListeners(0)
    this.#sequence = sequence
    this.#log = log
    this.#limits = { publishes: maxPublishes, bytes: maxBytes, deliveries: maxDeliveries }
  }

  /**
   * Adds a publish to `kind` ('interests' or 'users'). `source` is the text of its `body`; `findingCounts` is how many findings
   * of each severity there are; `fault` describes a planned fault; `deliver` returns the outcome, see `deliver` in
   * gateway.js.
   */
  add({ instanceId, kind, source, body, findingCounts, fault }, deliver) {
    const outcome = deliver()
    const publishId = `pubid-${randomUUID()}`
    const entry = {
      type: 'publish',
      id: publishId,
      number: this.#sequence.next(),
      isRead: false,
      publishId,
      instanceId,
      receivedAt: new Date().toISOString(),
      kind,
      ...summarize(kind, body),
      source: Buffer.from(source),
      findingCounts,
      fault,
      ...outcome,
    }
    entry.bytes = countBytes(entry)
    this.#entries.set(entry.publishId, entry)
    this.#bytes += entry.bytes
    this.#deliveryCount += outcome.deliveries.length
    this.#evict()
    const platforms = entry.platforms.join(', ') || 'no platform'
    this.#log(`publish to ${kind} ${formatTargets(entry)} for ${platforms}: ${publishId}, ${formatReached(entry)}`)
    if (fault !== undefined) this.#log(`${publishId} was processed; its response had a planned fault: ${fault}`)
    this.emit('publish', entry)
    return entry
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

  /** The deliveries, oldest publish first, with the payload that each device gets. */
  *deliveries() {
    for (const entry of this.#entries.values()) {
      if (entry.deliveries.length > 0) yield* addPayloads(entry, readPublish(entry))
    }
  }

  entry(publishId) {
    return this.#entries.get(publishId)
  }

  entries() {
    return this.#entries.values()
  }

  remove(entry) {
    if (!this.#entries.delete(entry.publishId)) return
    this.#bytes -= entry.bytes
    this.#deliveryCount -= entry.deliveries.length
  }

  reset() {
    this.#entries.clear()
    this.#bytes = 0
    this.#deliveryCount = 0
    this.emit('reset')
  }

  #evict() {
    const { publishes, bytes, deliveries } = this.#limits
    for (const oldest of this.#entries.values()) {
      const fits = this.#entries.size <= publishes && this.#bytes <= bytes && this.#deliveryCount <= deliveries
      if (fits || this.#entries.size === 1) return
      this.remove(oldest)
      this.emit('evict', oldest, this.#sequence.last)
    }
  }
}

function countBytes({ source, title, text, targets, misses, deliveries }) {
  const texts = [title, text, ...targets, ...misses.map(({ target }) => target)]
  const characters = texts.reduce((sum, { length }) => sum + length, 0)
  const parts = MISS_BYTES * misses.length + DELIVERY_BYTES * deliveries.length
  return source.length + ENTRY_BYTES + 2 * characters + parts
}

/** A publish as it is handed out: the sender's members, which cannot pass for ours. */
function readPublish({ publishId, instanceId, receivedAt, source }) {
  const own = { publishId, instanceId, receivedAt }
  // Spread, unlike `Object.assign`, keeps a member `__proto__` a member.
  return { ...own, ...JSON.parse(source), ...own }
}

module.exports = { PublishStore, readPublish }
