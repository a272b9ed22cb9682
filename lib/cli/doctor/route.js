'use strict'

// Finds the proxy that the addon uses, and the variable that selects it. The addon has the same rules; they are repeated here because
// `doctor` must work without a binary.

const { fail, ok } = require('./diagnosis.js')
const { isLoopback } = require('./host.js')
const { isExcluded } = require('./no-proxy.js')

const NAME = 'proxy'
const PROTOCOLS = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

/**
 * The route to a URL: the `proxy` and the `variable` that selects it, or `because`, if it is reached directly. An invalid variable
 * has no `proxy`.
 */
function chooseRoute(base, variables) {
  if (isLoopback(base)) return { because: `${base.hostname} is a loopback address` }
  const find = (names) => names.find((name) => variables[name]?.trim())
  const names = listVariables(base, find)
  const variable = find(names)
  if (variable === undefined) return { because: `none of ${names.join(', ')} is set` }
  const exception = find(['no_proxy', 'NO_PROXY'])
  if (exception !== undefined && isExcluded(base, variables[exception]))
    return { because: `${exception} excludes ${base.host}` }
  return { variable, proxy: parseProxy(variables[variable].trim()) }
}

/** The variables in order of precedence. A CGI server sets HTTP_PROXY from a header of the request (https://httpoxy.org). */
function listVariables(base, find) {
  const own = base.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY']
  if (base.protocol === 'http:' && find(['REQUEST_METHOD'])) own.pop()
  return [...own, 'all_proxy', 'ALL_PROXY']
}

function parseProxy(text) {
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`)
    return PROTOCOLS.has(url.protocol) && url.hostname !== '' ? url : undefined
  } catch {
    return undefined
  }
}

/** Describes the route. The URL of a proxy may contain a password, so only its host is shown. */
function checkRoute({ because, variable, proxy }) {
  if (because !== undefined) return ok(NAME, `no proxy: ${because}`)
  if (proxy === undefined) {
    return fail(
      NAME,
      `${variable} is not a valid proxy URL`,
      `set it to a URL such as http://user:password@proxy.example:3128`,
    )
  }
  return ok(NAME, `${proxy.protocol}//${proxy.host} (${variable})`)
}

module.exports = { checkRoute, chooseRoute }
