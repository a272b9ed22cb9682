'use strict'

const { performance } = require('node:perf_hooks')
const { EXIT } = require('./exit-codes.js')

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * On Ctrl-C, a terminal sends SIGINT to npx and to its child, and npx forwards it to the child a few milliseconds later. People
 * take longer to press Ctrl-C twice.
 */
const FORWARDING_MS = 100

/** Whether a signal is the first one again, forwarded, by their times in milliseconds. */
function isForwarded(firstAt, now) {
  return now - firstAt < FORWARDING_MS
}

/**
 * Calls `stop` with the first signal. On the next, calls `giveUp` and exits. `signal` is the first signal received.
 */
function watchInterrupts(stop, giveUp) {
  let first
  const onSignal = (signal) => {
    const now = performance.now()
    if (first === undefined) {
      first = { at: now, signal }
      stop(signal)
    } else if (!isForwarded(first.at, now)) {
      giveUp()
      process.exit(EXIT[signal])
    }
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    get signal() {
      return first?.signal
    },
    release() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}

module.exports = { isForwarded, watchInterrupts }
