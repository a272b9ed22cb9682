'use strict'

const { randomUUID } = require('node:crypto')
const { EventEmitter } = require('node:events')
const fastq = require('fastq')
const { signRequest, createStatusRequest, parseTarget, attemptRequest } = require('./webhook-request.js')

const SECOND = 1000
const MIB = 1024 * 1024
const MAX_CONCURRENT = 32
const MAX_WEBHOOKS = 100
const MAX_CUSTOM_DATA = 10 * 1024
// Waiting requests are half of the kept ones at most, so that there is always a settled one to make room.
const MAX_KEPT = { count: 1000, bytes: 64 * MIB }
const MAX_WAITING = { count: 500, bytes: 32 * MIB }
const REQUEST_BYTES = 2048

const EVENT_TYPES = ['v1.PublishToUsersAttempt', 'v1.UserNotificationAcknowledgement', 'v1.UserNotificationOpen']

/**
 * The webhooks of all instances. A request that gets no 2xx in time is repeated after each of `retryDelays`, then dropped.
 * Emits `request` whenever one of them changes. https://pusher.com/docs/beams/concepts/webhooks
 */
class Webhooks extends EventEmitter {
  #hooks = new Map()
  #requests = new Set()
  #kept = { count: 0, bytes: 0 }
  #waiting = { count: 0, bytes: 0 }
  #timers = new Set()
  #inFlight = new Set()
  #queue = fastq.promise((request) => this.#attempt(request), MAX_CONCURRENT)
  #retryDelays
  #timeout
  #log

  constructor({
    retryDelays = [10, 30, 120, 300].map((delay) => delay * SECOND),
    timeout = 3 * SECOND,
    log = () => {},
  } = {}) {
    super()
    this.setMaxListeners(0)
    this.#retryDelays = retryDelays
    this.#timeout = timeout
    this.#log = log
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
    return hook.id
  }

  remove(id) {
    return this.#hooks.delete(id)
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

  /** The latest requests with each attempt, oldest first. */
  requests() {
    return [...this.#requests].map(({ eventType, url, headers, body, state, attempts }) =>
      structuredClone({ eventType, url, headers, body, state, attempts }),
    )
  }

  /** Sends an event to every webhook that is configured for it. */
  sendEvent(eventType, payload) {
    for (const hook of this.#hooks.values()) {
      if (hook.events.includes(eventType)) this.#send(signRequest(hook, eventType, payload))
    }
  }

  /** Sends the two deprecated publish webhooks: the second one after the first attempt at the first. */
  sendStatuses(url, { publishId, requestBody, results }) {
    const target = parseTarget(url)
    const started = createStatusRequest(target, { publishId, status: 'STARTED', requestBody })
    const finished = createStatusRequest(target, { publishId, status: 'FINISHED', requestBody, results })
    this.#send({ ...started, next: finished })
  }

  /** Forgets the requests that are settled; those that wait go on. */
  clearRequests() {
    for (const request of this.#requests) if (request.state !== 'waiting') this.#forget(request)
    this.emit('request')
  }

  reset() {
    this.close()
    this.#requests.clear()
    this.#kept = { count: 0, bytes: 0 }
    this.#waiting = { count: 0, bytes: 0 }
  }

  close() {
    this.#queue.kill()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    for (const controller of this.#inFlight) controller.abort()
    this.#inFlight.clear()
  }

  #send({ eventType, target, headers, body, next }) {
    const request = {
      eventType,
      url: target.url,
      headers: { ...headers, ...target.headers },
      body,
      next,
      state: 'waiting',
      attempts: [],
      bytes: REQUEST_BYTES + 2 * (target.url.length + body.length + (next?.body.length ?? 0)),
    }
    this.#requests.add(request)
    add(this.#kept, request)
    add(this.#waiting, request)
    if (exceeds(this.#waiting, MAX_WAITING)) this.#settle(request, 'dropped')
    else this.#queue.push(request)
    this.#evict()
  }

  async #attempt(request) {
    const controller = new AbortController()
    this.#inFlight.add(controller)
    const timer = setTimeout(() => controller.abort(new Error('no response in time')), this.#timeout)
    const attempt = await attemptRequest(request, controller.signal)
    clearTimeout(timer)
    // It is in flight no longer if this was reset or closed meanwhile.
    if (!this.#inFlight.delete(controller)) return
    request.attempts.push(attempt)
    if (attempt.status >= 200 && attempt.status < 300) this.#settle(request, 'delivered')
    else this.#retry(request)
  }

  #retry(request) {
    const delay = this.#retryDelays[request.attempts.length - 1]
    if (delay === undefined) return this.#settle(request, 'dropped')
    this.#sendNext(request)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#queue.push(request)
    }, delay)
    this.#timers.add(timer)
    return this.emit('request')
  }

  #settle(request, state) {
    request.state = state
    subtract(this.#waiting, request)
    const last = request.attempts.at(-1)
    this.#log(
      `webhook ${request.eventType} ${state}: ${last?.status ?? last?.error ?? 'too many requests are waiting'}`,
    )
    this.#sendNext(request)
    this.emit('request')
  }

  #sendNext(request) {
    const { next } = request
    request.next = undefined
    if (next) this.#send(next)
  }

  #evict() {
    for (const request of this.#requests) {
      if (!exceeds(this.#kept, MAX_KEPT)) return
      if (request.state !== 'waiting') this.#forget(request)
    }
  }

  #forget(request) {
    this.#requests.delete(request)
    subtract(this.#kept, request)
  }
}

function add(total, { bytes }) {
  total.count++
  total.bytes += bytes
}

function subtract(total, { bytes }) {
  total.count--
  total.bytes -= bytes
}

function exceeds(total, limit) {
  return total.count > limit.count || total.bytes > limit.bytes
}

module.exports = { Webhooks, EVENT_TYPES }
