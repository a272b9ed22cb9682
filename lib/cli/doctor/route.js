'use strict'

// Which proxy the addon uses. It decides for itself; this explains the decision, with the variable behind it.

const { fail, ok } = require('./diagnosis.js')
const { isLoopback } = require('./host.js')
const { isExcluded } = require('./no-proxy.js')

const NAME = 'proxy'
const PROTOCOLS = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

/**
 * The way to a URL: its `proxy`, with the name of the `variable` that holds it; neither where it is reached directly, and then
 * `because`. A variable that holds something else than the URL of a proxy has no `proxy`.
 */
function chooseRoute(base, variables) {
  if (isLoopback(base)) return { because: `${base.hostname} is this machine` }
  const find = (names) => names.find((name) => variables[name]?.trim())
  const names = listVariables(base, find)
  const variable = find(names)
  if (variable === undefined) return { because: `none of ${names.join(', ')} is set` }
  const exception = find(['no_proxy', 'NO_PROXY'])
  if (exception !== undefined && isExcluded(base, variables[exception]))
    return { because: `${exception} excludes ${base.host}` }
  return { variable, proxy: parseProxy(variables[variable].trim()) }
}

/** In the order in which they are looked at. A CGI server sets HTTP_PROXY from a header of the request (https://httpoxy.org). */
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

/** What the route is. A proxy's URL may hold a password, so only its host is shown. */
function checkRoute({ because, variable, proxy }) {
  if (because !== undefined) return ok(NAME, `no proxy: ${because}`)
  if (proxy === undefined) {
    return fail(
      NAME,
      `${variable} does not hold the URL of a proxy`,
      `set it to a URL such as http://user:password@proxy.example:3128`,
    )
  }
  return ok(NAME, `${proxy.protocol}//${proxy.host} (${variable})`)
}

module.exports = { checkRoute, chooseRoute }
