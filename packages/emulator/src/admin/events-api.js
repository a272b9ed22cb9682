'use strict'

const { checkQuery, createFilter } = require('./filter.js')
const { describeItem } = require('./describe-item.js')
const { refuse } = require('./perform.js')

const MAX_READERS = 100
// A reader that is further behind is disconnected; a browser reconnects by itself and asks for what it has missed.
const MAX_UNREAD = 256 * 1024
// Above this, `read` is sent without ids, and a page marks all rows as read.
const MAX_IDS = 100

/** A stream of events for the inbox: what happens, as it happens. */
function eventsApi(app, { publishStore, deletions, failedRequests, webhookQueue, items, deviceStore }) {
  let readers = 0
  const streaming = new WeakSet()

  app.get('/events', (request, reply) => {
    if (readers >= MAX_READERS) {
      return reply.code(503).send({ error: 'Service Unavailable', description: 'Too many readers' })
    }
    try {
      checkQuery(request.query)
    } catch (error) {
      return refuse(reply, error.message)
    }
    const { socket } = request.raw
    if (streaming.has(socket)) {
      return refuse(reply, 'A connection carries one stream of events')
    }
    streaming.add(socket)
    readers++
    const { raw } = reply.hijack()
    // Some headers are already set: those that let an allowed page read the response.
    raw.writeHead(200, {
      ...reply.getHeaders(),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    })
    raw.write('retry: 1000\n\n')
    const send = (event, data = {}) => {
      raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      if (raw.writableLength > MAX_UNREAD) socket.destroy()
    }
    const isSought = createFilter(request.query)
    const sendItem = (event) => (item) => isSought(item) && send(event, describeItem(item))
    const sendEviction = (item, by) => isSought(item) && send('evict', { id: item.id, isRead: item.isRead, by })
    const sendWebhook = (webhook) => {
      if (webhook?.number !== undefined) sendItem('change')(webhook)
      send('webhooks')
    }
    const listeners = [
      [publishStore, 'publish', sendItem('publish')],
      [publishStore, 'change', sendItem('change')],
      [publishStore, 'evict', sendEviction],
      [publishStore, 'reset', () => send('reset')],
      [deletions, 'add', sendItem('deletion')],
      [failedRequests, 'add', sendItem('failure')],
      [webhookQueue, 'failure', sendItem('failure')],
      [webhookQueue, 'change', sendWebhook],
      [items, 'read', (read) => send('read', { ids: read.length > MAX_IDS ? undefined : read.map(({ id }) => id) })],
      [items, 'remove', () => send('reset')],
      [deviceStore, 'change', () => send('devices')],
    ]
    for (const [emitter, event, listener] of listeners) emitter.on(event, listener)
    // A pipelined response has no socket of its own until its turn, and emits no `close` if that never comes.
    socket.once('close', () => {
      readers--
      for (const [emitter, event, listener] of listeners) emitter.off(event, listener)
    })
    return undefined
  })
}

module.exports = { eventsApi }
