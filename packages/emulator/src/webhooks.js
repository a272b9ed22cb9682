'use strict'

const { createHmac, randomUUID } = require('node:crypto')
const { EventEmitter } = require('node:events')
const { setTimeout: wait } = require('node:timers/promises')
const fastq = require('fastq')

const SECOND = 1000
const MOST_KEPT = 1000
const MOST_UNDER_WAY = 32

const eventTypes = ['v1.PublishToUsersAttempt', 'v1.UserNotificationAcknowledgement', 'v1.UserNotificationOpen']

/**
 * The webhooks of all instances. A request that gets no 2xx in time is made again after each of `retryDelays`, and then dropped.
 * Emits `request` whenever one of them changes. https://pusher.com/docs/beams/concepts/webhooks
 */
class Webhooks extends EventEmitter {
  #hooks = new Map()
  #requests = []
  #retryDelays
  #timeout
  #log
  #closing = new AbortController()
  #queue = fastq.promise((job) => this.#attempt(job), MOST_UNDER_WAY)

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
  add({ url, secret, events = eventTypes, customData = {} }) {
    const unknown = events.find((event) => !eventTypes.includes(event))
    if (unknown !== undefined) throw new TypeError(`${unknown} is none of ${eventTypes.join(', ')}`)
    if (typeof secret !== 'string' || secret === '') throw new TypeError('a webhook needs a secret')
    const hook = { id: randomUUID(), url: urlOf(url).href, secret, events, customData }
    this.#hooks.set(hook.id, hook)
    return hook.id
  }

  remove(id) {
    return this.#hooks.delete(id)
  }

  /** The configured webhooks, without their secrets. */
  all() {
    return [...this.#hooks.values()].map(({ id, url, events, customData }) => ({ id, url, events, customData }))
  }

  /** The latest requests with each attempt at them, oldest first. */
  requests() {
    return structuredClone(this.#requests)
  }

  /** Sends an event to every webhook that is configured for it. */
  emitEvent(eventType, payload) {
    for (const hook of this.#hooks.values()) {
      if (hook.events.includes(eventType)) this.#send(hook.url, eventType, signedRequest(hook, eventType, payload))
    }
  }

  /** Sends a deprecated publish webhook, to the URL that came with the publish. It is not signed. */
  sendStatus(url, status) {
    const { username, password } = urlOf(url)
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
      'base64',
    )
    return this.#send(url, status.status, {
      headers: { ...headersOf(), ...(username && { authorization: `Basic ${credentials}` }) },
      body: JSON.stringify(status),
    })
  }

  reset() {
    this.#requests.length = 0
    this.#closing.abort()
    this.#closing = new AbortController()
    this.#queue.kill()
  }

  close() {
    this.#closing.abort()
    this.#queue.kill()
  }

  /** Resolves after the first attempt. */
  async #send(url, eventType, { headers, body }) {
    const target = urlOf(url)
    target.username = target.password = ''
    const request = { eventType, url: target.href, headers, body, state: 'waiting', attempts: [] }
    this.#requests.push(request)
    if (this.#requests.length > MOST_KEPT) this.#requests.shift()
    if (this.#queue.length() >= MOST_KEPT) return this.#settle(request, 'dropped')
    await this.#queue.push({ request, signal: this.#closing.signal })
  }

  async #attempt({ request, signal }) {
    if (signal.aborted) return
    const attempt = await post(request, AbortSignal.any([signal, AbortSignal.timeout(this.#timeout)]))
    if (signal.aborted) return
    request.attempts.push(attempt)
    if (attempt.status >= 200 && attempt.status < 300) return this.#settle(request, 'delivered')
    const delay = this.#retryDelays[request.attempts.length - 1]
    if (delay === undefined) return this.#settle(request, 'dropped')
    this.emit('request', request)
    // The queue goes on meanwhile; only the first attempt is waited for.
    wait(delay, undefined, { signal }).then(
      () => this.#queue.push({ request, signal }),
      () => {},
    )
  }

  #settle(request, state) {
    request.state = state
    const last = request.attempts.at(-1)
    this.#log(`webhook ${request.eventType} ${state}: ${last?.status ?? last?.error ?? 'too many are waiting'}`)
    this.emit('request', request)
  }
}

async function post({ url, headers, body }, signal) {
  const attempt = { at: new Date().toISOString() }
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    await response.body?.cancel()
    return { ...attempt, status: response.status }
  } catch (error) {
    return {
      ...attempt,
      error: error.name === 'TimeoutError' ? 'no answer in time' : (error.cause?.message ?? error.message),
    }
  }
}

function signedRequest({ id, secret, customData }, eventType, payload) {
  const created = new Date().toISOString().replace(/\.\d+Z$/, '+0000')
  const body = JSON.stringify({
    payload,
    metadata: { created_at: created, event_type: eventType, event_id: randomUUID(), product: 'beams' },
    custom_data: customData,
  })
  return {
    headers: {
      ...headersOf(),
      'Webhook-Event-Type': eventType,
      'Webhook-ID-UUID': id,
      'Webhook-Request-ID-UUID': randomUUID(),
      'Webhook-Signature': createHmac('sha1', secret).update(body).digest('hex'),
    },
    body,
  }
}

function headersOf() {
  return { 'User-Agent': 'pusher-webhooks', 'Content-Type': 'application/json' }
}

function urlOf(text) {
  const url = new URL(text)
  if (!['http:', 'https:'].includes(url.protocol)) throw new TypeError(`${text} is no http or https URL`)
  return url
}

function isUrl(text) {
  try {
    return Boolean(urlOf(text))
  } catch {
    return false
  }
}

module.exports = { Webhooks, eventTypes, isUrl }
