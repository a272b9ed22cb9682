'use strict'

const { checkOptions, describe, kinds } = require('../options/check-options.js')
const { readPublish } = require('./publish-store.js')
const { formatFailure } = require('./failed-requests.js')
const { formatTargets } = require('./summary.js')
const { listPlatforms } = require('../platforms.js')

const MAX_SHOWN_PUBLISHES = 20
const MAX_SHOWN_FAILURES = 5
const MAX_SHOWN_PAYLOAD = 300

const waitingMembers = { timeout: kinds.millisecondsFrom(0) }

/** Resolves to the first publish, past or future, for which `predicate` is or resolves to a truthy value. */
async function waitForPublish(stores, predicate = () => true, options = {}) {
  if (typeof predicate !== 'function') {
    throw new TypeError(`the predicate of waitForPublish must be a function, not ${describe(predicate)}`)
  }
  checkOptions(options, waitingMembers, { subject: 'the options of waitForPublish' })
  const { timeout = 5000 } = options
  const { publishStore: store } = stores
  const unseen = [...store.entries()]
  let onArrival = () => {}
  const onPublish = (entry) => {
    unseen.push(entry)
    onArrival()
  }
  store.on('publish', onPublish)
  const deadline = createDeadline(stores, timeout)

  async function search() {
    for (;;) {
      while (unseen.length > 0 && !deadline.isOver()) {
        const publish = readPublish(unseen.shift())
        if (await predicate(publish)) return publish
      }
      if (deadline.isOver()) return undefined
      await new Promise((resolve) => (onArrival = resolve))
    }
  }

  try {
    return await Promise.race([search(), deadline.promise])
  } finally {
    deadline.cancel()
    store.off('publish', onPublish)
    onArrival()
  }
}

/** A promise that rejects after `timeout` ms, or when the emulator is closed. */
function createDeadline(stores, timeout) {
  const { publishStore: store } = stores
  let isOver = false
  let cancel
  const promise = new Promise((_resolve, reject) => {
    const fail = (message) => {
      isOver = true
      reject(new Error(message))
    }
    const onClose = () => fail('the emulator was closed before a matching publish came')
    const timer = setTimeout(() => fail(describeMismatch(stores, timeout)), timeout)
    store.once('close', onClose)
    cancel = () => {
      isOver = true
      clearTimeout(timer)
      store.off('close', onClose)
    }
  })
  return { promise, cancel, isOver: () => isOver }
}

function describeMismatch({ publishStore, failedRequests }, timeout) {
  const publishes = describePublishes([...publishStore.entries()])
  const failures = [...failedRequests.entries()].slice(-MAX_SHOWN_FAILURES).map((entry) => `  ${formatFailure(entry)}`)
  const failed = failures.length === 0 ? [] : ['and these requests failed:', ...failures]
  return [`no matching publish within ${timeout} ms; ${publishes}`, ...failed].join('\n')
}

function describePublishes(entries) {
  if (entries.length === 0) return 'there was none at all'
  const shown = entries.slice(-MAX_SHOWN_PUBLISHES)
  const count = shown.length < entries.length ? `the last ${shown.length} of ${entries.length}` : `all ${shown.length}`
  return `${count} that came:\n${shown.map(describePublish).join('\n')}`
}

function describePublish(entry) {
  const publish = readPublish(entry)
  const payloads = Object.fromEntries(listPlatforms(publish).map((platform) => [platform, publish[platform]]))
  const text = JSON.stringify(payloads).slice(0, MAX_SHOWN_PAYLOAD)
  return `  ${entry.receivedAt} to ${entry.kind} ${formatTargets(entry)}: ${text}`
}

module.exports = { waitForPublish }
