'use strict'

const { readPublish } = require('../store/publish-store.js')
const { createFilter } = require('./filter.js')
const { nearestInterest } = require('./nearest-interest.js')

const PAGE_SIZE = 100
const MAX_SHOWN_DELIVERIES = 200

/** What the inbox shows: pages of summaries, and one publish in full. */
function inboxApi(app, { publishStore, deviceStore }) {
  app.get('/inbox', async ({ query }) => {
    const found = [...publishStore.entries()].toReversed().filter(createFilter(query))
    const from = query.before === undefined ? 0 : found.findIndex(({ publishId }) => publishId === query.before) + 1
    return {
      publishes: found.slice(from, from + PAGE_SIZE).map(describeEntry),
      total: found.length,
      kept: publishStore.size,
      latest: publishStore.count,
    }
  })

  app.delete('/inbox', async ({ query }, reply) => {
    publishStore.removeWhere(createFilter(query))
    return reply.send()
  })

  app.get('/inbox/:publishId', async ({ params }, reply) => {
    const entry = publishStore.entry(params.publishId)
    if (!entry) return reply.callNotFound()
    const devices = deviceStore.existing(entry.instanceId)
    return {
      ...describeEntry(entry),
      publish: readPublish(entry),
      deliveries: entry.deliveries.slice(0, MAX_SHOWN_DELIVERIES),
      deliveryCount: entry.deliveries.length,
      unreached: entry.unreached.map((one) => ({
        ...one,
        similar:
          entry.kind === 'interests' && one.reason === 'no-device' ? nearestInterest(one.target, devices) : undefined,
      })),
    }
  })
}

/** An entry as lists show it. */
function describeEntry(entry) {
  const { number, publishId, instanceId, receivedAt, kind, targets, targetCount, platforms } = entry
  const { title, text, isDataOnly, unreachedCount } = entry
  const count = (test) => entry.deliveries.filter(test).length
  return {
    number,
    publishId,
    instanceId,
    receivedAt,
    kind,
    targets,
    targetCount,
    platforms,
    title,
    text,
    isDataOnly,
    unreachedCount,
    delivered: count(({ outcome }) => outcome === 'accepted'),
    failed: count(({ outcome }) => outcome === 'failed'),
    opened: count(({ openedAt }) => openedAt !== undefined),
  }
}

module.exports = { inboxApi, describeEntry }
