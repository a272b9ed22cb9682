'use strict'

const { EventEmitter } = require('node:events')
const { randomUUID } = require('node:crypto')
const { isTooDeep } = require('../nesting.js')
const { summarize, formatTargets, cut, isObject } = require('./summary.js')

const MIB = 1024 * 1024
// V8's overhead of an entry besides its texts, rounded up.
const ENTRY_BYTES = 2048

const KINDS = { publishToInterests: 'interests', publishToUsers: 'users', deleteUser: 'users' }

/**
 * The requests that were refused or failed because of a planned fault, oldest first. The oldest are evicted. Emits `add` with
 * the entry.
 */
class FailedRequests extends EventEmitter {
  #entries = new Map()
  #bytes = 0
  #sequence
  #limits
  #log

  constructor({ sequence, log = () => {}, maxRequests = 1000, maxBytes = 16 * MIB }) {
    super()
    this.setMaxListeners(0)
    this.#sequence = sequence
    this.#log = log
    this.#limits = { requests: maxRequests, bytes: maxBytes }
  }

  /**
   * Adds a request. `source` is the text of its body, as far as it was read; `status` is absent if there was no response; `fault`
   * describes a planned one.
   */
  add({ operation, method, path, instanceId, userId, source = '', status, error, description, fault }) {
    const kind = KINDS[operation]
    const summary = summarize(kind, operation === 'deleteUser' ? { users: [userId] } : parse(source))
    const entry = {
      type: 'failed-request',
      id: `failed-${randomUUID()}`,
      number: this.#sequence.next(),
      isRead: false,
      receivedAt: new Date().toISOString(),
      operation,
      method,
      path: cut(path),
      instanceId: instanceId && cut(instanceId),
      kind,
      ...summary,
      source: Buffer.from(source),
      status,
      error,
      description: cut(description),
      fault,
    }
    entry.bytes = countBytes(entry)
    this.#entries.set(entry.id, entry)
    this.#bytes += entry.bytes
    this.#evict()
    this.#log(formatFailure(entry))
    this.emit('add', entry)
  }

  /** The public form of the failed requests, oldest first. */
  *all() {
    for (const entry of this.#entries.values()) yield describeFailedRequest(entry)
  }

  entry(id) {
    return this.#entries.get(id)
  }

  entries() {
    return this.#entries.values()
  }

  remove(entry) {
    if (this.#entries.delete(entry.id)) this.#bytes -= entry.bytes
  }

  clear() {
    this.#entries.clear()
    this.#bytes = 0
  }

  #evict() {
    for (const oldest of this.#entries.values()) {
      if (this.#entries.size <= this.#limits.requests && this.#bytes <= this.#limits.bytes) return
      this.remove(oldest)
    }
  }
}

function countBytes({ source, path, description, title, text, targets }) {
  const characters = [path, description, title, text, ...targets].reduce((sum, { length }) => sum + length, 0)
  return ENTRY_BYTES + source.length + 2 * characters
}

/** The parsed body; `undefined` if it is not JSON, or nested too deeply. */
function parse(source) {
  try {
    const value = JSON.parse(source)
    return isTooDeep(value) ? undefined : value
  } catch {
    return undefined
  }
}

/** The body of a failed publish, if it is an object. */
function readFailedPublish({ operation, source }) {
  const body = operation?.startsWith('publish') ? parse(source.toString()) : undefined
  return isObject(body) ? body : undefined
}

function describeFailedRequest(entry) {
  const { id, operation, method, path, instanceId, receivedAt, status, error, description, fault } = entry
  return {
    id,
    operation,
    method,
    path,
    instanceId,
    receivedAt,
    status,
    error,
    description,
    fault,
    publish: readFailedPublish(entry),
  }
}

/** `publishToUsers "ada" failed: 401 Unauthorized - Incorrect Secret Key` */
function formatFailure(entry) {
  const { operation, method, path, targetCount, fault } = entry
  const request = operation === undefined ? `${method} ${path}` : operation
  const targets = targetCount > 0 ? ` ${formatTargets(entry)}` : ''
  return `${request}${targets} failed${fault === undefined ? '' : ' as planned'}: ${formatReason(entry)}`
}

function formatReason({ status, error, description, fault }) {
  if (fault !== undefined) return fault
  return `${[status, error].filter(Boolean).join(' ')} - ${description}`
}

module.exports = { FailedRequests, readFailedPublish, formatFailure }
