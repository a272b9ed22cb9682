'use strict'

// A client gives up during a planned delay, and the emulator is closed at that very moment: the process has to end by itself.

const diagnosticsChannel = require('node:diagnostics_channel')
const net = require('node:net')
const { once } = require('node:events')
const { startEmulator } = require('../..')

const request = 'DELETE /customer_api/v1/instances/i/users/u HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\r\n'

async function main() {
  const emulator = await startEmulator()
  emulator.failNext({ delay: 600_000 })
  const accepted = new Promise((resolve) => diagnosticsChannel.subscribe('net.server.socket', resolve))
  const client = net.connect(emulator.port, '127.0.0.1').on('error', () => {})
  await once(client, 'connect')
  client.write(request)
  while (emulator.failures().length > 0) await new Promise(setImmediate)
  const { socket } = await accepted
  // The server's side of the connection is shutting down then.
  const isEnding = new Promise((resolve) => socket.once('end', () => queueMicrotask(resolve)))
  client.destroy()
  await isEnding
  await emulator.close()
  console.log('closed', socket.writableEnded)
}

main()
