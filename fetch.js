'use strict'

const { authEndpoint, webhookEndpoint } = require('./lib/endpoints/fetch.js')
const { seenInMemory } = require('./lib/endpoints/seen.js')

module.exports = { authEndpoint, seenInMemory, webhookEndpoint }
