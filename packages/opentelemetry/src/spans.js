'use strict'

const { SpanKind, SpanStatusCode, trace } = require('@opentelemetry/api')
const {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_URL_FULL,
} = require('@opentelemetry/semantic-conventions')
const { describeCall, describeRequest } = require('./attributes.js')

/**
 * Makes the spans of a call that has ended, with their own times: one for the call, in its caller's context, and one for each
 * request. Returns the contexts of the requests' spans. `customize` is called with the call's span before that ends.
 *
 * The requests of a bulk publish are linked, not children, because a campaign may have thousands of them and take hours. Each is
 * the root of a trace of its own, so that samplers decide about each.
 */
function createSpans(tracer, message, caller, customize) {
  const { operation, startTime, duration = Date.now() - startTime, requests = [], error } = message
  const options = { kind: SpanKind.INTERNAL, attributes: describeCall(message), startTime }
  const span = tracer.startSpan(`beams.${operation}`, options, caller)

  const isBulk = operation === 'publishToManyUsers'
  const relation = isBulk ? { root: true, links: [{ context: span.spanContext() }] } : undefined
  const parent = trace.setSpan(caller, span)
  const contexts = requests.map((request) => {
    const attributes = { ...describeRequest(message, request), [ATTR_URL_FULL]: message.url }
    if (request.attempt > 1) attributes[ATTR_HTTP_REQUEST_RESEND_COUNT] = request.attempt - 1
    return createRequestSpan(tracer, request, attributes, relation, parent)
  })

  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
  customize(span)
  // The times of the call and of its requests come from different clocks.
  const ends = isBulk ? [] : requests.map(endTime)
  span.end(Math.max(startTime + duration, ...ends))
  return contexts
}

function createRequestSpan(tracer, request, attributes, relation, parent) {
  const { startTime } = request
  const options = { kind: SpanKind.CLIENT, attributes, startTime, ...relation }
  const span = tracer.startSpan(attributes[ATTR_HTTP_REQUEST_METHOD], options, parent)
  if (attributes[ATTR_ERROR_TYPE] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(endTime(request))
  return trace.setSpan(parent, span)
}

function endTime({ startTime, duration }) {
  return startTime + duration
}

module.exports = { createSpans }
