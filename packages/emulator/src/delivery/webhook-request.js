'use strict'

const { createHmac, randomUUID } = require('node:crypto')

const HEADERS = { 'User-Agent': 'pusher-webhooks', 'Content-Type': 'application/json' }

/** A webhook as it is configured on the dashboard, signed. https://pusher.com/docs/beams/concepts/webhooks */
function signRequest({ id, target, secret, customData }, eventType, payload) {
  const body = JSON.stringify({
    payload,
    metadata: {
      created_at: new Date().toISOString().replace(/\.\d+Z$/, '+0000'),
      event_type: eventType,
      event_id: randomUUID(),
      product: 'beams',
    },
    custom_data: JSON.parse(customData),
  })
  const requestId = randomUUID()
  return {
    id: requestId,
    eventType,
    target,
    headers: {
      ...HEADERS,
      'Webhook-Event-Type': eventType,
      'Webhook-ID-UUID': id,
      'Webhook-Request-ID-UUID': requestId,
      'Webhook-Signature': createHmac('sha1', secret).update(body).digest('hex'),
    },
    body,
  }
}

/** A deprecated publish webhook, sent to the URL of the publish. It is not signed. */
function createStatusRequest(target, status) {
  return { id: randomUUID(), eventType: status.status, target, headers: HEADERS, body: JSON.stringify(status) }
}

/**
 * Where a webhook goes: the URL without its credentials, and those as a header, which `fetch` does not take from a URL. Throws a
 * TypeError for a URL that no request can be sent to.
 */
function parseTarget(text) {
  const url = URL.canParse(text) && new URL(text)
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new TypeError(`${text} is not an http or https URL`)
  let credentials
  try {
    credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  } catch {
    throw new TypeError(`${text} has malformed percent-encoding in its user name or password`)
  }
  url.username = ''
  url.password = ''
  return {
    url: url.href,
    headers: credentials === ':' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
  }
}

/** Whether a value is a URL that webhooks can be sent to. */
function isTarget(value) {
  if (typeof value !== 'string') return false
  try {
    parseTarget(value)
    return true
  } catch {
    return false
  }
}

/** Sends a request once and returns the attempt: its status, or why there is none. */
async function attemptRequest({ url, headers, body }, signal) {
  const at = new Date().toISOString()
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    await response.body?.cancel()
    return { at, status: response.status }
  } catch (error) {
    return { at, error: error.cause?.message ?? error.message }
  }
}

function isSuccess({ status }) {
  return status >= 200 && status < 300
}

/** The status of an attempt, or why there is none. */
function formatAttempt({ status, error }) {
  return status === undefined ? error : String(status)
}

module.exports = { signRequest, createStatusRequest, isTarget, parseTarget, attemptRequest, isSuccess, formatAttempt }
