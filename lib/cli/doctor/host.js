'use strict'

// The host and port of a URL.

/** The host, without the brackets of an IPv6 address. */
function readHost(url) {
  return unbracket(url.hostname)
}

function unbracket(host) {
  return host.replaceAll(/^\[|\]$/g, '')
}

function readPort({ protocol, port }) {
  return Number(port) || (protocol === 'https:' ? 443 : 80)
}

/** Whether the host is a loopback address. */
function isLoopback(url) {
  const host = readHost(url).replace(/\.$/, '')
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^(::ffff:)?127\./.test(host)
}

module.exports = { readHost, isLoopback, readPort, unbracket }
