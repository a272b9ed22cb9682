'use strict'

// Checks the route to the service, step by step.

const dns = require('node:dns/promises')
const net = require('node:net')
const { fail, ok, skip, warn } = require('./diagnosis.js')
const { connect, requestHeaders, startTls } = require('./connection.js')
const { checkCertificate } = require('./certificate.js')
const { checkClock } = require('./clock.js')
const { readHost } = require('./host.js')

/** OpenSSL's errors for data that is not TLS; which one depends on its version. */
const NOT_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_INVALID_RECORD_TYPE',
  'EPROTO',
])

/** Yields the result of each step, until one fails. */
async function* checkNetwork({ base, proxy, isPlainText }) {
  const lookup = await checkName(proxy ?? base)
  yield lookup
  if (lookup.status === 'fail') return
  if (proxy?.protocol.startsWith('socks')) {
    yield skip('connection', 'not checked through a SOCKS proxy; the check of the key uses it')
    return
  }
  let socket
  try {
    socket = await connect(base, proxy)
    yield ok('connection', `connected to ${base.host}${proxy ? ' through the proxy' : ''}`)
  } catch (error) {
    yield explainConnection(base, proxy, error)
    return
  }
  let isHandshake = base.protocol === 'https:'
  try {
    if (isHandshake) {
      socket = await startTls(socket, base)
      isHandshake = false
      const certificate = checkCertificate(base, socket)
      yield certificate
      if (certificate.status === 'fail') return
    } else {
      yield checkPlainText(base, isPlainText)
    }
    const sentAt = Date.now()
    const headers = await requestHeaders(base, socket, proxy)
    yield checkClock(headers.date, sentAt, Date.now())
  } catch (error) {
    yield explainExchange(base, isHandshake, error)
  } finally {
    socket.destroy()
  }
}

/** On a loopback address, nothing is sent over the network. */
function checkPlainText(base, isPlainText) {
  const message = `${base.origin} is plain http`
  return isPlainText
    ? warn('tls', message, 'the secret key is sent in plain text: use an https:// endpoint')
    : skip('tls', message)
}

async function checkName(url) {
  const host = readHost(url)
  if (net.isIP(host)) return skip('dns', `${host} is an IP address`)
  try {
    const addresses = await dns.lookup(host, { all: true })
    return ok('dns', `${host} resolves to ${addresses.map(({ address }) => address).join(', ')}`)
  } catch (error) {
    return fail(
      'dns',
      `the host name ${host} was not found (${error.code})`,
      'check the spelling of BEAMS_INSTANCE_ID, BEAMS_ENDPOINT and the proxy, and the DNS settings of this machine',
    )
  }
}

function explainConnection(base, proxy, error) {
  const target = proxy ? `${base.host} through the proxy ${proxy.host}` : base.host
  // Node.js tries all addresses of a host, and has an error for each.
  const { code, message } = error.errors?.[0] ?? error
  const advice = proxy ? 'check the URL of the proxy, with its user name and password' : adviseConnection(code)
  return fail('connection', `no connection to ${target}: ${message}`, advice)
}

/** Explains an error on an established connection: in the TLS handshake, or in the request after it. */
function explainExchange(base, isHandshake, error) {
  const advice = 'check that the endpoint is the service, and that no proxy intercepts the connection'
  if (isHandshake) {
    return NOT_TLS.has(error.code)
      ? fail('tls', `${base.host} does not speak TLS on that port`, 'is the endpoint http://?')
      : fail('tls', `TLS handshake with ${base.host} failed: ${describeSocketError(error)}`, advice)
  }
  // A server that expects TLS closes the connection when it receives plain HTTP.
  const question = base.protocol === 'https:' ? '' : '; is the endpoint https://?'
  return fail('clock', `${base.host} sent no HTTP response: ${describeSocketError(error)}`, advice + question)
}

function describeSocketError({ code, reason, message }) {
  if (code === 'ECONNRESET') return 'it closed the connection'
  if (code?.startsWith('HPE_')) return 'it sent something else'
  // The message of an OpenSSL error is a line of its log.
  return reason ?? message
}

function adviseConnection(code) {
  return code === 'ECONNREFUSED'
    ? 'no server is listening there: is the emulator running, on this port?'
    : 'check the firewall; if a proxy is required, set HTTPS_PROXY'
}

module.exports = { checkNetwork }
