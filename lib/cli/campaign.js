'use strict'

const { ChangedInputError, EXIT, UsageError, isUsageError } = require('./exit-codes.js')
const { adviseNext, formatReport, reportToJson } = require('./campaign-report.js')
const { CONFIGURATION_OPTIONS, createClient } = require('./configuration.js')
const { readNumber } = require('./command-line.js')
const { watchInterrupts } = require('./interrupt.js')
const { explainStartError } = require('./journal-error.js')
const { nameOption } = require('./option-names.js')
const { describeError, print, printJson, printNote } = require('./output.js')
const { showProgress } = require('./progress.js')
const { REQUEST_OPTIONS, readNamedRequests, readRequest } = require('./request.js')
const { openUsers } = require('./users.js')

const options = {
  users: { type: 'string', value: '<file>', help: 'a file with one user per line; - for stdin' },
  ...REQUEST_OPTIONS,
  requests: {
    type: 'string',
    multiple: true,
    value: '<name>=<file>',
    help: 'instead of --request: several requests, such as one per language',
  },
  format: { type: 'string', value: '<format>', help: 'of the lines: ids, tsv (default with --requests) or jsonl' },
  journal: {
    type: 'string',
    value: '<file>',
    help: 'record the users published to, to resume after a stop or a crash',
  },
  'retry-unknown': { type: 'boolean', help: 'publish again to users with an unknown outcome' },
  'stop-on-error': { type: 'boolean', help: 'stop when a request has failed' },
  concurrency: { type: 'string', value: '<number>', help: 'the maximum number of requests in flight (16)' },
  'max-requests-per-second': { type: 'string', value: '<number>', help: 'the maximum request rate (100)' },
  json: { type: 'boolean', help: 'print the report as JSON' },
  ...CONFIGURATION_OPTIONS,
}

/** Options that cannot be combined with `--requests`. */
const REQUESTS = ['request', 'title', 'body', 'link']

/** Publishes to all users of a list, and prints the report. */
async function run({ values }) {
  if (values.users === undefined)
    throw new UsageError('--users is required: a file with one user per line, or - for stdin')
  if (values.users === '-' && values.request === '-') {
    throw new UsageError('--users and --request cannot both be stdin')
  }
  const callOptions = {
    journal: values.journal,
    stopOnError: values['stop-on-error'],
    concurrency: readNumber(values, 'concurrency'),
  }
  const beams = await createClient(values, {
    retryUnknown: values['retry-unknown'],
    maxRequestsPerSecond: readNumber(values, 'max-requests-per-second'),
    // Requests of single users are read while others are sent.
    payloadChecks: values['no-check'] ? 'off' : 'reject',
  })
  const { request, names } = await readRequests(values)
  const users = await openUsers(values.users, values.format ?? (values.requests ? 'tsv' : 'ids'), names)
  const { outcome, interruptedBy } = await publish(beams, users, request, callOptions)

  if (outcome.error) {
    printNote(`beams-native campaign: ${interruptedBy ? `stopped by ${interruptedBy}` : describeError(outcome.error)}`)
  }
  const delivery = isUnsent(outcome.report) ? undefined : 'unknown'
  if (values.json) await printJson(reportToJson(outcome), delivery)
  else await print(formatReport(outcome).join('\n'), delivery)
  const advice = adviseNext(outcome, values.journal)
  if (advice) printNote(advice)
  return interruptedBy ? EXIT[interruptedBy] : exitCodeForOutcome(outcome)
}

/** Reads one request, or several by their names. */
async function readRequests({ requests, ...values }) {
  if (requests === undefined) return { request: await readRequest(values, 'users'), names: [] }
  if (REQUESTS.some((name) => values[name] !== undefined)) {
    throw new UsageError('--requests cannot be combined with --request, --title, --body or --link')
  }
  const named = await readNamedRequests({ requests, ...values }, 'users')
  return { request: { requests: named }, names: Object.keys(named) }
}

