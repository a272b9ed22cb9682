'use strict'

const { randomUUID } = require('node:crypto')

/** What the service was told, in the order in which it came. */
class Book {
  #publishes = []
  #deletions = []
  #log

  constructor(log = () => {}) {
    this.#log = log
  }

  publish(instanceId, body) {
    const publishId = `pubid-${randomUUID()}`
    this.#publishes.push({ publishId, instanceId, receivedAt: new Date().toISOString(), ...body })
    const [kind, targets] = body.interests ? ['interests', body.interests] : ['users', body.users]
    this.#log(`publish to ${kind} ${shorten(targets)} for ${platforms(body)}: ${publishId}`)
    return publishId
  }

  deleteUser(instanceId, userId) {
    this.#deletions.push({ instanceId, userId, receivedAt: new Date().toISOString() })
    this.#log(`delete user ${JSON.stringify(userId)}`)
  }

  publishes() {
    return structuredClone(this.#publishes)
  }

  deletions() {
    return structuredClone(this.#deletions)
  }
}

function shorten(targets) {
  const shown = targets
    .slice(0, 3)
    .map((target) => JSON.stringify(target))
    .join(', ')
  return targets.length > 3 ? `${shown} and ${targets.length - 3} more` : shown
}

function platforms(body) {
  return ['apns', 'fcm', 'web'].filter((platform) => platform in body).join(', ') || 'no platform'
}

module.exports = { Book }
