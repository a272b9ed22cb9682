'use strict'

// Each takes some 500 bytes.
const MAX_USERS = 10_000

/** The users of all instances who no longer have a device. Those without one for the longest time are evicted. */
class FormerUsers {
  #keys = new Set()

  forInstance(instanceId) {
    const createKey = (userId) => `${instanceId} ${userId}`
    return {
      add: (userId) => this.#add(createKey(userId)),
      delete: (userId) => this.#keys.delete(createKey(userId)),
      has: (userId) => this.#keys.has(createKey(userId)),
    }
  }

  clear() {
    this.#keys.clear()
  }

  #add(key) {
    this.#keys.delete(key)
    this.#keys.add(key)
    if (this.#keys.size > MAX_USERS) this.#keys.delete(this.#keys.values().next().value)
  }
}

module.exports = { FormerUsers }
