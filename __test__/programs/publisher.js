'use strict'

// A process that publishes once to the port that it is given.

const { payload, createClient } = require('../helpers/clients.js')

createClient({ port: process.argv[2] })
  .publishToUsers(['u'], payload)
  .then(() => process.disconnect?.())
