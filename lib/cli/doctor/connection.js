'use strict'

// Connections for a look at what is on the way: no secret is sent over them.

const http = require('node:http')
const https = require('node:https')
const net = require('node:net')
const tls = require('node:tls')
const { once } = require('node:events')
const { readHost, readPort } = require('./host.js')

const TIMEOUT_MS = 10_000

/** Whether requests to a URL go to the proxy itself, which forwards them, and not through a tunnel. */
function isForwarded(base, proxy) {
  return proxy !== undefined && base.protocol === 'http:'
}

/** Opens a connection: to the service, through a tunnel of the proxy, or to a proxy that forwards. */
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

/** Continues with TLS, whoever the certificate is of: it is for the check to judge. */
function startTls(socket, base) {
  const options = { socket, ...toServerName(base), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }
  return waitFor(tls.connect(options), 'secureConnect')
}

/** Servers choose a certificate by the name that they are asked for. An address is none. */
function toServerName(url) {
  const host = readHost(url)
  return net.isIP(host) ? { host } : { host, servername: host }
}

/** The headers of the response to a request without a body, over a connection that is closed after it. */
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

/** Resolves at an event; rejects at an error, or if neither comes in time. */
async function waitFor(emitter, event, select = () => emitter) {
  // What happens to it afterwards is for the next step to notice.
  emitter.on('error', () => {})
  const late = new Error(`no answer within ${TIMEOUT_MS / 1000} s`)
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
