'use strict'

// The host and port of a URL.

/** The host, without the brackets of an IPv6 address. */
function readHost({ hostname }) {
  return hostname.replaceAll(/^\[|\]$/g, '')
}

function readPort({ protocol, port }) {
  return Number(port) || (protocol === 'https:' ? 443 : 80)
}

module.exports = { readHost, readPort }
