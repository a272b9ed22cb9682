'use strict'

const http = require('node:http')
const https = require('node:https')
const net = require('node:net')
const { once } = require('node:events')
const { listen } = require('./servers.js')

/**
 * An HTTP proxy, over TLS where there is a `certificate`. It keeps the first line of every request in `requests`, responds by
 * itself what it should forward, and opens every tunnel to `onward.port` on this machine, whatever name it was asked for. It
 * ends with the test.
 */
async function httpProxy(t, onward = {}, certificate = undefined) {
  const requests = []
  const credentials = []
  const server = certificate ? https.createServer(certificate) : http.createServer()
  server.on('tlsClientError', () => {})
  server.on('request', (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.end('{"publishId":"through-the-proxy"}'))
  })
  server.on('connect', (request, socket) => {
    requests.push(`CONNECT ${request.url}`)
    const basic = request.headers['proxy-authorization']?.replace('Basic ', '')
    if (basic) credentials.push(Buffer.from(basic, 'base64').toString())
    splice(socket, onward.port, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
  })
  const port = await listen(t, server)
  return { requests, credentials, url: `http${certificate ? 's' : ''}://127.0.0.1:${port}` }
}

/**
 * A SOCKS5 proxy (RFC 1928 and 1929). It keeps the host, port and credentials of every request in `requests`, and connects
 * all of them to `onward.port` on this machine. It ends with the test.
 */
async function socksProxy(t, onward, reply = 0) {
  const requests = []
  const server = net.createServer(async (socket) => {
    socket.on('error', () => {})
    const read = reader(socket)
    const [, methodCount] = await read(2)
    const methods = await read(methodCount)
    let credentials = ''
    if (methods.includes(2)) {
      socket.write(Buffer.of(5, 2))
      const [, userLength] = await read(2)
      const user = await read(userLength)
      const [passwordLength] = await read(1)
      credentials = `${user}:${await read(passwordLength)}@`
      socket.write(Buffer.of(1, 0))
    } else {
      socket.write(Buffer.of(5, 0))
    }
    const [, , , type] = await read(4)
    const host = type === 3 ? String(await read((await read(1))[0])) : [...(await read(type === 1 ? 4 : 16))].join('.')
    requests.push(`${credentials}${host}:${(await read(2)).readUInt16BE()}`)
    const response = Buffer.of(5, reply, 0, 1, 0, 0, 0, 0, 0, 0)
    if (reply !== 0) return socket.end(response)
    read.release()
    splice(socket, onward.port, () => socket.write(response))
  })
  return { requests, port: await listen(t, server) }
}

/** Reads exactly so many bytes of a socket at a time, until it is released. */
function reader(socket) {
  const read = async (length) => {
    for (;;) {
      const bytes = length === 0 ? Buffer.alloc(0) : socket.read(length)
      if (bytes) return bytes
      await once(socket, 'readable')
    }
  }
  read.release = () => socket.removeAllListeners('readable')
  return read
}

function splice(socket, port, connected) {
  socket.on('error', () => {})
  const onward = net.connect(port, '127.0.0.1', connected)
  onward.on('error', () => socket.destroy())
  socket.pipe(onward).pipe(socket)
}

module.exports = { httpProxy, socksProxy }
