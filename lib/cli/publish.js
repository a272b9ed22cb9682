'use strict'

const { EXIT, InterruptedError, UsageError } = require('./exit-codes.js')
const { CONFIGURATION_OPTIONS, createClient } = require('./configuration.js')
const { REQUEST_OPTIONS, readRequest } = require('./request.js')
const { watchInterrupts } = require('./interrupt.js')
const { escapeControls, print, printJson, printNote } = require('./output.js')

const options = {
  interest: { type: 'string', multiple: true, value: '<name>', help: 'an interest; may be repeated, up to 100 times' },
  user: { type: 'string', multiple: true, value: '<id>', help: 'a user; may be repeated, up to 1 000 times' },
  ...REQUEST_OPTIONS,
  json: { type: 'boolean', help: 'print { "publishId": … }, or { "error": … }' },
  ...CONFIGURATION_OPTIONS,
}

/** The outcome of an interrupted publish, by its delivery. */
const INTERRUPTED = {
  'not-sent': 'nothing was sent',
  refused: 'nobody was notified',
  unknown: 'users may have been notified',
}

/** Publishes, and prints the publish id. */
async function run({ values }) {
  const { interest: interests, user: users } = values
  if ((interests === undefined) === (users === undefined)) {
    throw new UsageError('either --interest or --user is required')
  }
  const request = await readRequest(values, interests ? 'interests' : 'users')
  const beams = await createClient(values)
  const response = await publish(beams, () =>
    interests ? beams.publishToInterests(interests, request) : beams.publishToUsers(users, request),
  )
  await (values.json ? printJson(response, 'unknown') : print(escapeControls(response.publishId), 'unknown'))
  return EXIT.OK
}

/** Awaits a call until a signal stops it, and says then what became of the publish. */
async function publish(beams, call) {
  // Unlike an aborted call, one that was closed has a delivery.
  const interrupts = watchInterrupts(
    () => void beams.close({ timeout: 0 }),
    () => printNote(`beams-native publish: ${INTERRUPTED.unknown} (unknown)`),
  )
  try {
    return await call()
  } catch (error) {
    if (interrupts.signal === undefined || error.code !== 'ERR_BEAMS_CLOSED') throw error
    throw new InterruptedError(interrupts.signal, error.delivery, INTERRUPTED[error.delivery])
  } finally {
    interrupts.release()
  }
}

module.exports = {
  summary: 'publish to interests or to users',
  usage: '(--interest <name>… | --user <id>…) (--request <file> | --title <text> --body <text>)',
  description: `
Publishes a notification and prints its publish id. The payload is checked first, and nothing is sent if a platform would not
show it. For more than 1 000 users, see campaign.`,
  options,
  examples: [
    'publish --interest hello --title "Hello" --body "Hello, world!"',
    'publish --user user-1 --user user-2 --request request.json',
    'publish --interest hello --request - < request.json',
  ],
  exitCodes: {
    0: 'the service has accepted the publish',
    1: 'it failed, and nobody was notified: running it again is safe',
    2: 'invalid arguments, configuration or payload: nothing was sent',
    3: 'it failed, and users may have been notified: repeating it may notify them twice',
    '129, 130, 143': 'stopped by SIGHUP, SIGINT (Ctrl-C) or SIGTERM: stderr says whether users may have been notified',
  },
  run,
}
