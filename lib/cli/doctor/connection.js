'use strict'

// Connections to examine the route to the service. The secret key is not sent over them.

const http = require('node:http')
const https = require('node:https')
const net = require('node:net')
const tls = require('node:tls')
const { once } = require('node:events')
const { readHost, readPort } = require('./host.js')

const TIMEOUT_MS = 10_000

/** Whether the proxy forwards each request, instead of opening a tunnel. */
function isForwarded(base, proxy) {
  return proxy !== undefined && base.protocol === 'http:'
}

/** Connects to the service, directly or through a tunnel, or to a proxy that forwards requests. */
async function connect(base, proxy) {
  if (proxy === undefined) return connectTo(base)
  if (!isForwarded(base, proxy)) return openTunnel(base, proxy)
  const socket = await connectTo(proxy)
  return proxy.protocol === 'https:'
    ? waitFor(tls.connect({ socket, ...toServerName(proxy) }), 'secureConnect')
    : socket
}

function connectTo(url) {
  return waitFor(net.connect(toAddress(url)), 'connect')
}

async function openTunnel(base, proxy) {
  const authority = `${base.hostname}:${readPort(base)}`
  const { request } = proxy.protocol === 'https:' ? https : http
  const asked = request({
    ...toAddress(proxy),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...createAuthorization(proxy) },
    agent: false,
  }).end()
  const [response, socket] = await waitFor(asked, 'connect', (...values) => values)
  if (response.statusCode === 200) return socket
  socket.destroy()
  throw new Error(`the proxy refused to connect to ${authority}: ${response.statusCode} ${response.statusMessage}`)
}

/** Starts TLS without verifying the certificate, which is examined afterwards. */
function startTls(socket, base) {
  const options = { socket, ...toServerName(base), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }
  return waitFor(tls.connect(options), 'secureConnect')
}

/** The name for SNI, which must not be an address. */
function toServerName(url) {
  const host = readHost(url)
  return net.isIP(host) ? { host } : { host, servername: host }
}

/** Sends a HEAD request, and resolves to the headers of the response. */
async function requestHeaders(base, socket, proxy) {
  const forwarded = isForwarded(base, proxy)
  const request = http.request({
    createConnection: () => socket,
    method: 'HEAD',
    path: forwarded ? base.href : base.pathname,
    headers: { host: base.host, connection: 'close', ...(forwarded ? createAuthorization(proxy) : {}) },
  })
  const [response] = await waitFor(request.end(), 'response', (...values) => values)
  response.destroy()
  return response.headers
}

/** Resolves on an event. Rejects on an error or a timeout. */
async function waitFor(emitter, event, select = () => emitter) {
  // Later errors must not be uncaught; they fail the next step.
  emitter.on('error', () => {})
  const late = new Error(`no response within ${TIMEOUT_MS / 1000} s`)
  const timer = setTimeout(() => emitter.destroy(late), TIMEOUT_MS)
  try {
    return select(...(await once(emitter, event)))
  } finally {
    clearTimeout(timer)
  }
}

function toAddress(url) {
  return { host: readHost(url), port: readPort(url) }
}

function createAuthorization({ username, password }) {
  if (username === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
}

module.exports = { connect, requestHeaders, startTls }
