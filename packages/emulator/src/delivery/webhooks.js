'use strict'

const { randomUUID } = require('node:crypto')
const { checkOptions, isObject, isText, kinds } = require('../options/check-options.js')
const { signRequest, createStatusRequest, isTarget, parseTarget } = require('./webhook-request.js')

const MAX_WEBHOOKS = 100
const MAX_CUSTOM_DATA = 10 * 1024

const EVENT_TYPES = ['v1.PublishToUsersAttempt', 'v1.UserNotificationAcknowledgement', 'v1.UserNotificationOpen']

/** The options of a webhook. */
const webhookMembers = {
  url: { isValid: isTarget, expected: 'an http or https URL', isRequired: true },
  secret: { isValid: isText, expected: 'a string that is not blank', isRequired: true, isSecret: true },
  events: kinds.arrayOf('types of events', kinds.oneOf(EVENT_TYPES)),
  customData: { isValid: isCustomData, expected: `an object of at most ${MAX_CUSTOM_DATA} characters of JSON` },
}

/** The configured webhooks, and the events that are sent to them. https://pusher.com/docs/beams/concepts/webhooks */
class Webhooks {
  #hooks = new Map()
  #queue

  constructor(queue) {
    this.#queue = queue
  }

  /** Configures a webhook, as the dashboard does. */
  add(webhook) {
    checkOptions(webhook, webhookMembers, { subject: 'a webhook' })
    const { url, secret, events = EVENT_TYPES, customData = {} } = webhook
    if (this.#hooks.size >= MAX_WEBHOOKS) throw new TypeError(`there are ${MAX_WEBHOOKS} webhooks already`)
    const id = randomUUID()
    const hook = { id, target: parseTarget(url), secret, events: [...events], customData: JSON.stringify(customData) }
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

function isCustomData(value) {
  if (!isObject(value)) return false
  try {
    return JSON.stringify(value).length <= MAX_CUSTOM_DATA
  } catch {
    return false
  }
}

module.exports = { Webhooks, webhookMembers }
