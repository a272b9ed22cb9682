'use strict'

// Logs calls to the caller's logger when they have ended. Fields are structured, and contain no payload, no user id and no key.

const { emitWarning } = require('./warnings.js')

const loggers = new WeakMap()

/** Nobody wants to know more than once that a logger is broken. */
let hasWarned = false

function setLogger(client, logger) {
  if (logger !== undefined) loggers.set(client, logger)
}

/** The logger of a client; `undefined` if it has none. */
function findLogger(client) {
  return loggers.get(client)
}

/** Logs a message with its fields. pino takes the fields first, all others the message. A logger that throws fails no call. */
function log(logger, level, message, fields) {
  try {
    const isPino = typeof logger.bindings === 'function'
    if (isPino) logger[level](fields, message)
    else logger[level](message, fields)
  } catch (thrown) {
    if (hasWarned) return
    hasWarned = true
    emitWarning(`the logger has thrown an error: ${describe(thrown)}`, 'BeamsWarning')
  }
}

function describe(thrown) {
  try {
    return String(thrown?.message ?? thrown)
  } catch {
    return 'one that cannot be printed'
  }
}

/** Logs a call that has ended. `report` is that of a bulk publish, complete or not. */
function logCall(logger, call, report) {
  const { operation, instanceId, targets, attempts, status, duration, requests, result, error } = call
  const name = `beams.${operation}`
  const common = { operation, instanceId }
  // A bulk publish may have made thousands of requests, so it is logged as a whole.
  if (operation !== 'publishToManyUsers') {
    for (const request of requests) {
      const outcome = request.errorCode === undefined || request.status >= 400 ? request.status : request.errorCode
      log(logger, 'debug', `${name}: attempt ${request.attempt}: ${outcome} in ${Math.round(request.duration)} ms`, {
        ...common,
        ...request,
      })
    }
  }
  const { code, delivery } = error ?? {}
  const fields = {
    ...common,
    targets,
    attempts,
    status,
    duration,
    publishId: result?.publishId,
    code,
    delivery,
    ...countUsers(report),
  }
  const [level, outcome] = describeOutcome(call, fields)
  log(logger, level, `${name}: ${outcome}`, withoutUndefined(fields))
}

function describeOutcome({ operation, attempts, duration, error }, { failedCount }) {
  if (error?.code !== undefined) return ['error', `${error.code}, ${error.delivery}`]
  if (error !== undefined) return ['warn', 'aborted']
  if (failedCount > 0) return ['warn', `failed for ${failedCount} users`]
  if (attempts > 1 && operation !== 'publishToManyUsers') return ['warn', `succeeded at attempt ${attempts}`]
  return ['debug', `succeeded in ${Math.round(duration)} ms`]
}

/** The counts of a report, with those of the failures by code and delivery. */
function countUsers(report) {
  if (report === undefined) return undefined
  const { publishedCount, resumedCount, duplicateCount, failures } = report
  const counts = new Map()
  for (const { users, error } of failures) {
    const { code, delivery } = error
    const kind = `${code} ${delivery}`
    const { userCount = 0 } = counts.get(kind) ?? {}
    counts.set(kind, { code, delivery, userCount: userCount + users.length })
  }
  const failed = [...counts.values()]
  const failedCount = failed.reduce((sum, { userCount }) => sum + userCount, 0)
  return { publishedCount, failedCount, resumedCount, duplicateCount, failures: failed }
}

/** Some loggers print members that are undefined. */
function withoutUndefined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** Logs payload warnings, which contain no value of the payload. */
function logPayloadWarnings(logger, warnings) {
  for (const { rule, text, documentation } of warnings) log(logger, 'warn', text, { rule, documentation })
}

module.exports = { findLogger, log, logCall, logPayloadWarnings, setLogger }
