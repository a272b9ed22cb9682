'use strict'

// Logs calls to the caller's logger when they have ended. Fields are structured, and contain no payload, no user id and no key.

const { describeThrown } = require('./errors.js')
const { LAST, cleanText, emitWarning } = require('./warnings.js')

const loggers = new WeakMap()

/** A failing logger is reported once per process. */
let hasWarned = false

function setLogger(client, logger) {
  if (logger !== undefined) loggers.set(client, logger)
}

/** The logger of a client; `undefined` if it has none. */
function findLogger(client) {
  return loggers.get(client)
}

/**
 * Logs a message with its fields. pino takes the fields first, all others the message. A logger that throws, or returns a promise
 * that rejects, fails no call.
 */
async function log(logger, level, message, ...fields) {
  try {
    const isPino = typeof logger.bindings === 'function'
    await (isPino ? logger[level](...fields, message) : logger[level](message, ...fields))
  } catch (thrown) {
    if (hasWarned) return
    hasWarned = true
    emitWarning(`the logger failed: ${describeThrown(thrown, 'an error without a message')}`, 'BeamsWarning')
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
      void log(
        logger,
        'debug',
        `${name}: attempt ${request.attempt}: ${outcome} in ${Math.round(request.duration)} ms`,
        {
          ...common,
          ...request,
        },
      )
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
    ...summarizeReport(report),
  }
  const [level, outcome] = describeOutcome(call, fields)
  void log(logger, level, `${name}: ${outcome}`, withoutUndefined(fields))
}

function describeOutcome({ operation, attempts, duration, error }, { failedCount }) {
  if (error?.code === 'ERR_BEAMS_INTERRUPTED') return ['warn', 'stopped']
  if (error?.code !== undefined) return ['error', `${error.code}, ${error.delivery}`]
  if (error !== undefined) return ['warn', 'aborted']
  if (failedCount > 0) return ['warn', `failed for ${failedCount} users`]
  if (attempts > 1 && operation !== 'publishToManyUsers') return ['warn', `succeeded at attempt ${attempts}`]
  return ['debug', `succeeded in ${Math.round(duration)} ms`]
}

/** The counts of a report, with those of the failures by code and delivery. */
function summarizeReport(report) {
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

/** Logs payload warnings. They contain no value of the payload, but names of its members. */
function logPayloadWarnings(logger, warnings) {
  for (const { rule, text, documentation, isLast } of warnings) {
    void log(logger, 'warn', cleanText(text), { rule, documentation })
    if (isLast) void log(logger, 'warn', LAST)
  }
}

module.exports = { findLogger, log, logCall, logPayloadWarnings, setLogger }
