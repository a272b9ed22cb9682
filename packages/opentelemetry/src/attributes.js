'use strict'

// The attributes of calls and requests: those of https://opentelemetry.io/docs/specs/semconv/http/, and our own with the prefix
// `beams.` where the conventions have none.

const {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ERROR_TYPE_VALUE_OTHER,
} = require('@opentelemetry/semantic-conventions')

/** Other names may be personal data. Those of DOMException have this form, too. */
const ERROR_NAME = /^\w{0,60}(?:Error|Exception)$/

/** The attributes of a call. Spans omit undefined ones. */
function describeCall({ targets, instanceId, serverAddress, serverPort, attempts, result, error }) {
  return {
    'beams.instance_id': instanceId,
    'beams.target_count': targets,
    'beams.request_count': attempts,
    'beams.publish_id': result?.publishId,
    'beams.delivery': error?.delivery,
    [ATTR_SERVER_ADDRESS]: serverAddress,
    [ATTR_SERVER_PORT]: serverPort,
    [ATTR_ERROR_TYPE]: error && callErrorType(error),
  }
}

/** The attributes of a request, for its span and for the metric, which would keep undefined ones. */
function describeRequest({ method, serverAddress, serverPort }, request) {
  const attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_SERVER_ADDRESS]: serverAddress,
    [ATTR_SERVER_PORT]: serverPort,
  }
  const errorType = requestErrorType(request)
  if (request.status !== undefined) attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = request.status
  if (errorType !== undefined) attributes[ATTR_ERROR_TYPE] = errorType
  return attributes
}

/** An error without a code is the reason of a signal: any value, of which the channel has the `name`. */
function callErrorType({ code, name }) {
  if (code !== undefined) return code
  return typeof name === 'string' && ERROR_NAME.test(name) ? name : ERROR_TYPE_VALUE_OTHER
}

/** Undefined if the request succeeded. The conventions require the status if that is the error. */
function requestErrorType({ status, errorCode }) {
  return status >= 400 ? String(status) : errorCode
}

module.exports = { describeCall, describeRequest }
