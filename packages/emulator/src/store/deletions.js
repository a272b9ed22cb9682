'use strict'

const { EventEmitter } = require('node:events')
const { randomUUID } = require('node:crypto')

/** The deletions of users, oldest first. The oldest are evicted. Emits `add` with the entry. */
class Deletions extends EventEmitter {
  #entries = new Map()
  #sequence
  #log
  #maxDeletions

  constructor({ sequence, log = () => {}, maxDeletions = 10_000 }) {
    super()
    this.setMaxListeners(0)
    this.#sequence = sequence
    this.#log = log
    this.#maxDeletions = maxDeletions
  }

  /** Adds the deletion of a user with `deviceCount` devices; `fault` describes a planned fault. */
  add({ instanceId, userId, deviceCount, fault }) {
    const entry = {
      type: 'deletion',
      id: `deletion-${randomUUID()}`,
      number: this.#sequence.next(),
      isRead: false,
      instanceId,
      receivedAt: new Date().toISOString(),
      kind: 'users',
      targets: [userId],
      targetCount: 1,
      deviceCount,
      fault,
    }
    this.#entries.set(entry.id, entry)
    if (this.#entries.size > this.#maxDeletions) this.#entries.delete(this.#entries.keys().next().value)
    this.#log(`delete user ${JSON.stringify(userId)}: ${formatRemoved(deviceCount)}`)
    if (fault !== undefined) this.#log(`the deletion was processed; its response had a planned fault: ${fault}`)
    this.emit('add', entry)
  }

  /** The public form of the deletions, oldest first. */
  all() {
    return [...this.#entries.values()].map(({ id, instanceId, targets: [userId], receivedAt, deviceCount }) => ({
      id,
      instanceId,
      userId,
      receivedAt,
      deviceCount,
    }))
  }

  entry(id) {
    return this.#entries.get(id)
  }

  entries() {
    return this.#entries.values()
  }

  remove(entry) {
    this.#entries.delete(entry.id)
  }

  clear() {
    this.#entries.clear()
  }
}

function formatRemoved(deviceCount) {
  return `${deviceCount} ${deviceCount === 1 ? 'device' : 'devices'} removed`
}

module.exports = { Deletions }
