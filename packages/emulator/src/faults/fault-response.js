'use strict'

const { STATUS_CODES } = require('node:http')

const BODIES = ['json', 'html', 'empty']

/** Whether a fault determines the response, rather than only delaying it. */
function isResponse({ status, reset, body, truncate }) {
  return status !== undefined || reset || body !== undefined || truncate
}

/** The status, headers and body of a planned response. */
function buildResponse(fault) {
  const { status, kind } = readResponse(fault)
  const text = { json: formatJson, html: formatHtml, empty: () => '' }[kind](status)
  const type = { json: 'application/json', html: 'text/html; charset=utf-8' }[kind]
  return { status, headers: type ? { 'content-type': type } : {}, text }
}

/** The status that a fault responds with, if it does respond. */
function readStatus(fault) {
  return fault.reset ? undefined : readResponse(fault).status
}

function readResponse(fault) {
  const status = fault.status ?? (fault.truncate ? 200 : 503)
  return { status, kind: fault.body ?? defaultBody(status, fault) }
}

/**
 * The service's own JSON, but for a 503 after the operation: the service says 503 only of what it has not done, while a router in
 * front of it also says so when it lost a response.
 */
function defaultBody(status, { afterwards }) {
  return status === 503 && afterwards ? 'html' : 'json'
}

/** Describes the fault as the sender of the request sees it. */
function describeFault(fault) {
  const delay = fault.delay ? `a delay of ${fault.delay} ms` : undefined
  return [delay, isResponse(fault) ? describeEnd(fault) : undefined].filter(Boolean).join(', then ')
}

function describeEnd(fault) {
  if (fault.reset) return 'a reset of the connection'
  const { status, kind } = readResponse(fault)
  const body = { json: "the service's JSON", html: 'the HTML page of a router', empty: 'no body' }[kind]
  return `status ${status} with ${body}${fault.truncate ? ', cut off' : ''}`
}

function formatJson(status) {
  if (status < 300) return '{"publishId":"pubid-00000000-0000-0000-0000-000000000000"}\n'
  return JSON.stringify({ error: STATUS_CODES[status] ?? 'Error', description: 'A planned fault of the emulator' })
}

function formatHtml(status) {
  const title = `${status} ${STATUS_CODES[status] ?? 'Error'}`
  return `<!doctype html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
}

module.exports = { BODIES, isResponse, buildResponse, describeFault, readStatus }
