'use strict'

const { SpanKind, SpanStatusCode } = require('@opentelemetry/api')

/** The deterministic parts of a span, except for the server's port. */
function describeSpan({ name, kind, status, attributes }) {
  const { 'server.port': _port, 'beams.publish_id': _publishId, ...rest } = attributes
  return { name, kind: SpanKind[kind], status: SpanStatusCode[status.code], attributes: rest }
}

/** The start and the end of a span, in nanoseconds since the epoch. */
function readTimes({ startTime, endTime }) {
  return [startTime, endTime].map(([seconds, nanoseconds]) => BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds))
}

const server = { 'server.address': '127.0.0.1' }

/** The span of a call with one target, as `describeSpan` describes it. */
function callSpan(operation, attributes, status = 'UNSET') {
  return {
    name: `beams.${operation}`,
    kind: 'INTERNAL',
    status,
    attributes: { ...server, 'beams.instance_id': 'my-instance', 'beams.target_count': 1, ...attributes },
  }
}

/** The span of a request, as `describeSpan` describes it. */
function requestSpan(method, url, attributes, status = 'UNSET') {
  return {
    name: method,
    kind: 'CLIENT',
    status,
    attributes: { ...server, 'http.request.method': method, 'url.full': url, ...attributes },
  }
}

/** The attributes of a request that was accepted. */
const ok = { 'http.response.status_code': 200 }

/** The attributes of a request that was not. */
function failed(status) {
  return { 'http.response.status_code': status, 'error.type': String(status) }
}

/** The paths of requests, as spans show them. */
const paths = {
  interests: '/publish_api/v1/instances/my-instance/publishes/interests',
  users: '/publish_api/v1/instances/my-instance/publishes/users',
  user: '/customer_api/v1/instances/my-instance/users/REDACTED',
}

module.exports = { callSpan, describeSpan, failed, ok, paths, readTimes, requestSpan }
