'use strict'

const { performance } = require('node:perf_hooks')
const { EXIT } = require('./exit-codes.js')

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** A terminal sends Ctrl-C to npx and to its command, and npx passes its own on: a second one so soon is the same. */
const SAME_INTERRUPT_MS = 500

/**
 * Calls `stop` at the first signal to end, and ends the process at the next. `signal` is the first one, once there was
 * one.
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
