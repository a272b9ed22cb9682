'use strict'

const { setImmediate } = require('node:timers')
const { createErrorFromDetails, parseDetails } = require('./errors.js')

/** How many parts of a report, of up to 1 000 users each, are read before the event loop gets a turn. */
const PARTS_PER_TURN = 32

/**
 * Assembles a report from its parts. A single text could exceed the maximum length of a string, and parsing it would block the
 * event loop. The stacks of its errors begin with the caller of `hidden`.
 */
async function assembleReport(nextPart, hidden) {
  const summary = parseDetails(nextPart())
  const { publishedCount, resumedCount, duplicateCount } = summary
  const report = { publishes: [], publishedCount, resumedCount, duplicateCount, failures: [] }
  const remaining = []
  let json
  for (let count = 1; (json = nextPart()) !== null; count++) {
    const { publishes, failure, users, unsent } = parseDetails(json)
    if (publishes !== undefined) append(report.publishes, publishes)
    else if (failure !== undefined) report.failures.push({ users: [], error: createFailure(failure, hidden) })
    else if (users !== undefined) append(report.failures.at(-1).users, users)
    else append(remaining, unsent)
    if (count % PARTS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return { summary, report, remaining }
}

function createFailure(details, hidden) {
  return createErrorFromDetails({ __proto__: null, ...details }, hidden)
}

function append(list, elements) {
  for (const element of elements) list.push(element)
}

module.exports = { assembleReport }
