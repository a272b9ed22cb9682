'use strict'

const { ConfigurableModuleBuilder, Get, Inject, Module, Post } = require('@nestjs/common')
const { DiscoveryModule, DiscoveryService, HttpAdapterHost, ModuleRef } = require('@nestjs/core')
const { BeamsAuth } = require('./auth.js')
const { getBeamsToken } = require('./client-token.js')
const { createController } = require('./controller.js')
const { BeamsEventHandlers } = require('./event-handlers.js')
const { BeamsHealthIndicator } = require('./health-indicator.js')
const { createClient, mergeOptions, readRoutes } = require('./options.js')
const { BeamsWebhook } = require('./webhook.js')

// Nest shows tokens in its errors. These two are the module's own; what others inject has the token of its name.
const CLIENT = 'BeamsClient'
const OPTIONS = 'BeamsOptions'

const ENDPOINTS = {
  webhook: { Endpoint: BeamsWebhook, Method: Post, inject: [OPTIONS, BeamsEventHandlers, HttpAdapterHost] },
  auth: { Endpoint: BeamsAuth, Method: Get, inject: [OPTIONS, CLIENT, HttpAdapterHost] },
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder({
  optionsInjectionToken: 'BeamsModuleOptions',
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createBeamsOptions')
  .setExtras({ isGlobal: true, name: undefined, webhook: undefined, auth: undefined }, completeDefinition)
  .build()

class BeamsModule extends ConfigurableModuleClass {
  #beams
  #closeTimeout
  #handlers
  #limit
  #timer

  constructor(beams, handlers, { closeTimeout }) {
    super()
    this.#beams = beams
    this.#closeTimeout = closeTimeout
    this.#handlers = handlers
  }

  /** Starts the timer, because Nest then closes the HTTP server, whose requests may wait for calls. */
  onModuleDestroy() {
    if (this.#closeTimeout === undefined) return
    this.#limit = new Promise((resolve) => (this.#timer = setTimeout(resolve, this.#closeTimeout)))
    // `onApplicationShutdown` reports its error.
    this.#limit.then(() => this.#beams.close({ timeout: 0 })).catch(() => {})
  }

  /** Nest has closed the HTTP server before, so that the requests in flight could still publish. */
  async onApplicationShutdown() {
    try {
      await Promise.race([this.#handlers.settled(), this.#limit].filter(Boolean))
      await this.#beams.close()
    } finally {
      clearTimeout(this.#timer)
    }
  }
}

Module({})(BeamsModule)
for (const [index, token] of [CLIENT, BeamsEventHandlers, OPTIONS].entries()) {
  Inject(token)(BeamsModule, undefined, index)
}

/** Adds what `forRoot` and `forRootAsync` have in common. */
function completeDefinition(definition, { isGlobal, name, webhook, auth }) {
  const client = getBeamsToken(name)
  const routes = readRoutes({ webhook, auth })
  const endpoints = [...routes].map(([route, options]) => ({ ...ENDPOINTS[route], options }))
  const isDefault = name === undefined
  return {
    ...definition,
    global: isGlobal,
    imports: [...(definition.imports ?? []), DiscoveryModule],
    controllers: endpoints.map(({ Endpoint, Method, options }) => createController(Endpoint, Method, options)),
    providers: [
      ...definition.providers,
      { provide: OPTIONS, inject: [MODULE_OPTIONS_TOKEN], useFactory: (options) => mergeOptions(options, routes) },
      { provide: client, inject: [OPTIONS], useFactory: createClient },
      { provide: CLIENT, useExisting: client },
      {
        provide: BeamsEventHandlers,
        inject: [DiscoveryService, ModuleRef],
        useFactory: (discovery, moduleRef) => {
          checkUnique(discovery, name)
          return new BeamsEventHandlers(discovery, moduleRef, name)
        },
      },
      ...endpoints.map(({ Endpoint, inject }) => provideClass(Endpoint, inject)),
      ...(isDefault ? [provideClass(BeamsHealthIndicator, [CLIENT])] : []),
    ],
    exports: isDefault ? [client, BeamsHealthIndicator] : [client],
  }
}

/** Throws if another module of the application has a client of the name: which of them is injected would depend on the place. */
function checkUnique(discovery, name) {
  const client = getBeamsToken(name)
  const isOwn = ({ token, host }) => token === client && host?.providers.has(OPTIONS)
  if (discovery.getProviders().filter(isOwn).length < 2) return
  const subject = name === undefined ? 'clients without a name' : `clients with the name '${name}'`
  throw new Error(
    `BeamsModule: there are several ${subject}; call forRoot or forRootAsync once for each client, with a name of its own for ` +
      'each but one, and import the module that it returns wherever it is needed',
  )
}

function provideClass(Class, inject) {
  return { provide: Class, inject, useFactory: (...dependencies) => new Class(...dependencies) }
}

module.exports = { BeamsModule }
