'use strict'

// Converts promises of the native side to those of callers: errors, abort signals, observations.

const { PushNotifications } = require('./load.js')
const { listen, rejectWithReason, unlisten } = require('./abort.js')
const { createBeamsError, toArgumentError } = require('./errors.js')
const { observeCall, takeObservations, wantedObservations } = require('./observers.js')

const native = PushNotifications.prototype

/**
 * Makes a call. `send(wanted)` calls the native side with the requested observations; `toResult` converts the value of its promise
 * to the result.
 */
function startCall(client, call, operation, targets, signal, send, toResult) {
  const wanted = wantedObservations(client)
  if (wanted === 0) return settle(client, call, signal, send, toResult)
  function sendObserved(observe) {
    const sendAndObserve = () =>
      send(wanted).then(
        (settled) => takeObservations(settled, observe) ?? undefined,
        (thrown) => {
          throw takeObservations(thrown, observe)
        },
      )
    try {
      return settle(client, call, signal, sendAndObserve, toResult)
    } catch (thrown) {
      return Promise.reject(toArgumentError(thrown, sendObserved))
    }
  }
  return observeCall(client, wanted, operation, targets, sendObserved)
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
  let sent
  try {
    sent = send(0)
  } catch (thrown) {
    unlisten(signal, abort)
    throw thrown
  }
  return sent.then(
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
}

function throwBeamsError(thrown) {
  throw createBeamsError(takeObservations(thrown), throwBeamsError)
}

module.exports = { startCall, throwBeamsError }
