'use strict'

const { performance } = require('node:perf_hooks')
const { EXIT } = require('./exit-codes.js')

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** A terminal sends SIGINT to npx and to its child, and npx forwards it: a second one within this time is a duplicate. */
const SAME_INTERRUPT_MS = 500

/**
 * Calls `stop` on the first signal, and exits on the next. `signal` is the first signal received.
 */
function watchInterrupts(stop) {
  let first
  const onSignal = (signal) => {
    const now = performance.now()
    if (first === undefined) {
      first = { now, signal }
      stop()
    } else if (now - first.now >= SAME_INTERRUPT_MS) {
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

module.exports = { watchInterrupts }
