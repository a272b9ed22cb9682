'use strict'

const { STATUS_CODES } = require('node:http')
const { setTimeout: wait } = require('node:timers/promises')

const keys = ['status', 'delay', 'reset', 'emptyBody', 'truncate', 'afterwards', 'times', 'operation']
const GATEWAY = 'gateway'
const operations = [
  'publishToInterests',
  'publishToUsers',
  'deleteUser',
  'registerDevice',
  'getDevice',
  'deleteDevice',
  'setDeviceMetadata',
  'setDeviceToken',
  'setDeviceUser',
  'getInterests',
  'setInterests',
  'addInterest',
  'removeInterest',
  'reportEvent',
  GATEWAY,
]

/**
 * What is to go wrong next. Faults are used up in the order in which they were asked for; one that names an operation waits for
 * it. A fault comes in place of what was asked for, or, with `afterwards`, once it has been done. The operation `gateway` is a
 * device's gateway that does not take a notification.
 */
class Faults {
  #planned = []
  #closing = new AbortController()

  failNext(fault) {
    const unknown = Object.keys(fault).find((key) => !keys.includes(key))
    if (unknown !== undefined) throw new TypeError(`${unknown} is none of ${keys.join(', ')}`)
    const { times = 1, status, operation } = fault
    if (!Number.isInteger(times) || times < 1) throw new TypeError('times must be a whole number, 1 or more')
    if (!isAnswer(fault) && fault.delay === undefined && operation !== GATEWAY) {
      throw new TypeError('a fault needs a status, delay, reset, emptyBody or truncate')
    }
    if (fault.delay !== undefined && !(fault.delay >= 0)) throw new TypeError('delay must be a number of milliseconds')
    if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
      throw new TypeError('status must be a whole number from 200 to 599')
    }
    if (operation !== undefined && !operations.includes(operation)) {
      throw new TypeError(`${operation} is none of ${operations.join(', ')}`)
    }
    this.#planned.push({ ...fault, times })
  }

  /** The fault that is planned for an operation; it is one use nearer to its end. */
  take(operation) {
    const isFor = (fault) => fault.operation === operation || (fault.operation === undefined && operation !== GATEWAY)
    const fault = this.#planned.find(isFor)
    if (!fault) return undefined
    if (--fault.times === 0) this.#planned.splice(this.#planned.indexOf(fault), 1)
    return fault
  }

  /** The faults that have not happened yet, or not as often as asked for. */
  planned() {
    return structuredClone(this.#planned)
  }

  /** Waits for a fault's delay. Whether it is over; otherwise all is being closed. */
  async delay({ delay }) {
    return wait(delay, true, { signal: this.#closing.signal }).catch(() => false)
  }

  clear() {
    this.#planned.length = 0
  }

  close() {
    this.#closing.abort()
  }
}

/** Lets the planned faults happen to the operations of a service. */
function failAsPlanned(service, faults) {
  service.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config
    const fault = operation && faults.take(operation)
    if (!fault) return
    if (fault.delay && !(await faults.delay(fault))) return fail({ reset: true }, request, reply)
    if (!isAnswer(fault)) return
    if (fault.afterwards) request.fault = fault
    else fail(fault, request, reply)
  })

  // It takes no part in the answer where the fault has given one, so `done` is never called then.
  service.addHook('onSend', (request, reply, payload, done) => {
    if (request.fault) fail(request.fault, request, reply)
    else done(null, payload)
  })
}

function isAnswer({ status, reset, emptyBody, truncate }) {
  return status !== undefined || reset || emptyBody || truncate
}

/** Answers past the framework, which would not let a wrong answer out. */
function fail({ status, reset, emptyBody, truncate }, request, reply) {
  const { raw } = reply.hijack()
  if (reset) return request.raw.socket.resetAndDestroy()
  const code = status ?? (truncate ? 200 : 503)
  const body = emptyBody ? '' : bodyOf(code)
  const length = Buffer.byteLength(body)
  raw.writeHead(code, { 'content-type': 'application/json', 'content-length': truncate ? length + 1 : length })
  if (!truncate) return raw.end(body)
  return raw.write(body, () => request.raw.socket.destroySoon())
}

function bodyOf(code) {
  if (code < 300) return '{"publishId":"pubid-00000000-0000-0000-0000-000000000000"}\n'
  return JSON.stringify({ error: STATUS_CODES[code] ?? 'Error', description: 'This failure was asked for' })
}

module.exports = { Faults, failAsPlanned }
