'use strict'

// The way to the service, step by step, so that the first step that fails is named.

const dns = require('node:dns/promises')
const net = require('node:net')
const { fail, ok, skip, warn } = require('./diagnosis.js')
const { connect, requestHeaders, startTls } = require('./connection.js')
const { checkCertificate } = require('./certificate.js')
const { checkClock } = require('./clock.js')
const { readHost, isLoopback } = require('./host.js')

/** Yields what each step has found, until one fails. */
async function* checkNetwork(base, { proxy }) {
  const lookup = await checkName(proxy ?? base)
  yield lookup
  if (lookup.status === 'fail') return
  if (proxy?.protocol.startsWith('socks')) {
    yield skip('connection', 'not looked at through a SOCKS proxy: the publish shows whether it works')
    return
  }
  let socket
  try {
    socket = await connect(base, proxy)
    yield ok('connection', `${base.host} is reached${proxy ? ' through the proxy' : ''}`)
  } catch (error) {
    yield explainConnection(base, proxy, error)
    return
  }
  try {
    if (base.protocol === 'https:') {
      socket = await startTls(socket, base)
      const certificate = checkCertificate(base, socket)
      yield certificate
      if (certificate.status === 'fail') return
    } else {
      yield checkPlainText(base)
    }
    const sentAt = Date.now()
    const headers = await requestHeaders(base, socket, proxy)
    yield checkClock(headers.date, sentAt, Date.now())
  } catch (error) {
    const step = base.protocol === 'https:' && !socket.encrypted ? 'tls' : 'clock'
    yield fail(step, `${base.host}: ${error.message}`, 'is it the service that listens there, and no proxy in between?')
  } finally {
    socket.destroy()
  }
}

function checkPlainText(base) {
  const message = `${base.origin} is plain http`
  return isLoopback(base)
    ? skip('tls', message)
    : warn('tls', message, 'the secret key is sent in plain text: an endpoint of https://… encrypts it')
}

async function checkName(url) {
  const host = readHost(url)
  if (net.isIP(host)) return skip('dns', `${host} is an address`)
  try {
    const addresses = await dns.lookup(host, { all: true })
    return ok('dns', `${host} is ${addresses.map(({ address }) => address).join(', ')}`)
  } catch (error) {
    return fail(
      'dns',
      `${host} was not found (${error.code})`,
      "check BEAMS_INSTANCE_ID, BEAMS_ENDPOINT and the proxy's variable for misspellings, and this machine's name servers",
    )
  }
}

function explainConnection(base, proxy, error) {
  const target = proxy ? `${base.host} through the proxy ${proxy.host}` : base.host
  // Node tries all addresses of a name, and has an error for each.
  const { code, message } = error.errors?.[0] ?? error
  const advice = proxy
    ? 'is the URL of the proxy right, with the user name and password that it may want?'
    : adviseConnection(code)
  return fail('connection', `no connection to ${target}: ${message}`, advice)
}

function adviseConnection(code) {
  return code === 'ECONNREFUSED'
    ? 'nothing listens there: is the emulator running, on this port?'
    : 'does a firewall allow it? If only a proxy may connect, set HTTPS_PROXY'
}

module.exports = { checkNetwork }
