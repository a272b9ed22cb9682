'use strict'

const { ContextIdFactory, MetadataScanner } = require('@nestjs/core')
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
    const scanner = new MetadataScanner()
    this.#handlers = wrappers
      .filter(({ instance, isAlias }) => typeof instance === 'object' && instance !== null && !isAlias)
      .flatMap((wrapper) => {
        // Methods are read from the prototype, so that no getter of an instance runs.
        const prototype = Object.getPrototypeOf(wrapper.instance)
        return scanner.getAllMethodNames(prototype).map((method) => ({
          handles: readSubscription(prototype[method], this.#name),
          label: `${prototype.constructor?.name}.${method}`,
          run: async (event) => (await this.#getInstance(wrapper, event))[method](event),
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

module.exports = { BeamsEventHandlers }
