'use strict'

const { isIP } = require('node:net')
const { ServiceError } = require('../api/errors.js')

/**
 * Refuses requests to a name that somebody else may own. A web page can make its own name resolve to this machine (DNS
 * rebinding), and would then be of the same origin as the emulator.
 */
function checkHost({ host, allowedHosts = [] }) {
  const allowed = [host, ...allowedHosts].filter(Boolean).map((name) => name.toLowerCase())
  return async ({ headers }) => {
    // Only HTTP/1.0 has none, which no browser speaks.
    if (headers.host === undefined) return
    const name = parseHostname(headers.host)
    if (name === undefined || !(isLocalName(name) || isAllowed(name, allowed))) {
      throw forbidden(
        `The host name ${JSON.stringify(name ?? headers.host)} is not allowed. If it is yours, start the emulator with --allowed-hosts ${name ?? '<name>'}, or the option allowedHosts`,
      )
    }
  }
}

/** Names that lead to this machine or its own network, and that nobody can register. */
function isLocalName(name) {
  return isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost') || name === 'host.docker.internal'
}

/** An entry such as `.example.com` allows every name below it. */
function isAllowed(name, allowed) {
  return allowed.some((entry) => name === entry || (entry.startsWith('.') && name.endsWith(entry)))
}

function parseHostname(host) {
  const url = `http://${host}/`
  if (!URL.canParse(url)) return undefined
  const { hostname } = new URL(url)
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/**
 * Refuses requests of foreign web pages, which could otherwise publish, delete and read through the developer's browser.
 * Programs other than browsers send neither header. Following a link is allowed: a page cannot read what it leads to.
 */
function checkOrigin({ allowedOrigins = [] }) {
  return async ({ method, headers }) => {
    const { origin, host, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers
    if (origin !== undefined) {
      if (allowedOrigins.includes(origin) || isSameHost(origin, host)) return
      throw forbidden(
        `Pages of ${origin} may not do this. If they are yours, start the emulator with --allowed-origins ${origin}, or the option allowedOrigins`,
      )
    }
    if (site === undefined || site === 'same-origin' || site === 'none') return
    const isLink = method === 'GET' && mode === 'navigate' && destination === 'document'
    if (!isLink) throw forbidden('Pages of another origin may not do this. See the option allowedOrigins')
  }
}

function isOrigin(value) {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
}

function isSameHost(origin, host) {
  return URL.canParse(origin) && new URL(origin).host === new URL(`${new URL(origin).protocol}//${host}`).host
}

function forbidden(description) {
  return new ServiceError(403, 'Forbidden', description)
}

module.exports = { checkHost, checkOrigin, isOrigin }
