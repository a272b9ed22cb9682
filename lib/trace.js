'use strict'

const { define, isBeamsError } = require('./errors.js')

// Not `performance`: loading `node:perf_hooks` takes longer than the rest of this package's JavaScript.
const { hrtime } = process

/**
 * Publishes the events of one call to a tracing channel, as `tracePromise` does. That hands the result and the error to
 * every subscriber; here they get `context`, which holds neither users nor payload nor key.
 *
 * `send` returns the call's promise, and `summarize` the observations of the call when that is settled. The result of a bulk
 * publish is omitted because it contains users; that of a publish contains none. `onEnd` is called with the outcome and, of a bulk
 * publish, the report.
 */
function trace(channel, context, send, summarize, onEnd) {
  const { start, end, asyncStart, asyncEnd, error: failed } = channel
  const { operation } = context
  const began = hrtime.bigint()

  function complete(result, report) {
    const outcome = { requests: [], ...result, ...summarize(), duration: Number(hrtime.bigint() - began) / 1e6 }
    // Before subscribers, which may change what they get.
    onEnd(outcome, report)
    recordOutcome(context, outcome)
    // Not the `error` of the context, which subscribers may have changed.
    if (outcome.error !== undefined) failed.publish(context)
    asyncStart.publish(context)
    asyncEnd.publish(context)
  }

  try {
    return start.runStores(context, () =>
      send().then(
        (result) => {
          if (operation === 'publishToManyUsers') complete({}, result)
          else complete({ result: copyResult(result) })
          return result
        },
        (error) => {
          complete(describeFailure(error), readReport(error))
          throw error
        },
      ),
    )
  } finally {
    end.publish(context)
  }
}

/** Defines rather than assigns: subscribers may have put setters on the context, or frozen it. */
function recordOutcome(context, outcome) {
  for (const [name, value] of Object.entries(outcome)) {
    if (value === undefined) continue
    try {
      define(context, name, value)
    } catch {
      // It is frozen, which is the subscriber's own choice.
    }
  }
}

/** The caller's own result is not for subscribers to change. */
function copyResult(result) {
  return typeof result === 'object' ? { ...result } : result
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
    // A DOMException has a `code`, too: a number.
    const { name } = Object(error)
    return { error: { name } }
  } catch {
    return { error: {} }
  }
}

/** The report of a bulk publish that was stopped. */
function readReport(error) {
  return isBeamsError(error) ? error.report : undefined
}

module.exports = { trace }
