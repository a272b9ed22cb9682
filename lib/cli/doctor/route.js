'use strict'

// The route to the service. The addon chooses it; this file only reads and describes its choice.

const { fail, ok } = require('./diagnosis.js')
const { isSecretKey } = require('./settings.js')

const NAME = 'proxy'
/** Settings on which the route does not depend, and which may be missing or invalid. */
const ANY = 'doctor'

/**
 * The `base` URL of the service, the `route` to it, the URL of the `proxy` if there is one, and whether the secret key is sent in plain
 * text. `undefined` if the host is unknown. Throws if the endpoint is invalid.
 */
function findRoute({ instanceId, endpoint }) {
  // DNS queries must not reveal a secret key.
  if (endpoint === undefined && (instanceId === undefined || isSecretKey(instanceId))) return undefined
  const { PushNotifications } = require('../../..')
  const settings = endpoint === undefined ? { instanceId } : { instanceId: ANY, endpoint }
  const beams = new PushNotifications({ ...settings, secretKey: ANY })
  const route = JSON.parse(beams.describeRoute())
  return {
    base: new URL(beams.endpoint),
    route,
    proxy: route.kind === 'proxy' ? readProxy(route) : undefined,
    isPlainText: beams.warning() !== null,
  }
}

/** The URL of the proxy, with the credentials from the variable: the addon does not return them. */
function readProxy({ url, variable }) {
  const value = process.env[variable].trim()
  const { username, password } = new URL(value.includes('://') ? value : `http://${value}`)
  return Object.assign(new URL(url), { username, password })
}

function checkRoute({ base, route: { kind, url, variable, variables } }) {
  switch (kind) {
    case 'loopback':
      return ok(NAME, `no proxy: ${base.hostname} is a loopback address`)
    case 'noVariable':
      return ok(NAME, `no proxy: none of ${variables.join(', ')} is set`)
    case 'excluded':
      return ok(NAME, `no proxy: ${variable} excludes ${base.host}`)
    case 'proxy':
      return ok(NAME, `${url} (${variable})`)
    default:
      return fail(
        NAME,
        `${variable} is not a valid proxy URL`,
        'set it to a URL such as http://user:password@proxy.example:3128',
      )
  }
}

module.exports = { checkRoute, findRoute }
