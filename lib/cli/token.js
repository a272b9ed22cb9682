'use strict'

const { EXIT, UsageError } = require('./exit-codes.js')
const { CONFIGURATION_OPTIONS, createClient } = require('./configuration.js')
const { print, printJson } = require('./output.js')

const options = {
  json: { type: 'boolean', help: 'print { "token": … }, as an auth endpoint does' },
  ...CONFIGURATION_OPTIONS,
}

/** Prints a user's token. */
async function run({ values, positionals: [userId] }) {
  if (userId === undefined) throw new UsageError('the user is required')
  const beams = await createClient(values)
  const token = beams.generateToken(userId)
  await (values.json ? printJson({ token }) : print(token))
  return EXIT.OK
}

module.exports = {
  summary: 'make the token that associates a device with a user',
  usage: '<user>',
  description: `
Prints the token that your auth endpoint would give to a client SDK: a JWT, signed with the secret key and valid for 24 hours.
Nothing is sent. Whoever has the token can receive the notifications of the user.`,
  options,
  parameters: ['<user>'],
  examples: ['token user-1'],
  exitCodes: { 0: 'the token was printed', 2: 'wrong arguments or configuration' },
  run,
}
