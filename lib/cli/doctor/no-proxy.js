'use strict'

// NO_PROXY, with the rules of the addon. The table in the guide "Proxies and certificates" tests both.

const { BlockList, isIP } = require('node:net')
const { readHost, readPort, unbracket } = require('./host.js')

/** Whether the list excludes the host of a URL from the use of a proxy. */
function isExcluded(url, list) {
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => matches(url, entry))
}

function matches(url, entry) {
  if (entry === '*') return true
  const hostname = readHost(url)
  const network = /^([\d.a-f:]+)\/(\d+)$/i.exec(entry)
  if (network) return contains(hostname, network[1], Number(network[2]))
  const { host, port } = splitPort(entry)
  if (port !== undefined && Number(port) !== readPort(url)) return false
  if (isIP(unbracket(host))) return contains(hostname, unbracket(host))
  return isIP(hostname) === 0 && isBelow(hostname, host)
}

/** Whether an address is in a network, or equal to another address. */
function contains(hostname, address, prefix) {
  const [listed, asked] = [isIP(address), isIP(hostname)]
  if (listed === 0 || asked === 0 || prefix > (listed === 4 ? 32 : 128)) return false
  const list = new BlockList()
  if (prefix === undefined) list.addAddress(address, `ipv${listed}`)
  else list.addSubnet(address, prefix, `ipv${listed}`)
  return list.check(hostname, `ipv${asked}`)
}

/** Whether a name is the listed domain or a subdomain; only a subdomain, for `*.domain`. */
function isBelow(hostname, listed) {
  const isBelowOnly = listed.startsWith('*.')
  const domain = normalize(isBelowOnly ? listed.slice(2) : listed)
  if (domain === undefined) return false
  const name = hostname.replace(/\.$/, '')
  return name.endsWith(`.${domain}`) || (name === domain && !isBelowOnly)
}

/** A domain in the form of URLs: lower case, ASCII. */
function normalize(domain) {
  try {
    return new URL(`http://${domain.replaceAll(/^\.+|\.+$/g, '')}`).host
  } catch {
    return undefined
  }
}

/** Splits `host:port`. An IPv6 address has a port only if it is in brackets. */
function splitPort(entry) {
  const [, host, port] = /^(.*):(\d+)$/.exec(entry) ?? []
  return host !== undefined && (!host.includes(':') || host.endsWith(']')) ? { host, port } : { host: entry }
}

module.exports = { isExcluded }
