'use strict'

const { performance } = require('node:perf_hooks')

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
    if (record.error !== undefined) failed.publish(record)
    asyncStart.publish(record)
    asyncEnd.publish(record)
  }

  try {
    return start.runStores(record, () =>
      send().then(
        ({ result, ...outcome }) => {
          complete(operation === 'publishToManyUsers' ? outcome : { result, ...outcome })
          return result
        },
        (error) => {
          complete({ ...countAttempts(error), error: describeError(error) })
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
    if (value !== undefined) {
      Reflect.defineProperty(record, name, { value, configurable: true, enumerable: true, writable: true })
    }
  }
}

function countAttempts(error) {
  const { attempts, status } = Object(error)
  return { attempts, status }
}

/** The message may quote a user id, so it is left out. */
function describeError(error) {
  const { name, code, delivery, status } = Object(error)
  return { name, code, delivery, status }
}

module.exports = { trace }
