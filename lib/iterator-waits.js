'use strict'

// How long the calls of a client wait for the iterators that they close.

// Not destructured, so that tests can mock them.
const timers = require('node:timers')

/** How long a stopped call waits for a user that is just being read, and for the iterator to close. */
const CLOSE_TIMEOUT_MS = 1000

const waitsByClient = new WeakMap()

/** The waits of the calls of one client. */
class IteratorWaits {
  #isOver = false
  /** Functions, each of which ends a wait. */
  #ends = new Set()

  /** Waits for a promise until a time limit, or until the client's `close` has timed out. */
  async wait(promise) {
    if (this.#isOver) return
    let end
    const over = new Promise((resolve) => (end = resolve))
    const timer = timers.setTimeout(end, CLOSE_TIMEOUT_MS)
    this.#ends.add(end)
    await Promise.race([promise, over])
    this.#ends.delete(end)
    timers.clearTimeout(timer)
  }

  /** Ends all waits after a time in milliseconds, and those that begin later at once, as `close` with a `timeout` does. */
  endAfter(milliseconds) {
    const timer = timers.setTimeout(() => {
      this.#isOver = true
      for (const end of this.#ends) end()
    }, milliseconds)
    // A call in flight keeps the process alive by itself.
    timer.unref()
  }
}

/** The waits of a client's calls, of those too that are only about to read. */
function getWaits(client) {
  let waits = waitsByClient.get(client)
  if (waits === undefined) waitsByClient.set(client, (waits = new IteratorWaits()))
  return waits
}

module.exports = { getWaits }
