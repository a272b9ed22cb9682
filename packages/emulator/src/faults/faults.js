'use strict'

const { setMaxListeners } = require('node:events')
const { setTimeout: wait } = require('node:timers/promises')
const { checkOptions, isIntegerFrom, kinds } = require('../options/check-options.js')
const { operations, GATEWAY } = require('../operations.js')
const { BODIES, isResponse } = require('./fault-response.js')

const MAX_PLANNED = 10_000

const faultMembers = {
  status: { isValid: isIntegerFrom(200, 599), expected: 'an integer from 200 to 599' },
  delay: kinds.millisecondsFrom(0),
  reset: kinds.boolean,
  body: kinds.oneOf(BODIES),
  truncate: kinds.boolean,
  afterwards: kinds.boolean,
  times: kinds.integerFrom(1),
  operation: kinds.oneOf([...Object.keys(operations), GATEWAY]),
}

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
  checkOptions(fault, faultMembers, { subject: 'a fault' })
  if (!isResponse(fault) && fault.delay === undefined && fault.operation !== GATEWAY) {
    throw new TypeError('a fault needs a status, delay, reset, body or truncate')
  }
}

module.exports = { Faults }
