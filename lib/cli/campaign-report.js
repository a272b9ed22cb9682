'use strict'

const { formatQuantity, describeError, errorToJson, formatCount } = require('./output.js')

/** The maximum number of different failures to print. The JSON has all. */
const MAX_KINDS = 10

/** Formats the report of a campaign as lines of text. */
function formatReport({ report, remaining, error, total }) {
  const { publishes, publishedCount, duplicateCount, resumedCount, failures } = report
  return [
    `published to ${formatQuantity(publishedCount, 'user')} in ${formatQuantity(publishes.length, 'request')}`,
    resumedCount > 0 &&
      `skipped ${formatQuantity(resumedCount, 'user')} published to earlier, according to the journal`,
    duplicateCount > 0 && `skipped ${formatQuantity(duplicateCount, 'duplicate')}`,
    ...formatFailures(failures),
    error && formatUnsent(report, remaining, total),
  ].filter(Boolean)
}

/** Unread users can be counted only if the total is known. */
function formatUnsent({ publishedCount, duplicateCount, resumedCount, failures }, remaining, total) {
  if (total === undefined)
    return `not sent: ${formatQuantity(remaining.length, 'user')} that were read, and the unread rest`
  const failedCount = failures.reduce((count, { users }) => count + users.length, 0)
  const unsent = total - publishedCount - duplicateCount - resumedCount - failedCount
  return `not sent: ${formatQuantity(unsent, 'user')}`
}

function formatFailures(failures) {
  const kinds = new Map()
  for (const { users, error } of failures) {
    const outcome = error.delivery === 'unknown' ? 'outcome unknown' : 'failed'
    const kind = `${outcome} for %: ${describeError(error)}`
    kinds.set(kind, (kinds.get(kind) ?? 0) + users.length)
  }
  const lines = [...kinds].map(([kind, count]) => kind.replace('%', formatQuantity(count, 'user')))
  const more = lines.length - MAX_KINDS
  return more > 0 ? [...lines.slice(0, MAX_KINDS), `and ${formatCount(more)} other failures: see --json`] : lines
}

/** Says how to resume the campaign; `undefined` if it is complete. */
function adviseNext({ report: { publishedCount, failures }, error }, journal) {
  const isUnknown = (failure) => failure.error.delivery === 'unknown'
  const [unknown, others] = [failures.some(isUnknown), error !== undefined || !failures.every(isUnknown)]
  if (!unknown && !others) return undefined
  if (journal === undefined) {
    if (!unknown && publishedCount === 0) return undefined
    return 'Without --journal, a campaign cannot be resumed: running the command again would notify users twice. --json lists the users that were not published to.'
  }
  return [
    others && `To resume, run the same command again: ${journal} records the users that were published to.`,
    unknown && 'Users with an unknown outcome are skipped, unless --retry-unknown is set.',
  ]
    .filter(Boolean)
    .join(' ')
}

/** The report for `--json`. */
function reportToJson({ report, remaining, error }) {
  return {
    ...report,
    failures: report.failures.map((failure) => ({ ...failure, error: errorToJson(failure.error) })),
    remaining,
    error: error && errorToJson(error),
  }
}

module.exports = { adviseNext, formatReport, reportToJson }
