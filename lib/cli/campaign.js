'use strict'

const { EXIT, UsageError } = require('./exit-codes.js')
const { adviseNext, formatReport, reportToJson } = require('./campaign-report.js')
const { CONFIGURATION_OPTIONS, createClient } = require('./configuration.js')
const { readNumber } = require('./command-line.js')
const { watchInterrupts } = require('./interrupt.js')
const { describeError, print, printJson, printNote } = require('./output.js')
const { showProgress } = require('./progress.js')
const { REQUEST_OPTIONS, readRequest } = require('./request.js')
const { openUsers } = require('./users.js')

const options = {
  users: { type: 'string', value: '<file>', help: 'the user ids, one on each line; - for stdin' },
  ...REQUEST_OPTIONS,
  journal: { type: 'string', value: '<file>', help: 'keeps who was published to, so that the campaign can be resumed' },
  'retry-unknown': { type: 'boolean', help: 'publish again to users who may have been notified already' },
  'stop-on-error': { type: 'boolean', help: 'stop as soon as one request has failed' },
  concurrency: { type: 'string', value: '<number>', help: 'how many requests may be in flight at once (16)' },
  'max-requests-per-second': { type: 'string', value: '<number>', help: 'share the limit of 100 with other processes' },
  json: { type: 'boolean', help: 'print the report as JSON' },
  ...CONFIGURATION_OPTIONS,
}

/** Publishes to all users of a list, and prints what became of them. */
async function run({ values }) {
  if (values.users === undefined) throw new UsageError('--users is required')
  if (values.users === '-' && values.request === '-')
    throw new UsageError('only one of --users and --request can be stdin')
  // A journal that nobody keeps would be worse than none.
  if (values.journal !== undefined && require('../..').readCampaignJournal === undefined) {
    throw new UsageError('--journal is not supported by this version')
  }
  const callOptions = {
    journal: values.journal,
    stopOnError: values['stop-on-error'],
    concurrency: readNumber(values, 'concurrency'),
  }
  const beams = await createClient(values, {
    retryUnknown: values['retry-unknown'],
    maxRequestsPerSecond: readNumber(values, 'max-requests-per-second'),
  })
  const request = await readRequest(values, 'users')
  const users = await openUsers(values.users)
  const { outcome, interruptedBy } = await publish(beams, users, request, callOptions)

  if (outcome.error)
    printNote(`beams-native campaign: ${interruptedBy ? `stopped by ${interruptedBy}` : describeError(outcome.error)}`)
  if (values.json) await printJson(reportToJson(outcome))
  else await print(formatReport(outcome).join('\n'))
  const advice = adviseNext(outcome, values.journal)
  if (advice) printNote(advice)
  return interruptedBy ? EXIT[interruptedBy] : exitCodeForOutcome(outcome)
}

/** Publishes until all users are accounted for, or a signal stops it. */
async function publish(beams, users, request, callOptions) {
  const controller = new AbortController()
  const progress = showProgress(process.stderr, users.total)
  const interrupts = watchInterrupts(() => {
    progress.note('stopping: waiting for the requests in flight; Ctrl-C again ends at once')
    controller.abort()
  })
  const onProgress = (counts) => progress.update(counts)
  try {
    const settled = beams.publishToManyUsers(users.ids, request, {
      ...callOptions,
      signal: controller.signal,
      onProgress,
    })
    const outcome = await settled.then((report) => ({ report }), toStoppedOutcome)
    return { outcome: { ...outcome, total: users.total }, interruptedBy: outcome.error && interrupts.signal }
  } finally {
    progress.end()
    interrupts.release()
    users.close()
  }
}

/** A campaign that was stopped early has a report, too. Without one, it has not begun. */
function toStoppedOutcome(error) {
  const { report, remaining, cause } = error
  if (report === undefined) throw error
  // A list that cannot be read to its end says why itself.
  return { report, remaining, error: cause instanceof UsageError ? cause : error }
}

function exitCodeForOutcome({ report: { failures }, error }) {
  if (failures.some((failure) => failure.error.delivery === 'unknown')) return EXIT.UNKNOWN
  return error || failures.length > 0 ? EXIT.FAILED : EXIT.OK
}

module.exports = {
  summary: 'publish to any number of users, and account for each of them',
  usage: '--users <file>|- --request <file> [--journal <file>]',
  description: `
Publishes one notification to all users of a list, in requests of up to 1 000, at 100 requests a second. Users who occur twice are
notified once. With a journal, a campaign that was stopped, or whose process has died, goes on where it was when the same command
is run again: nobody is notified twice, nobody is left out.

Ctrl-C (or SIGTERM) makes no more requests and waits for those in flight, so that the report is exact. A second one ends at once.
A terminal shows a bar with the rate and the time left; elsewhere, stderr gets a line for every tenth of the users.`,
  options,
  examples: [
    'campaign --users users.txt --request request.json --journal sale.journal',
    'campaign --users - --title "Sale" --body "Today only" --journal sale.journal < users.txt',
    'campaign --users users.txt --request request.json --json > report.json',
  ],
  exitCodes: {
    0: 'every user was published to, now or before',
    1: 'some were not: with the journal, run the same command again',
    2: 'wrong arguments, configuration, payload or list: nothing was sent',
    3: 'some may have been notified or not: they are not repeated unless you say --retry-unknown',
    '129, 130, 143': 'stopped by a signal: with the journal, run the same command again',
  },
  run,
}
