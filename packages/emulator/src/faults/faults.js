'use strict'

const { setMaxListeners } = require('node:events')
const { setTimeout: wait } = require('node:timers/promises')
const { operations, GATEWAY } = require('../operations.js')
const { BODIES, isResponse } = require('./fault-response.js')

const MAX_PLANNED = 10_000
const KEYS = ['status', 'delay', 'reset', 'body', 'truncate', 'afterwards', 'times', 'operation']
const OPERATIONS = [...Object.keys(operations), GATEWAY]

/**
 * The planned faults. They are used up in the order in which they were planned; one that names an operation waits for it. A
 * fault replaces the operation or, with `afterwards`, only its response.
 */
class Faults {
  #planned = []
  #closing = new AbortController()

  constructor() {
    // Each delayed request listens for the end.
    setMaxListeners(0, this.#closing.signal)
  }

  failNext(fault) {
    checkFault(fault)
    if (this.#planned.length >= MAX_PLANNED) throw new TypeError(`there are ${MAX_PLANNED} planned faults already`)
    this.#planned.push({ ...fault, times: fault.times ?? 1 })
  }

  /** The fault that is planned for an operation, which is then one use nearer to its end. */
  take(operation) {
    const isFor = (fault) => fault.operation === operation || (fault.operation === undefined && operation !== GATEWAY)
    const fault = this.#planned.find(isFor)
    if (!fault) return undefined
    if (--fault.times === 0) this.#planned.splice(this.#planned.indexOf(fault), 1)
    return fault
  }

  /** The faults that have not happened yet, or not as often as planned. */
  planned() {
    return structuredClone(this.#planned)
  }

  /** Resolves to true after `delay` ms, or to false when the emulator is closed. */
  async wait(delay) {
    return wait(delay, true, { signal: this.#closing.signal }).catch(() => false)
  }

  clear() {
    this.#planned.length = 0
  }

  close() {
    this.#closing.abort()
  }
}

function checkFault(fault) {
  const unknown = Object.keys(fault).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) throw new TypeError(`${unknown} is not one of ${KEYS.join(', ')}`)
  const { times = 1, status, delay, operation, body } = fault
  if (!Number.isInteger(times) || times < 1) throw new TypeError('times must be a whole number, 1 or more')
  if (!isResponse(fault) && delay === undefined && operation !== GATEWAY) {
    throw new TypeError('a fault needs a status, delay, reset, body or truncate')
  }
  if (delay !== undefined && !(delay >= 0)) throw new TypeError('delay must be a number of milliseconds')
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw new TypeError('status must be a whole number from 200 to 599')
  }
  if (body !== undefined && !BODIES.includes(body)) throw new TypeError(`body must be one of ${BODIES.join(', ')}`)
  if (operation !== undefined && !OPERATIONS.includes(operation)) {
    throw new TypeError(`${operation} is not one of ${OPERATIONS.join(', ')}`)
  }
}

module.exports = { Faults }
