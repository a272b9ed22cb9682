'use strict'

/** Gives `app` a method `resetConnection(socket)`, which ends a connection with a TCP reset, with TLS too. */
function trackConnections(app) {
  const transports = new Map()
  app.server.on('connection', (transport) => {
    const key = identify(transport)
    transports.set(key, transport)
    transport.once('close', () => transports.delete(key))
  })
  app.decorate('resetConnection', (socket) => {
    // Only a TCP socket can be reset, and `resetAndDestroy` throws on one that wraps it.
    const transport = transports.get(identify(socket)) ?? socket
    // A reset during a shutdown fails and leaves the handle open for ever; the other side has closed then anyway.
    if (socket.destroyed || socket.writableEnded || transport.destroyed || transport.writableEnded) socket.destroy()
    else transport.resetAndDestroy()
  })
}

function identify({ remoteAddress, remotePort }) {
  return `${remoteAddress} ${remotePort}`
}

module.exports = { trackConnections }
