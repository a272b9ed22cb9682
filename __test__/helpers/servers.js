'use strict'

const http = require('node:http')
const net = require('node:net')
const { once } = require('node:events')

/** Listens on a free port of the loopback interface, which it returns. The server and its connections end with the test. */
async function listen(t, server) {
  const sockets = new Set()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return server.address().port
}

/**
 * An HTTP server that keeps every request as it came and responds with what `respond(request)` returns, in the form
 * `{ status, headers, body }`; if that is nothing, as the service responds to a valid request. It ends with the test.
 */
async function recordingServer(t, respond = accept) {
  const requests = []
  const server = http.createServer((incoming, outgoing) => {
    const chunks = []
    incoming.on('data', (chunk) => chunks.push(chunk))
    incoming.on('end', () => {
      const { method, url, headers, rawHeaders } = incoming
      const request = { method, path: url, headers, rawHeaders, body: Buffer.concat(chunks).toString() }
      requests.push(request)
      const {
        status = 200,
        headers: responseHeaders = {},
        body = '',
      } = respond(request, requests.length) ?? accept(request)
      outgoing.writeHead(status, responseHeaders).end(body)
    })
  })
  return { requests, port: await listen(t, server) }
}

/** The service's response to a valid request. */
function accept({ method }) {
  return method === 'DELETE'
    ? {}
    : { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '{"publishId":"pubid-1"}\n' }
}

/**
 * A server of bare sockets: `behave(socket, number)` is called when the `number`th request has arrived, and says whatever a
 * well-behaved server never would; `greet(socket)` is called for every connection. It ends with the test.
 */
async function socketServer(t, behave, greet = () => {}) {
  const sockets = new Set()
  let requests = 0
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    greet(socket)
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const head = received.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(received)?.[1] ?? 0)
      if (received.length < head + 4 + length) return
      received = ''
      requests++
      behave(socket, requests)
    })
  })
  return {
    port: await listen(t, server),
    get requests() {
      return requests
    },
    /** Resolves when no connection is open. */
    allClosed: () => Promise.all([...sockets].map((socket) => once(socket, 'close'))),
  }
}

/** A port on which nobody listens. */
async function unusedPort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

module.exports = { listen, recordingServer, socketServer, unusedPort }
