'use strict'

const { EXIT, UsageError } = require('./exit-codes.js')
const { CONFIGURATION_OPTIONS, createClient } = require('./configuration.js')
const { REQUEST_OPTIONS, readRequest } = require('./request.js')
const { print, printJson } = require('./output.js')

const options = {
  interest: { type: 'string', multiple: true, value: '<name>', help: 'an interest; repeat it for up to 100' },
  user: { type: 'string', multiple: true, value: '<id>', help: 'or a user; repeat it for up to 1 000' },
  ...REQUEST_OPTIONS,
  json: { type: 'boolean', help: 'print { "publishId": … }, or { "error": … }' },
  ...CONFIGURATION_OPTIONS,
}

/** Publishes, and prints the publish id. */
async function run({ values }) {
  const { interest: interests, user: users } = values
  if ((interests === undefined) === (users === undefined)) {
    throw new UsageError('--interest or --user is required, and not both: the service takes one kind of targets')
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
Publishes one notification and prints its publish id. The payload is checked first: what a platform would not show stops the
command. For more than 1 000 users, see campaign.`,
  options,
  examples: [
    'publish --interest hello --title "Hello" --body "Hello, world!"',
    'publish --user user-1 --user user-2 --request request.json',
    'publish --interest hello --request - < request.json',
  ],
  exitCodes: {
    0: 'the service has accepted it',
    1: 'it failed and reached nobody: running it again is safe',
    2: 'wrong arguments, configuration or payload: nothing was sent',
    3: 'it failed, and may have reached people: do not just repeat it',
  },
  run,
}
