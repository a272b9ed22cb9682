'use strict'

// Connections for a look at what is on the way: no secret is sent over them.

const http = require('node:http')
const https = require('node:https')
const net = require('node:net')
const tls = require('node:tls')
const { once } = require('node:events')
const { hostOf, portOf } = require('./host.js')

const TIMEOUT_MS = 10_000

/** Whether requests to a URL go to the proxy itself, which forwards them, and not through a tunnel. */
function isForwarded(base, proxy) {
  return proxy !== undefined && base.protocol === 'http:'
}

/** Opens a connection: to the service, through a tunnel of the proxy, or to a proxy that forwards. */
function connect(base, proxy) {
  if (proxy === undefined) return connectTo(base)
  return isForwarded(base, proxy) ? connectTo(proxy) : openTunnel(base, proxy)
}

async function connectTo(url) {
  return ready(net.connect(addressOf(url)), 'connect')
}

async function openTunnel(base, proxy) {
  const authority = `${base.hostname}:${portOf(base)}`
  const { request } = proxy.protocol === 'https:' ? https : http
  const asked = request({
    ...addressOf(proxy),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...authorization(proxy) },
    agent: false,
  }).end()
  const [response, socket] = await ready(asked, 'connect', (...values) => values)
  if (response.statusCode === 200) return socket
  socket.destroy()
  throw new Error(`the proxy refused to connect to ${authority}: ${response.statusCode} ${response.statusMessage}`)
}

/** Continues with TLS, whoever the certificate is of: it is for the check to judge. */
async function secure(socket, base) {
  const host = hostOf(base)
  const secured = tls.connect({
    socket,
    servername: net.isIP(host) ? undefined : host,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
  })
  return ready(secured, 'secureConnect')
}

/** The headers of the response to a request without a body, over a connection that is closed after it. */
async function requestHeaders(base, socket, proxy) {
  const forwarded = isForwarded(base, proxy)
  const request = http.request({
    createConnection: () => socket,
    method: 'HEAD',
    path: forwarded ? base.href : base.pathname,
    headers: { host: base.host, connection: 'close', ...(forwarded ? authorization(proxy) : {}) },
  })
  const [response] = await ready(request.end(), 'response', (...values) => values)
  response.destroy()
  return response.headers
}

/** Resolves at an event; rejects at an error, or if neither comes in time. */
async function ready(emitter, event, select = () => emitter) {
  const late = new Error(`no answer within ${TIMEOUT_MS / 1000} s`)
  const timer = setTimeout(() => emitter.destroy(late), TIMEOUT_MS)
  try {
    return select(...(await once(emitter, event)))
  } finally {
    clearTimeout(timer)
  }
}

function addressOf(url) {
  return { host: hostOf(url), port: portOf(url) }
}

function authorization({ username, password }) {
  if (username === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
}

module.exports = { connect, requestHeaders, secure }
