'use strict'

// Those who learn of a call besides its caller: subscribers of the two diagnostics channels, and whoever reads warnings.

const { channel, tracingChannel } = require('node:diagnostics_channel')
const { PushNotifications } = require('./load.js')
const { parseDetails } = require('./errors.js')

const requests = tracingChannel('beams-native:request')
const payloads = channel('beams-native:payload')

/** What the subscribers want to know of a call, in bits that the native side reads. */
const TRACE_REQUESTS = 1
const ALL_FINDINGS = 2

function wantedObservations() {
  return (isTraced() ? TRACE_REQUESTS : 0) | (payloads.hasSubscribers ? ALL_FINDINGS : 0)
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
 * The text with which the native side settles a promise. It comes in an array with observations where there are some; those
 * are handed to `observe`.
 */
function takeObservations(settled, observe = emitWarnings) {
  if (!Array.isArray(settled)) return settled
  const [text, observations] = settled
  observe(parseDetails(observations))
  return text ?? undefined
}

function emitWarnings({ warnings }) {
  if (warnings !== undefined) require('./warnings.js').emitPayloadWarnings(warnings)
}

/**
 * Makes a call that somebody observes. `send(observe)` makes it, and calls `observe` with what the native side says of it,
 * before the promise that it returns is settled.
 */
function observeCall(client, wanted, operation, targets, send) {
  let summary
  const observe = (observations) => {
    emitWarnings(observations)
    const { findings, trace } = observations
    if (trace !== undefined) summary = { __proto__: null, ...trace }
    if (findings !== undefined) payloads.publish({ instanceId: describeServer(client).instanceId, operation, findings })
  }
  if ((wanted & TRACE_REQUESTS) === 0) return send(observe)
  const { trace } = require('./trace.js')
  const context = { operation, targets, ...describeServer(client), startTime: Date.now() }
  return trace(
    requests,
    context,
    () => send(observe),
    () => summary,
  )
}

/** Where a client sends its requests, whatever a subclass says. */
function describeServer(client) {
  return parseDetails(PushNotifications.prototype.server.call(client))
}

module.exports = { observeCall, takeObservations, wantedObservations }
