'use strict'

const { performance } = require('node:perf_hooks')
const { define, isBeamsError } = require('./errors.js')

/**
 * Publishes the events of one call to a tracing channel, as `tracePromise` does. That hands the result and the error to
 * every subscriber; here they get a record of ours, which holds neither users nor payload nor key.
 *
 * `send` returns a promise for `{ result, attempts, status, targets? }`. A bulk publish's result has users in it, and a
 * publish's own has none.
 */
function trace(channel, operation, targets, send) {
  const { start, end, asyncStart, asyncEnd, error: failed } = channel
  const record = { operation, targets }
  const began = performance.now()

  function complete(outcome) {
    recordOutcome(record, { ...outcome, duration: performance.now() - began })
    // Not the record's `error`, which is in the subscribers' hands.
    if (outcome.error !== undefined) failed.publish(record)
    asyncStart.publish(record)
    asyncEnd.publish(record)
  }

  try {
    return start.runStores(record, () =>
      send().then(
        ({ result, ...outcome }) => {
          complete(operation === 'publishToManyUsers' ? outcome : { result: copyResult(result), ...outcome })
          return result
        },
        (error) => {
          complete(describeFailure(error))
          throw error
        },
      ),
    )
  } finally {
    end.publish(record)
  }
}

/** Defines rather than assigns: subscribers may have put setters on the record, or frozen it. */
function recordOutcome(record, outcome) {
  for (const [name, value] of Object.entries(outcome)) {
    if (value === undefined) continue
    try {
      define(record, name, value)
    } catch {
      // It is frozen, which is the subscriber's own choice.
    }
  }
}

/** The caller's own result is not for subscribers to change. */
function copyResult(result) {
  return typeof result === 'object' && result !== null ? { ...result } : result
}

/**
 * The message may quote a user id, so it is left out. What is not an error of ours is the reason of a signal, of which a
 * caller may make anything: it may throw when it is touched.
 */
function describeFailure(error) {
  try {
    if (isBeamsError(error)) {
      const { name, code, delivery, status, attempts } = error
      return { attempts, status, error: { name, code, delivery, status } }
    }
    const { name, code } = Object(error)
    return { error: { name, code } }
  } catch {
    return { error: {} }
  }
}

module.exports = { trace }
