'use strict'

const http = require('node:http')
const http2 = require('node:http2')
const { once } = require('node:events')
const { createRandom } = require('./random.js')

/** The service's own words; what a router says in its place. */
const own = '{"error":"Service Unavailable","description":"Try again later"}'
const html = '<html><body>Application error</body></html>'
const noWait = { 'retry-after': '0' }
const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } = http2.constants

/** What a server may do with a publish: how often in a hundred, whether it processes it, and how it responds. */
const behaviours = [
  [44, true, (response, accepted) => response.end(accepted)],
  [10, true, (response, accepted, random) => setTimeout(() => response.end(accepted), random() * 50)],
  [4, true, (response) => response.writeHead(500).end()],
  [4, true, (response) => response.writeHead(503, noWait).end(html)],
  [3, true, (response) => response.writeHead(503, noWait).end()],
  [3, true, (response) => response.writeHead(503, noWait).end('{"message":"upstream connect error"}')],
  [3, true, (response) => response.writeHead(200, { 'content-length': 99 }).write('{', () => cut(response))],
  [1, true, () => {}],
  [8, false, (response) => response.writeHead(429, noWait).end()],
  [6, false, (response) => response.writeHead(503, noWait).end(own)],
  [2, false, (response) => response.writeHead(408, noWait).end()],
  [4, false, (response) => response.writeHead(422).end('{"error":"E","description":"D"}')],
]

const http1Behaviours = [
  [2, true, (response, accepted) => response.end(accepted, () => response.socket?.destroy())],
  [2, true, ({ socket }) => socket.destroy()],
  [2, true, ({ socket }) => socket.resetAndDestroy()],
  [2, false, ({ socket }) => socket.resetAndDestroy()],
]

const http2Behaviours = [
  [3, true, ({ stream }) => stream.close(NGHTTP2_INTERNAL_ERROR)],
  [3, false, ({ stream }) => stream.close(NGHTTP2_REFUSED_STREAM)],
  [1, false, ({ stream }) => goAway(stream.session)],
  // Not `session.destroy()`, which corrupts the heap of Node.js 20 once in some 10 000 times.
  [1, true, (_response, _accepted, _random, sockets) => [...sockets].at(-1)?.destroy()],
]

/** Breaks a response off. */
const cut = ({ stream, socket }) => (stream ? stream.close(NGHTTP2_INTERNAL_ERROR) : socket?.destroy())

/** Sessions that have told their client which streams they still process. */
const leaving = new WeakSet()

/** Takes no more streams. Node.js still reads those that come before it has sent this, so that the server ignores them. */
function goAway(session) {
  if (!session) return
  leaving.add(session)
  session.goaway()
}

/**
 * A server with random faults. `processed` has the id and the users of each publish that it has processed. With a
 * `certificate` it speaks HTTP/2, with so few `streams` that publishes wait for one.
 */
async function faultyServer(t, seed, { certificate, streams = 16 } = {}) {
  const random = createRandom(seed)
  const processed = new Map()
  const sockets = new Set()
  const all = [...behaviours, ...(certificate ? http2Behaviours : http1Behaviours)]
  const handle = async (request, response) => {
    response.on('error', () => {})
    if (leaving.has(request.stream?.session)) return
    const users = await readUsers(request)
    if (!users) return
    let left = random() * all.reduce((sum, [weight]) => sum + weight, 0)
    const [, isProcessed, respond] = all.find(([weight]) => (left -= weight) < 0)
    const publishId = `pubid-${processed.size}`
    if (isProcessed) processed.set(publishId, users)
    // The client may have gone.
    if (response.stream ? !response.stream.destroyed : response.socket) {
      respond(response, JSON.stringify({ publishId }), random, sockets)
    }
  }
  const server = certificate
    ? http2.createSecureServer({ ...certificate, settings: { maxConcurrentStreams: streams } }, handle)
    : http.createServer(handle)
  server.on('sessionError', () => {})
  server.on(certificate ? 'secureConnection' : 'connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: server.address().port, processed }
}

/** The users of a publish that has come whole; nothing where it was given up. */
async function readUsers(request) {
  let body = ''
  try {
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    return JSON.parse(body).users
  } catch {
    return undefined
  }
}

/** How often each user was published to. */
function countPublishes(processed) {
  const times = new Map()
  for (const users of processed.values()) for (const user of users) times.set(user, (times.get(user) ?? 0) + 1)
  return times
}

module.exports = { faultyServer, countPublishes }
