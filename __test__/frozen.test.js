'use strict'

// A process that is stopped (SIGSTOP, a container that is paused, a serverless function between two requests) goes on as if
// no time had passed, with connections that its server has closed in the meantime.

const { describe, test, before } = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const http2 = require('node:http2')
const path = require('node:path')
const { execFileSync, fork } = require('node:child_process')
const { once } = require('node:events')
const { makeAuthority, makeCertificate } = require('./helpers/certificates.js')

const ROUNDS = 60
const CALLS = 8

const accept = (request, response) => request.resume().on('end', () => response.end('{"publishId":"p"}'))

describe('a resumed process uses no connection that was closed while it was stopped', () => {
  let authority
  before(async () => (authority = await makeAuthority()))

  test('over HTTP/1.1', async (t) => {
    const { port, closeConnections } = await listen(t, http.createServer(accept), 'connection')
    await publishAcrossStops(t, { endpoint: `http://127.0.0.1:${port}` }, closeConnections)
  })

  test('over HTTP/2', async (t) => {
    const server = http2.createSecureServer(await makeCertificate(authority), accept)
    server.on('sessionError', () => {})
    const { port, closeConnections } = await listen(t, server, 'secureConnection')
    await publishAcrossStops(t, { endpoint: `https://127.0.0.1:${port}`, ca: authority.cert }, closeConnections)
  })
})

async function publishAcrossStops(t, options, closeConnections) {
  const program = path.join(__dirname, 'programs', 'publish-on-message.js')
  const child = fork(program, [JSON.stringify({ ...options, port: undefined })])
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'message')
  for (let round = 1; round <= ROUNDS; round++) {
    child.send(CALLS)
    await once(child, 'message')
    stop(child)
    await closeConnections()
    child.send(CALLS)
    child.kill('SIGCONT')
    const [outcomes] = await once(child, 'message')
    assert.deepEqual(outcomes, Array(CALLS).fill('published'), `round ${round}`)
  }
}

/** Returns when the process does not run any more, which is not at once. */
function stop(child) {
  child.kill('SIGSTOP')
  while (
    !execFileSync('ps', ['-o', 'state=', '-p', String(child.pid)])
      .toString()
      .startsWith('T')
  );
}

async function listen(t, server, connected) {
  const sockets = new Set()
  server.on(connected, (socket) => {
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
  return {
    port: server.address().port,
    closeConnections: () =>
      Promise.all(
        [...sockets].map((socket) => {
          socket.destroy()
          return once(socket, 'close')
        }),
      ),
  }
}
