'use strict'

// Clients give up during a planned delay, and then the emulator is closed: the process has to end by itself.

const net = require('node:net')
const { once } = require('node:events')
const { startEmulator } = require('../..')

const request = 'DELETE /customer_api/v1/instances/i/users/u HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\r\n'

async function main() {
  for (const leave of ['end', 'destroy', 'resetAndDestroy']) {
    for (let round = 0; round < 10; round++) {
      const emulator = await startEmulator()
      emulator.failNext({ delay: 600_000, times: 20 })
      const sockets = Array.from({ length: 20 }, () => net.connect(emulator.port, '127.0.0.1').on('error', () => {}))
      await Promise.all(sockets.map((socket) => once(socket, 'connect')))
      for (const socket of sockets) socket.write(request)
      while (emulator.failures().length > 0) await new Promise(setImmediate)
      for (const socket of sockets) socket[leave]()
      // From the same turn of the event loop up to several later.
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate)
      await emulator.close()
    }
  }
  console.log('closed')
}

main()
