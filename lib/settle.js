'use strict'

// Converts promises of the native side to those of callers: errors, abort signals, observations.

const { PushNotifications } = require('./load.js')
const { listen, rejectWithReason, unlisten } = require('./abort.js')
const { createBeamsError, createUnknownOutcomeError, toArgumentError } = require('./errors.js')
const { observeCall, takeObservations, wantedObservations } = require('./observers.js')

const native = PushNotifications.prototype

/**
 * Makes a call. `read` reads its arguments, and returns its number, how many targets it has, its signal, and `callNativeSide`,
 * which takes the requested observations. `toResult` converts the value of the native side's promise to the result. The stack of
 * an error for an argument begins with the caller of `hidden`.
 */
function startCall(client, operation, read, toResult, hidden) {
  let sent
  const toError = (thrown) => {
    if (sent === undefined) return toArgumentError(thrown, hidden)
    // The request may still be sent.
    void ignoreOutcome(sent)
    return createUnknownOutcomeError(thrown, hidden)
  }
  let given
  try {
    given = read()
  } catch (thrown) {
    return rejectObserved(client, operation, toError(thrown))
  }
  try {
    const { call, targets, signal, callNativeSide } = given
    const send = (observers) => (sent = callNativeSide(observers))
    const wanted = wantedObservations(client)
    if (wanted === 0) return settle(client, call, signal, send, toResult)
    return observeCall(client, wanted, operation, targets, (observe) => {
      try {
        return settle(client, call, signal, () => reportTo(observe, send(wanted)), toResult)
      } catch (thrown) {
        if (sent !== undefined) throw thrown
        // A call with an invalid argument is observed, too.
        return Promise.reject(toError(thrown))
      }
    })
  } catch (thrown) {
    return Promise.reject(toError(thrown))
  }
}

/** Rejects a call of which the arguments could not be read. It is observed, as one with an invalid argument is. */
function rejectObserved(client, operation, error) {
  const rejected = Promise.reject(error)
  try {
    return observeCall(client, wantedObservations(client), operation, undefined, () => rejected)
  } catch {
    // It is not a client, or a subscriber has failed.
    return rejected
  }
}

/** Passes the observations to `observe`, and the rest on. */
function reportTo(observe, sent) {
  return sent.then(
    (settled) => takeObservations(settled, observe) ?? undefined,
    (thrown) => {
      throw takeObservations(thrown, observe)
    },
  )
}

/**
 * Returns the promise of a call. Errors are created when it rejects, so that their stacks show the awaiting caller and successful
 * calls do not pay for them.
 */
function settle(client, call, signal, send, toResult) {
  if (signal === undefined) return send(0).then(toResult, throwBeamsError)
  if (signal.aborted) return rejectWithReason(signal)
  const abort = () => native.abort.call(client, call)
  listen(signal, abort)
  try {
    return send(0).then(
      (settled) => {
        unlisten(signal, abort)
        return toResult(settled)
      },
      function onRejected(thrown) {
        unlisten(signal, abort)
        if (thrown === null) return rejectWithReason(signal)
        throw createBeamsError(takeObservations(thrown), onRejected)
      },
    )
  } catch (thrown) {
    unlisten(signal, abort)
    throw thrown
  }
}

/** `await` does not call `then`, which may be what has thrown. */
async function ignoreOutcome(sent) {
  try {
    await sent
  } catch {
    // Otherwise Node.js would report an unhandled rejection.
  }
}

function throwBeamsError(thrown) {
  throw createBeamsError(takeObservations(thrown), throwBeamsError)
}

module.exports = { ignoreOutcome, startCall }
