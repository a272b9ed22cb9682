'use strict'

const { EXIT, UsageError } = require('./exit-codes.js')
const { CONFIGURATION_OPTIONS, createClient } = require('./configuration.js')
const { REQUEST_OPTIONS, readRequest } = require('./request.js')
const { print, printJson } = require('./output.js')

const options = {
  interest: { type: 'string', multiple: true, value: '<name>', help: 'an interest; may be repeated, up to 100 times' },
  user: { type: 'string', multiple: true, value: '<id>', help: 'a user; may be repeated, up to 1 000 times' },
  ...REQUEST_OPTIONS,
  json: { type: 'boolean', help: 'print { "publishId": … }, or { "error": … }' },
  ...CONFIGURATION_OPTIONS,
}

/** Publishes, and prints the publish id. */
async function run({ values }) {
  const { interest: interests, user: users } = values
  if ((interests === undefined) === (users === undefined)) {
    throw new UsageError('either --interest or --user is required')
  }
  const request = await readRequest(values, interests ? 'interests' : 'users')
  const beams = await createClient(values)
  const response = interests
    ? await beams.publishToInterests(interests, request)
    : await beams.publishToUsers(users, request)
  await (values.json ? printJson(response) : print(response.publishId))
  return EXIT.OK
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
  },
  run,
}
