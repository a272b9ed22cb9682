'use strict'

const { EventEmitter } = require('node:events')

/**
 * The items of the inbox, newest first: publishes, deletions of users, failed requests, and webhook requests with a failed
 * attempt. The items remain in their stores. Emits `read` with the items that were read, and `remove`.
 */
class InboxItems extends EventEmitter {
  #stores

  constructor({ publishStore, deletions, failedRequests, webhookQueue }) {
    super()
    this.setMaxListeners(0)
    this.#stores = [publishStore, deletions, failedRequests, webhookQueue.failures]
  }

  list() {
    const items = this.#stores.flatMap((store) => [...store.entries()])
    return items.toSorted((one, other) => other.number - one.number)
  }

  find(id) {
    return this.#stores.map((store) => store.entry(id)).find(Boolean)
  }

  markRead(items) {
    const unread = items.filter(({ isRead }) => !isRead)
    for (const item of unread) item.isRead = true
    if (unread.length > 0) this.emit('read', unread)
  }

  remove(items) {
    for (const item of items) for (const store of this.#stores) store.remove(item)
    this.emit('remove')
  }
}

module.exports = { InboxItems }
