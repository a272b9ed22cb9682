'use strict'

const { targetsOf, platformsOf } = require('./book.js')

const PAGE = 100
const MOST_READERS = 100
// A reader that is this far behind is let go; a browser comes back by itself and asks for what it has missed.
const MOST_UNREAD = 1024 * 1024

/** What the inbox shows: pages of summaries, one publish in full, and what happens as it happens. */
function inboxApi(app, { book, instances, webhooks }) {
  app.get('/emulator/inbox', async ({ query }) => {
    const found = [...book.entries()].toReversed().filter((entry) => matches(entry, query))
    const from =
      query.before === undefined ? 0 : found.findIndex(({ publish }) => publish.publishId === query.before) + 1
    return { publishes: found.slice(from, from + PAGE).map(summaryOf), total: found.length, count: book.count }
  })

  app.get('/emulator/inbox/:publishId', async ({ params }, reply) => {
    const entry = book.entry(params.publishId)
    return entry ? { ...summaryOf(entry), publish: entry.publish, deliveries: entry.deliveries } : reply.callNotFound()
  })

  let readers = 0
  app.get('/emulator/events', (request, reply) => {
    if (readers >= MOST_READERS)
      return reply.code(503).send({ error: 'Service Unavailable', description: 'Too many readers' })
    readers++
    const { raw } = reply.hijack()
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    raw.write('retry: 1000\n\n')
    const send = (event, data = {}) => {
      raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      if (raw.writableLength > MOST_UNREAD) raw.destroy()
    }
    const sendIfSought = (event, entry) => {
      if (entry && matches(entry, request.query)) send(event, summaryOf(entry))
    }
    const listeners = [
      [book, 'publish', (_publish, entry) => sendIfSought('publish', entry)],
      [book, 'change', (publishId) => sendIfSought('change', book.entry(publishId))],
      [book, 'reset', () => send('reset')],
      [instances, 'change', () => send('devices')],
      [webhooks, 'request', () => send('webhooks')],
    ]
    for (const [emitter, event, listener] of listeners) emitter.on(event, listener)
    raw.on('close', () => {
      readers--
      for (const [emitter, event, listener] of listeners) emitter.off(event, listener)
    })
    return undefined
  })
}

function summaryOf({ number, publish, deliveries }) {
  const [kind, targets] = targetsOf(publish)
  const count = (test) => deliveries.filter(test).length
  return {
    number,
    publishId: publish.publishId,
    instanceId: publish.instanceId,
    receivedAt: publish.receivedAt,
    kind,
    targets: targets.slice(0, 3),
    targetCount: targets.length,
    platforms: platformsOf(publish),
    ...textOf(publish),
    delivered: count(({ outcome }) => outcome === 'accepted'),
    failed: count(({ outcome }) => outcome === 'failed'),
    opened: count(({ openedAt }) => openedAt !== undefined),
  }
}

/** The words of a notification, whichever platform has them. */
function textOf({ apns, fcm, web }) {
  const alert = apns?.aps?.alert
  const all = [web?.notification, fcm?.notification, typeof alert === 'string' ? { body: alert } : alert]
  const first = (key) => all.map((words) => words?.[key]).find((text) => typeof text === 'string' && text !== '') ?? ''
  return { title: first('title'), body: first('body') }
}

function matches({ publish, deliveries }, { search, interest, user, platform }) {
  const { interests = [], users = [] } = publish
  if (interest && !interests.includes(interest)) return false
  if (user && !users.includes(user) && !deliveries.some(({ userId }) => userId === user)) return false
  if (platform && !(platform in publish)) return false
  return !search || contains(publish, String(search).toLowerCase())
}

/** Whether a text is part of any value, at any depth. */
function contains(value, text) {
  if (value !== null && typeof value === 'object') return Object.values(value).some((one) => contains(one, text))
  return String(value).toLowerCase().includes(text)
}

module.exports = { inboxApi }
