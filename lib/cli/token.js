'use strict'

const { EXIT, UsageError } = require('./exit-codes.js')
const { CONFIGURATION_OPTIONS, createClient } = require('./configuration.js')
const { print, printJson } = require('./output.js')

const options = {
  json: { type: 'boolean', help: 'print { "token": … }, the response of an auth endpoint' },
  ...CONFIGURATION_OPTIONS,
}

/** Prints a user's token. */
async function run({ values, positionals: [userId] }) {
  if (userId === undefined) throw new UsageError('a user id is required')
  const beams = await createClient(values)
  const token = beams.generateToken(userId)
  await (values.json ? printJson({ token }) : print(token))
  return EXIT.OK
}

module.exports = {
  summary: 'generate the token that associates a device with a user',
  usage: '<user>',
  description: `
Prints a token, as an auth endpoint returns it to a client SDK: a JWT, signed with the secret key and valid for 24 hours. Anyone
with the token can receive the user's notifications. Nothing is sent.`,
  options,
  parameters: ['<user>'],
  examples: ['token user-1'],
  exitCodes: { 0: 'the token was printed', 1: 'it could not be printed', 2: 'invalid arguments or configuration' },
  run,
}
