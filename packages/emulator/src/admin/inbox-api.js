'use strict'

const { readPublish } = require('../store/publish-store.js')
const { readFailedPublish } = require('../store/failed-requests.js')
const { describeRequest } = require('../delivery/webhook-queue.js')
const { checkQuery, createFilter } = require('./filter.js')
const { perform } = require('./perform.js')
const { describeItem } = require('./describe-item.js')
const { explain } = require('./explain.js')

const PAGE_SIZE = 100
const MAX_SHOWN_DELIVERIES = 200

/** The API of the inbox: pages of summaries, and single items in full. */
function inboxApi(app, { items, sequence, payloadChecks, deviceStore, instanceId, secretKey }) {
  /** Responds to a request with a filter: with 400, if the filter is none. */
  const filtered = (others, respond) =>
    perform(({ query }) => {
      checkQuery(query, others)
      return respond(items.list(), createFilter(query), query)
    })

  app.get('/inbox', filtered(['before', 'limit'], listPage))

  function listPage(all, isSought, { before, limit = PAGE_SIZE }) {
    const found = all.filter(isSought)
    // It may no longer match, for example because it was read since.
    const last = before === undefined ? { number: Infinity } : items.find(before)
    if (last?.number === undefined) throw new TypeError('before must be the id of an item of the inbox')
    const older = found.filter(({ number }) => number < last.number)
    return {
      items: older.slice(0, Math.min(Number(limit), PAGE_SIZE)).map(describeItem),
      total: found.length,
      kept: all.length,
      unread: found.filter(({ isRead }) => !isRead).length,
      latest: sequence.last,
    }
  }

  app.delete('/inbox', filtered(['until'], removeMatches))

  /** With `until`, the number of the latest item, those that have arrived since are kept. */
  function removeMatches(all, isSought, { until = Infinity }) {
    items.remove(all.filter((item) => item.number <= Number(until) && isSought(item)))
  }

  app.post(
    '/inbox/read',
    filtered([], (all, isSought) => items.markRead(all.filter(isSought))),
  )

  app.get('/inbox/settings', async () => ({ instanceId, needsSecretKey: secretKey !== undefined }))

  const route = (respond) => async (request, reply) => {
    const item = items.find(request.params.id)
    return item ? respond(item, reply) : reply.callNotFound()
  }

  app.get(
    '/inbox/:id',
    route((item) => ({ ...describeItem(item), ...describeDetail(item, { deviceStore, payloadChecks }) })),
  )

  app.delete(
    '/inbox/:id',
    route((item, reply) => {
      items.remove([item])
      return reply.send()
    }),
  )

  app.post(
    '/inbox/:id/read',
    route((item, reply) => {
      items.markRead([item])
      return reply.send()
    }),
  )
}

function describeDetail(item, services) {
  switch (item.type) {
    case 'publish':
      return {
        publish: readPublish(item),
        deliveries: item.deliveries.slice(0, MAX_SHOWN_DELIVERIES),
        deliveryCount: item.deliveries.length,
        ...explain(item, services),
      }
    case 'deletion':
      return {}
    case 'failed-request':
      return { publish: readFailedPublish(item), source: item.source.toString(), ...explain(item, services) }
    default:
      return { request: describeRequest(item) }
  }
}

module.exports = { inboxApi }