/** Publishes until all users are accounted for, or until a signal stops the call. */
async function publish(beams, users, request, callOptions) {
  const controller = new AbortController()
  const progress = showProgress(process.stderr, users.total)
  const interrupts = watchInterrupts(
    () => {
      progress.note('stopping: waiting for the requests in flight; press Ctrl-C again to exit immediately')
      controller.abort()
    },
    () => {
      progress.end()
      users.close()
      printNote('beams-native campaign: stopped without a report; requests in flight may notify their users (unknown)')
    },
  )
  const onProgress = (counts) => progress.update(counts)
  try {
    const settled = beams.publishToManyUsers(users.users, request, {
      ...callOptions,
      signal: controller.signal,
      onProgress,
    })
    const outcome = await settled.then(
      (report) => ({ report }),
      (error) => toStoppedOutcome(error, callOptions.journal),
    )
    return { outcome: { ...outcome, total: users.total }, interruptedBy: outcome.error && interrupts.signal }
  } finally {
    progress.end()
    interrupts.release()
    users.close()
  }
}

/** A campaign that was stopped early has a report. Without one, it has not started. */
function toStoppedOutcome(error, journal) {
  const { report, remaining, cause } = error
  if (report === undefined) throw explainStartError(error, journal)
  if (cause instanceof ChangedInputError) return { report, remaining, error: cause }
  if (!(cause instanceof UsageError)) return { report, remaining, error: nameOption(error) }
  // If reading the list failed, the cause is the better message.
  if (isUnsent(report)) throw cause
  return { report, remaining, error: cause }
}

function exitCodeForOutcome({ report, error }) {
  const { failures } = report
  if (failures.some((failure) => failure.error.delivery === 'unknown')) return EXIT.UNKNOWN
  const errors = [error, ...failures.map((failure) => failure.error)].filter(Boolean)
  if (errors.length === 0) return EXIT.OK
  return isUnsent(report) && errors.every(isUsageError) ? EXIT.USAGE : EXIT.FAILED
}

/** Whether nothing was sent, now or in an earlier run. */
function isUnsent({ publishedCount, resumedCount, failures }) {
  return publishedCount + resumedCount === 0 && failures.every((failure) => failure.error.delivery === 'not-sent')
}

module.exports = {
  summary: 'publish to any number of users, and account for each of them',
  usage: '--users <file>|- (--request <file> | --requests <name>=<file>…) [--journal <file>]',
  description: `
Publishes a notification to all users of a list, in requests of up to 1 000 users, at 100 requests per second. Duplicate users are
notified once. With a journal, a campaign that was stopped or has crashed is resumed by running the same command again: no user
is notified twice, and none is missed.

With --requests, each line is a user id, a tab and the name of a request. With --format jsonl, it is a JSON object with userId and
request, or with userId and publishRequest.

Ctrl-C (or SIGTERM) sends no more requests and waits for those in flight, so that the report is exact. A second Ctrl-C exits
immediately. Progress is shown on stderr: a bar on a terminal, lines otherwise.`,
  options,
  examples: [
    'campaign --users users.txt --request request.json --journal sale.journal',
    'campaign --users users.tsv --requests en=en.json,de=de.json --journal sale.journal',
    'campaign --users - --title "Sale" --body "Today only" --journal sale.journal < users.txt',
    'campaign --users users.txt --request request.json --json > report.json',
  ],
  exitCodes: {
    0: 'all users were published to, now or in an earlier run',
    1: 'some users were not: with a journal, run the same command again',
    2: "invalid arguments, configuration, payload or list, or another campaign's journal: nothing was sent",
    3: 'for some users the outcome is unknown: with a journal, they are skipped unless --retry-unknown is set',
    '129, 130, 143': 'stopped by SIGHUP, SIGINT (Ctrl-C) or SIGTERM: with a journal, run the same command again',
  },
  run,
}
