'use strict'

// What the host of a URL says.

/** The host, an IPv6 address without its brackets. */
function readHost(url) {
  return unbracket(url.hostname)
}

function unbracket(host) {
  return host.replaceAll(/^\[|\]$/g, '')
}

function readPort({ protocol, port }) {
  return Number(port) || (protocol === 'https:' ? 443 : 80)
}

/** Whether a URL leads to this machine. */
function isLoopback(url) {
  const host = readHost(url).replace(/\.$/, '')
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^(::ffff:)?127\./.test(host)
}

module.exports = { readHost, isLoopback, readPort, unbracket }
