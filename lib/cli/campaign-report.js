'use strict'

const { formatQuantity, describeError, errorToJson, formatCount } = require('./output.js')

/** So many kinds of failures are printed; all are in the JSON. */
const MAX_KINDS = 10

/** The report of a campaign for people, in lines. */
function formatReport({ report, remaining, error, total }) {
  const { publishes, publishedCount, duplicateCount, resumedCount = 0, failures } = report
  return [
    `published to ${formatQuantity(publishedCount, 'user')} in ${formatQuantity(publishes.length, 'request')}`,
    resumedCount > 0 && `skipped ${formatQuantity(resumedCount, 'user')} whom the journal has as published to`,
    duplicateCount > 0 && `skipped ${formatQuantity(duplicateCount, 'duplicate')}`,
    ...formatFailures(failures),
    error && formatUntried(report, remaining, total),
  ].filter(Boolean)
}

/** Those after the last user that was read are counted only if the list is a file. */
function formatUntried({ publishedCount, duplicateCount, resumedCount = 0, failures }, remaining, total) {
  if (total === undefined)
    return `not tried: ${formatQuantity(remaining.length, 'user')} that were read, and all after them`
  const failedCount = failures.reduce((count, { users }) => count + users.length, 0)
  const untried = total - publishedCount - duplicateCount - resumedCount - failedCount
  // The file may have grown since its lines were counted.
  return `not tried: ${formatQuantity(Math.max(untried, remaining.length), 'user')}`
}

function formatFailures(failures) {
  const kinds = new Map()
  for (const { users, error } of failures) {
    const outcome = error.delivery === 'unknown' ? 'perhaps published to' : 'not published to'
    const kind = `${outcome} %: ${describeError(error)}`
    kinds.set(kind, (kinds.get(kind) ?? 0) + users.length)
  }
  const lines = [...kinds].map(([kind, count]) => kind.replace('%', formatQuantity(count, 'user')))
  const more = lines.length - MAX_KINDS
  return more > 0
    ? [...lines.slice(0, MAX_KINDS), `and ${formatCount(more)} more kinds of failures: see --json`]
    : lines
}

/** What to do about users that were not published to, in a sentence; `undefined` where there are none. */
function adviseNext({ report: { failures }, error }, journal) {
  if (error === undefined && failures.length === 0) return undefined
  const unknown = failures.some((failure) => failure.error.delivery === 'unknown')
  if (journal === undefined) {
    return 'Without --journal, this campaign cannot be resumed: run again, it would notify all users again. --json lists those that were not published to.'
  }
  const exception = unknown ? ' Those that were perhaps published to are left out, unless with --retry-unknown.' : ''
  return `To go on, run the same command again: ${journal} knows who was published to.${exception}`
}

/** The report for programs. */
function reportToJson({ report, remaining, error }) {
  return {
    ...report,
    failures: report.failures.map((failure) => ({ ...failure, error: errorToJson(failure.error) })),
    remaining,
    error: error && errorToJson(error),
  }
}

module.exports = { adviseNext, formatReport, reportToJson }
