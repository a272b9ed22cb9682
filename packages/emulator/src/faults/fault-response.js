'use strict'

const { STATUS_CODES } = require('node:http')

const BODIES = ['json', 'html', 'empty']

/** Whether a fault determines the response, rather than only delaying it. */
function isResponse({ status, reset, body, truncate }) {
  return status !== undefined || reset || body !== undefined || truncate
}

/** The status, headers and body of a planned response. */
function buildResponse(fault) {
  const status = fault.status ?? (fault.truncate ? 200 : 503)
  const kind = fault.body ?? defaultBody(status, fault)
  const text = { json: formatJson, html: formatHtml, empty: () => '' }[kind](status)
  const type = { json: 'application/json', html: 'text/html; charset=utf-8' }[kind]
  return { status, headers: type ? { 'content-type': type } : {}, text }
}

/**
 * The service's own JSON, but for a 503 after the operation: the service says 503 only of what it has not done, while a router in
 * front of it also says so when it lost a response.
 */
function defaultBody(status, { afterwards }) {
  return status === 503 && afterwards ? 'html' : 'json'
}

function formatJson(status) {
  if (status < 300) return '{"publishId":"pubid-00000000-0000-0000-0000-000000000000"}\n'
  return JSON.stringify({ error: STATUS_CODES[status] ?? 'Error', description: 'A planned fault of the emulator' })
}

function formatHtml(status) {
  const title = `${status} ${STATUS_CODES[status] ?? 'Error'}`
  return `<!doctype html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
}

module.exports = { BODIES, isResponse, buildResponse }
