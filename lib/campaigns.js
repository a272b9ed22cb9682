'use strict'

// The bulk publishes in flight of each client, for which its `close` waits.

const { setImmediate } = require('node:timers')

const campaigns = new WeakMap()

/** Counts a bulk publish as in flight. The returned function ends that in the next turn, when its caller has continued. */
function trackCampaign(client) {
  if (!campaigns.has(client)) campaigns.set(client, new Set())
  const inFlight = campaigns.get(client)
  let end
  const ended = new Promise((resolve) => (end = resolve))
  inFlight.add(ended)
  return () => {
    setImmediate(() => {
      inFlight.delete(ended)
      end()
    })
  }
}

/** Resolves when all bulk publishes that are in flight now have settled. */
async function waitForCampaigns(client) {
  for (const ended of campaigns.get(client) ?? []) await ended
}

module.exports = { trackCampaign, waitForCampaigns }
