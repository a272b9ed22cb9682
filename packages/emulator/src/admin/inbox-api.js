'use strict'

const { readPublish } = require('../store/publish-store.js')
const { readFailedPublish } = require('../store/failed-requests.js')
const { describeRequest } = require('../delivery/webhook-queue.js')
const { createFilter } = require('./filter.js')
const { describeItem } = require('./describe-item.js')
const { explain } = require('./explain.js')

const PAGE_SIZE = 100
const MAX_SHOWN_DELIVERIES = 200

/** The API of the inbox: pages of summaries, and single items in full. */
function inboxApi(app, { items, sequence, payloadChecks, deviceStore, instanceId, secretKey }) {
  app.get('/inbox', async ({ query }) => {
    const all = items.list()
    const found = all.filter(createFilter(query))
    const from = query.before === undefined ? 0 : found.findIndex(({ id }) => id === query.before) + 1
    const limit = Math.min(Math.max(Number(query.limit ?? PAGE_SIZE), 0), PAGE_SIZE) || 0
    return {
      items: found.slice(from, from + limit).map(describeItem),
      total: found.length,
      kept: all.length,
      unread: found.filter(({ isRead }) => !isRead).length,
      latest: sequence.last,
    }
  })

  app.delete('/inbox', async ({ query }, reply) => {
    items.remove(items.list().filter(createFilter(query)))
    return reply.send()
  })

  app.post('/inbox/read', async ({ query }, reply) => {
    items.markRead(items.list().filter(createFilter(query)))
    return reply.send()
  })

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
