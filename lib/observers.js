'use strict'

// Observations of calls: the messages of the two diagnostics channels, and payload warnings.

const { channel, tracingChannel } = require('node:diagnostics_channel')
const { ALL_FINDINGS, PushNotifications, TRACE_REQUESTS } = require('./load.js')
const { parseDetails } = require('./errors.js')
const { findLogger, logCall, logPayloadWarnings } = require('./logger.js')
const { trace } = require('./trace.js')
const { emitPayloadWarnings } = require('./warnings.js')

const requests = tracingChannel('beams-native:request')
const payloads = channel('beams-native:payload')

function wantedObservations(client) {
  return (
    (isTraced() || findLogger(client) !== undefined ? TRACE_REQUESTS : 0) | (payloads.hasSubscribers ? ALL_FINDINGS : 0)
  )
}

function isTraced() {
  return (
    requests.start.hasSubscribers ||
    requests.end.hasSubscribers ||
    requests.asyncStart.hasSubscribers ||
    requests.asyncEnd.hasSubscribers ||
    requests.error.hasSubscribers
  )
}

/**
 * Returns the value with which the native side settles a promise. If there are observations, the promise is settled with an array
 * of both, and `observe` is called with them.
 */
function takeObservations(settled, observe = emitWarnings) {
  if (!Array.isArray(settled)) return settled
  const [value, observations] = settled
  observe(parseDetails(observations))
  return value
}

function emitWarnings({ warnings }) {
  if (warnings !== undefined) emitPayloadWarnings(warnings)
}

/**
 * Makes a call whose observations are requested. `send(observe)` makes it, and calls `observe` with the observations before its
 * promise is settled.
 */
function observeCall(client, wanted, operation, targets, send) {
  const logger = findLogger(client)
  let description, summary
  const describe = () => (description ??= describeRequests(client, operation))
  const observe = (observations) => {
    const { findings, trace: traced, warnings } = observations
    if (warnings !== undefined && logger !== undefined) logPayloadWarnings(logger, warnings)
    else emitWarnings(observations)
    if (traced !== undefined) summary = { __proto__: null, ...traced }
    if (findings === undefined) return
    const { instanceId } = describe()
    for (const ofPayload of findings) payloads.publish({ instanceId, operation, findings: ofPayload })
  }
  if ((wanted & TRACE_REQUESTS) === 0) return send(observe)
  const call = { operation, targets, ...describe(), startTime: Date.now() }
  return trace(
    requests,
    { ...call },
    () => send(observe),
    () => summary,
    (outcome, report) => {
      if (logger !== undefined) logCall(logger, { ...call, ...outcome }, report)
    },
  )
}

/** What the requests of an operation have in common, even if a subclass overrides `instanceId` or `endpoint`. */
function describeRequests(client, operation) {
  return parseDetails(PushNotifications.prototype.describeRequests.call(client, operation))
}

module.exports = { observeCall, takeObservations, wantedObservations }
