'use strict'

const { STATUS_CODES } = require('node:http')
const { describeFault, readStatus } = require('../faults/fault-response.js')

const SERVER_APIS = /^\/(publish|customer|user)_api\//
// Most bodies arrive with their headers. A sender that waits for a response before it sends the body gets one.
const MAX_BODY_WAIT = 1000

/**
 * Records failed requests in `failedRequests`: refused ones to the APIs for servers, and those to any API that a planned fault has
 * failed. Refused requests of devices are not recorded, because the SDKs send some whenever an app starts.
 */
class FailureRecorder {
  #failedRequests

  constructor(failedRequests) {
    this.#failedRequests = failedRequests
  }

  /** Records a request that is about to be refused with a `ServiceError`. */
  async recordRefusal(request, { statusCode, body: { error, description } }) {
    if (!SERVER_APIS.test(request.raw.url)) return
    // Payloads of foreign pages are not shown in the inbox.
    const source = statusCode === 403 ? '' : await readBody(request)
    this.#add(request, { source, status: statusCode, error, description })
  }

  /** Records a request that a planned fault fails, instead of or after the operation. */
  async recordFault(request, fault) {
    const status = readStatus(fault)
    const performed = fault.afterwards ? 'The operation was performed. ' : ''
    this.#add(request, {
      source: await readBody(request),
      status,
      error: status && (STATUS_CODES[status] ?? 'Error'),
      description: `${performed}A fault planned with failNext() or POST /emulator/failures`,
      fault: describeFault(fault),
    })
  }

  #add(request, failure) {
    const { method, params, routeOptions, raw } = request
    this.#failedRequests.add({
      ...failure,
      operation: routeOptions?.config?.operation,
      method,
      path: raw.url,
      instanceId: params?.instanceId,
      userId: params?.userId,
    })
  }
}

/** The text of a request's body, even if the request failed before it was read. A body above its limit is not read. */
function readBody({ raw, source, routeOptions }) {
  const limit = routeOptions?.bodyLimit ?? 0
  const isUnread = !raw.readableDidRead && !raw.destroyed
  if (source || !isUnread || !hasBody(raw.headers) || Number(raw.headers['content-length'] ?? 0) > limit) return source
  return new Promise((resolve) => {
    const chunks = []
    let bytes = 0
    const finish = (text) => {
      clearTimeout(timer)
      raw.off('data', onData).resume()
      resolve(text)
    }
    const onData = (chunk) => {
      bytes += chunk.length
      if (bytes > limit) finish('')
      else chunks.push(chunk)
    }
    const timer = setTimeout(() => finish(''), MAX_BODY_WAIT)
    raw
      .on('data', onData)
      .once('end', () => finish(Buffer.concat(chunks).toString()))
      .once('close', () => finish(''))
  })
}

function hasBody(headers) {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

module.exports = { FailureRecorder }
