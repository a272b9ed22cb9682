'use strict'

const { randomUUID } = require('node:crypto')
const { signRequest, createStatusRequest, parseTarget } = require('./webhook-request.js')

const MAX_WEBHOOKS = 100
const MAX_CUSTOM_DATA = 10 * 1024

const EVENT_TYPES = ['v1.PublishToUsersAttempt', 'v1.UserNotificationAcknowledgement', 'v1.UserNotificationOpen']

/** The configured webhooks, and the events that are sent to them. https://pusher.com/docs/beams/concepts/webhooks */
class Webhooks {
  #hooks = new Map()
  #queue

  constructor(queue) {
    this.#queue = queue
  }

  /** Configures a webhook, as the dashboard does. */
  add({ url, secret, events = EVENT_TYPES, customData = {} }) {
    const unknown = events.find((event) => !EVENT_TYPES.includes(event))
    if (unknown !== undefined) throw new TypeError(`${unknown} is not one of ${EVENT_TYPES.join(', ')}`)
    if (typeof secret !== 'string' || secret === '') throw new TypeError('a webhook needs a secret')
    if (this.#hooks.size >= MAX_WEBHOOKS) throw new TypeError(`there are ${MAX_WEBHOOKS} webhooks already`)
    const text = JSON.stringify(customData)
    if (text.length > MAX_CUSTOM_DATA) throw new TypeError(`customData is longer than ${MAX_CUSTOM_DATA} characters`)
    const hook = { id: randomUUID(), target: parseTarget(url), secret, events, customData: text }
    this.#hooks.set(hook.id, hook)
    this.#queue.emit('change')
    return hook.id
  }

  remove(id) {
    const isRemoved = this.#hooks.delete(id)
    if (isRemoved) this.#queue.emit('change')
    return isRemoved
  }

  /** The configured webhooks, without their secrets. */
  all() {
    return [...this.#hooks.values()].map(({ id, target, events, customData }) => ({
      id,
      url: target.url,
      events: [...events],
      customData: JSON.parse(customData),
    }))
  }

  /** Sends an event to every webhook that is configured for it. */
  sendEvent(eventType, payload) {
    for (const hook of this.#hooks.values()) {
      if (hook.events.includes(eventType)) this.#queue.send(signRequest(hook, eventType, payload))
    }
  }

  /** Sends the two deprecated publish webhooks: the second one after the first attempt at the first. */
  sendStatuses(url, { publishId, requestBody, results }) {
    const target = parseTarget(url)
    const started = createStatusRequest(target, { publishId, status: 'STARTED', requestBody })
    const finished = createStatusRequest(target, { publishId, status: 'FINISHED', requestBody, results })
    this.#queue.send({ ...started, next: finished })
  }
}

module.exports = { Webhooks }
