'use strict'

const { ContextIdFactory } = require('@nestjs/core')
const { readSubscription } = require('./event-decorator.js')

/** The methods of providers and controllers that are decorated with `OnBeamsEvent` for the client of a name. */
class BeamsEventHandlers {
  #discovery
  #moduleRef
  #name
  #handlers = []
  #running = new Set()

  constructor(discovery, moduleRef, name) {
    this.#discovery = discovery
    this.#moduleRef = moduleRef
    this.#name = name
  }

  /** All providers have been created by now. */
  onModuleInit() {
    const wrappers = [...this.#discovery.getProviders(), ...this.#discovery.getControllers()]
    this.#handlers = selectInstances(wrappers)
      .flatMap((wrapper) => {
        const prototype = Object.getPrototypeOf(wrapper.instance)
        return [...findMethods(prototype)].map(([key, method]) => ({
          handles: readSubscription(method, this.#name),
          label: `${prototype.constructor?.name}.${String(key)}`,
          run: async (event) => (await this.#getInstance(wrapper, event))[key](event),
        }))
      })
      .filter(({ handles }) => handles !== undefined)
  }

  /** Runs the handlers of an event. `report` gets each error, and the name of the method that threw it. */
  async handle(event, report) {
    const handlers = this.#handlers.filter(({ handles }) => handles(event.eventType))
    await Promise.all(handlers.map(({ run, label }) => run(event).catch((error) => report(error, event, label))))
  }

  /** Runs a function once the response has been sent. `settled` waits for it. */
  runLater(run) {
    const running = new Promise((resolve) => {
      setImmediate(() => resolve(run()))
    })
    this.#running.add(running)
    running.finally(() => this.#running.delete(running))
  }

  /** Resolves when no handler is running. */
  async settled() {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  /** A provider that depends on a request, or is transient, is created anew for each event, which takes the place of the request. */
  #getInstance(wrapper, event) {
    if (wrapper.isDependencyTreeStatic() && !wrapper.isTransient) return wrapper.instance
    const contextId = ContextIdFactory.create()
    this.#moduleRef.registerRequestByContextId(event, contextId)
    return this.#moduleRef.resolve(wrapper.token, contextId, { strict: false })
  }
}

/** The wrappers of objects. One that has several tokens is there once. */
function selectInstances(wrappers) {
  const byInstance = new Map()
  for (const wrapper of wrappers) {
    const { instance, isAlias } = wrapper
    if (typeof instance !== 'object' || instance === null || isAlias || byInstance.has(instance)) continue
    byInstance.set(instance, wrapper)
  }
  return [...byInstance.values()]
}

/**
 * Yields the methods of a prototype, with those that it inherits, by their names and symbols: Nest's `MetadataScanner` finds no
 * symbols. No getter runs.
 */
function* findMethods(prototype) {
  const seen = new Set(['constructor'])
  for (let owner = prototype; owner !== null && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const key of Reflect.ownKeys(owner)) {
      if (seen.has(key)) continue
      seen.add(key)
      const { value } = Object.getOwnPropertyDescriptor(owner, key)
      if (typeof value === 'function') yield [key, value]
    }
  }
}

module.exports = { BeamsEventHandlers }
