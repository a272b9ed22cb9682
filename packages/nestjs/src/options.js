'use strict'

const { PushNotifications } = require('beams-native')

/** The maximum of a timer, and of the timeout of `close`. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** The routes of `forRoot` and `forRootAsync`, by the name of their option. Nest reads a route's path before it calls factories. */
function readRoutes(definition) {
  const routes = Object.entries(definition).filter(([, route]) => route !== undefined)
  for (const [name, { path }] of routes) {
    if (typeof path !== 'string') throw new Error(`BeamsModule: ${name}.path must be a string`)
  }
  return new Map(routes)
}

/** Adds what a factory has returned to what was given with the routes. Checks the options that are not the client's. */
function mergeOptions(returned, routes) {
  const { webhook, auth, ...merged } = returned ?? {}
  checkCloseTimeout(merged.closeTimeout)
  for (const [name, fromFactory] of Object.entries({ webhook, auth })) {
    if (routes.has(name)) {
      const { path: _path, decorators: _decorators, ...given } = routes.get(name)
      merged[name] = { ...given, ...fromFactory }
    } else if (fromFactory !== undefined) {
      throw new Error(`BeamsModule: ${name} has no path; set ${name}: { path } in forRootAsync, beside the factory`)
    }
  }
  return merged
}

/** Throws when the application starts: the client would, but only when it is closed. */
function checkCloseTimeout(timeout) {
  if (timeout === undefined || (typeof timeout === 'number' && timeout >= 0 && timeout <= MAX_TIMEOUT)) return
  throw new Error(`BeamsModule: closeTimeout must be a number of milliseconds from 0 to ${MAX_TIMEOUT}`)
}

/** Creates the client, unless the options have one. The other options are its own, and it rejects unknown ones. */
function createClient({ client, closeTimeout: _closeTimeout, webhook: _webhook, auth: _auth, ...options }) {
  return client ?? new PushNotifications(options)
}

module.exports = { createClient, mergeOptions, readRoutes }
