'use strict'

// For each number that it is sent, publishes so often at once, and sends what came of it.

const { createClient, payload } = require('../helpers/clients.js')

const beams = createClient({}, { ...JSON.parse(process.argv[2]), maxRetries: 0, maxRequestsPerSecond: Infinity })

process.on('message', async (count) => {
  const calls = Array.from({ length: count }, (_, index) =>
    beams.publishToUsers([`user-${index}`], payload).then(
      () => 'published',
      (error) => `${error.delivery}: ${error.message}`,
    ),
  )
  process.send(await Promise.all(calls))
})
process.send('ready')
