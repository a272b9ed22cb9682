'use strict'

const { EXIT, UsageError } = require('./exit-codes.js')
const { readBytes, readSecret } = require('./input.js')
const { printJson } = require('./output.js')

const options = {
  signature: { type: 'string', value: '<hex>', help: 'the value of the Webhook-Signature header' },
  'secret-file': {
    type: 'string',
    value: '<file>',
    help: 'a file that contains only the secret (BEAMS_WEBHOOK_SECRET)',
  },
}

/** Verifies a webhook, and prints its event. */
async function run({ values: { signature, 'secret-file': file }, positionals: [body = '-'] }) {
  if (signature === undefined)
    throw new UsageError('--signature is required: the value of the Webhook-Signature header')
  const secret = file === undefined ? process.env.BEAMS_WEBHOOK_SECRET : await readSecret(file, 'secret-file')
  if (!secret) throw new UsageError('BEAMS_WEBHOOK_SECRET is not set: set it or pass --secret-file')
  await printJson(verify(await readBytes(body), signature, secret))
  return EXIT.OK
}

function verify(body, signature, secret) {
  const { verifyWebhook } = require('../..')
  try {
    return verifyWebhook(body, signature, secret)
  } catch (error) {
    if (isSigned(withoutLineBreak(body), signature, secret)) {
      error.message = 'invalid webhook signature: the body has a trailing line break that the webhook did not have'
    }
    throw error
  }
}

function isSigned(body, signature, secret) {
  const { signWebhook } = require('../..')
  return body !== undefined && signWebhook(body, secret)['Webhook-Signature'] === signature
}

/** The body without the trailing line break that editors and `echo` add; `undefined` if it has none. */
function withoutLineBreak(body) {
  if (body.at(-1) !== 0x0a) return undefined
  return body.subarray(0, body.at(-2) === 0x0d ? -2 : -1)
}

module.exports = {
  summary: 'verify the signature of a webhook',
  usage: '[<file>|-] --signature <hex>',
  description: `
Verifies that a webhook was sent by the service, and prints its event as JSON. The body, from a file or stdin, must be the raw
bytes of the request. The secret is that of the webhook, from the dashboard.`,
  options,
  parameters: ['<file>'],
  examples: ['verify-webhook body.json --signature 2f3a…', 'verify-webhook --signature 2f3a… < body.json'],
  exitCodes: {
    0: 'the signature is valid',
    1: 'the signature is invalid, or the body is not a Beams event',
    2: 'invalid arguments or configuration',
  },
  run,
}
