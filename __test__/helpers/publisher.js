'use strict'

// A process that publishes once to the port that it is given.

const { payload, clientOf } = require('./clients.js')

clientOf({ port: process.argv[2] })
  .publishToUsers(['u'], payload)
  .then(() => process.disconnect?.())
