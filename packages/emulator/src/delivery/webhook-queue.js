'use strict'

const { EventEmitter } = require('node:events')
const fastq = require('fastq')
const { attemptRequest, isSuccess, formatAttempt } = require('./webhook-request.js')

const SECOND = 1000
const MIB = 1024 * 1024
const MAX_CONCURRENT = 32
// At most half of the kept requests wait, so that there is always a settled one to evict.
const MAX_KEPT = { count: 1000, bytes: 64 * MIB }
const MAX_WAITING = { count: 500, bytes: 32 * MIB }
// Bounds the memory of a request, which can be resent any number of times.
const MAX_ATTEMPTS = 10
const REQUEST_BYTES = 4096

/**
 * The requests to the targets of webhooks. A request that gets no 2xx in time is retried after each of `retryDelays`, then
 * dropped. Emits `failure` with a request after its first failed attempt, and `change` with a changed request, or without one.
 */
class WebhookQueue extends EventEmitter {
  #requests = new Map()
  #kept = { count: 0, bytes: 0 }
  #waiting = { count: 0, bytes: 0 }
  #timers = new Map()
  #inFlight = new Set()
  #queue = fastq.promise((request) => this.#attempt(request), MAX_CONCURRENT)
  #sequence
  #retryDelays
  #timeout
  #log

  constructor({
    sequence,
    retryDelays = [10, 30, 120, 300].map((delay) => delay * SECOND),
    timeout = 3 * SECOND,
    log = () => {},
  }) {
    super()
    this.setMaxListeners(0)
    this.#sequence = sequence
    this.#retryDelays = retryDelays
    this.#timeout = timeout
    this.#log = log
  }

  send({ id, eventType, target, headers, body, next }) {
    const request = {
      id,
      eventType,
      url: target.url,
      headers: { ...headers, ...target.headers },
      body,
      next,
      createdAt: new Date().toISOString(),
      state: 'waiting',
      attempts: [],
      retries: 0,
      isRead: false,
      number: undefined,
      bytes: REQUEST_BYTES + 2 * (target.url.length + body.length + (next?.body.length ?? 0)),
    }
    this.#requests.set(id, request)
    add(this.#kept, request)
    this.#enqueue(request)
    this.#evict()
    this.emit('change')
  }

  /** Sends a request again at once, with the same ids and signature; false if there is none, or it is being sent. */
  resend(id) {
    const request = this.#requests.get(id)
    if (!request) return false
    if (request.state === 'waiting' && !this.#timers.has(request)) return false
    request.retries = 0
    if (request.state === 'waiting') {
      clearTimeout(this.#timers.get(request))
      this.#timers.delete(request)
      request.nextAttemptAt = undefined
      this.#queue.push(request)
    } else {
      request.state = 'waiting'
      this.#enqueue(request)
    }
    this.emit('change', request)
    return true
  }

  /** The latest requests with each attempt, oldest first. */
  requests() {
    return [...this.#requests.values()].map(describeRequest)
  }

  /** The requests that the inbox lists: those with a failed attempt. */
  get failures() {
    const isListed = ({ number }) => number !== undefined
    const listed = () => [...this.#requests.values()].filter(isListed)
    return {
      entries: listed,
      entry: (id) => listed().find((request) => request.id === id),
      remove: (request) => this.#unlist(request),
    }
  }

  /** Removes settled requests. Waiting ones continue. */
  clear() {
    for (const request of this.#requests.values()) if (request.state !== 'waiting') this.#remove(request)
    this.emit('change')
  }

  /** Removes all requests from the inbox. */
  unlist() {
    for (const request of this.#requests.values()) request.number = undefined
  }

  reset() {
    this.close()
    this.#requests.clear()
    this.#kept = { count: 0, bytes: 0 }
    this.#waiting = { count: 0, bytes: 0 }
  }

  close() {
    this.#queue.kill()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    for (const controller of this.#inFlight) controller.abort()
    this.#inFlight.clear()
  }

  #enqueue(request) {
    add(this.#waiting, request)
    if (exceeds(this.#waiting, MAX_WAITING)) this.#settle(request, 'dropped')
    else this.#queue.push(request)
  }

  async #attempt(request) {
    const controller = new AbortController()
    this.#inFlight.add(controller)
    const timer = setTimeout(() => controller.abort(new Error('no response in time')), this.#timeout)
    const attempt = await attemptRequest(request, controller.signal)
    clearTimeout(timer)
    // The queue was reset or closed meanwhile.
    if (!this.#inFlight.delete(controller)) return
    request.attempts = [...request.attempts, attempt].slice(-MAX_ATTEMPTS)
    if (isSuccess(attempt)) return this.#settle(request, 'delivered')
    this.#list(request)
    this.#retry(request, attempt)
  }

  #retry(request, attempt) {
    const delay = this.#retryDelays[request.retries]
    if (delay === undefined) return this.#settle(request, 'dropped')
    request.retries++
    this.#log(`${formatRequest(request)} failed: ${formatAttempt(attempt)}; again in ${delay / SECOND} s`)
    this.#sendNext(request)
    const timer = setTimeout(() => {
      this.#timers.delete(request)
      request.nextAttemptAt = undefined
      this.#queue.push(request)
      this.emit('change', request)
    }, delay)
    request.nextAttemptAt = new Date(Date.now() + delay).toISOString()
    this.#timers.set(request, timer)
    return this.emit('change', request)
  }

  #settle(request, state) {
    request.state = state
    subtract(this.#waiting, request)
    const last = request.attempts.at(-1)
    this.#log(`${formatRequest(request)} ${state}: ${last ? formatAttempt(last) : 'too many requests are waiting'}`)
    if (state === 'dropped') this.#list(request)
    this.#sendNext(request)
    this.emit('change', request)
  }

  #list(request) {
    if (request.number !== undefined) return
    request.number = this.#sequence.next()
    request.isRead = false
    this.emit('failure', request)
  }

  #unlist(request) {
    if (this.#requests.get(request.id) !== request) return
    request.number = undefined
    if (request.state !== 'waiting') this.#remove(request)
    this.emit('change')
  }

  #sendNext(request) {
    const { next } = request
    request.next = undefined
    if (next) this.send(next)
  }

  #evict() {
    for (const request of this.#requests.values()) {
      if (!exceeds(this.#kept, MAX_KEPT)) return
      if (request.state !== 'waiting') this.#remove(request)
    }
  }

  #remove(request) {
    this.#requests.delete(request.id)
    subtract(this.#kept, request)
  }
}

function describeRequest({ id, eventType, url, headers, body, createdAt, state, attempts, nextAttemptAt }) {
  return structuredClone({ id, eventType, url, headers, body, createdAt, state, attempts, nextAttemptAt })
}

function formatRequest({ eventType, url }) {
  return `webhook ${eventType} to ${url}`
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

module.exports = { WebhookQueue, describeRequest }
