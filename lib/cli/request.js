'use strict'

// The payload of a publish, from the options of a command.

const { UsageError } = require('./exit-codes.js')
const { nameInput, readJson } = require('./input.js')
const { printNote } = require('./output.js')
const { formatFinding } = require('./finding.js')

const REQUEST_OPTIONS = {
  request: {
    type: 'string',
    value: '<file>',
    help: 'the publish request as JSON, with apns, fcm and web; - for stdin',
  },
  title: { type: 'string', value: '<text>', help: 'instead: a title for all platforms' },
  body: { type: 'string', value: '<text>', help: 'and a text' },
  link: { type: 'string', value: '<url>', help: 'and what to open' },
  'no-check': { type: 'boolean', help: 'publish what the payload checks would stop' },
}

/** Nobody would see a notification of these severities, or nobody on one of its platforms. */
const STOPPING_SEVERITIES = new Set(['refused', 'dropped'])

/** The publish request. What the payload checks find is printed, and stops the command if nothing would be shown. */
async function readRequest(values, targets) {
  const publishRequest = await composeRequest(values)
  if (values['no-check']) return publishRequest
  const { checkPublishRequest } = require('../..')
  const findings = checkPublishRequest(publishRequest, { targets }).filter(({ severity }) => severity !== 'hint')
  for (const finding of findings) printNote(formatFinding(finding, process.stderr))
  if (findings.some(({ severity }) => STOPPING_SEVERITIES.has(severity))) {
    throw new UsageError(
      'the payload would not be shown everywhere, so nothing was sent; --no-check publishes it as it is',
    )
  }
  return publishRequest
}

async function composeRequest({ request: file, title, body, link }) {
  const isMessage = title !== undefined || body !== undefined || link !== undefined
  if (file !== undefined && isMessage) throw new UsageError('--request stands for --title, --body and --link')
  if (file !== undefined) return readRequestFile(file)
  if (title === undefined || body === undefined) throw new UsageError('--request, or --title and --body, are required')
  const { toPublishRequest } = require('../..')
  return toPublishRequest({ title, body, link })
}

async function readRequestFile(file) {
  const publishRequest = await readJson(file)
  if (typeof publishRequest === 'object' && publishRequest !== null && !Array.isArray(publishRequest))
    return publishRequest
  throw new UsageError(`${nameInput(file)} must hold a JSON object with apns, fcm or web`)
}

module.exports = { REQUEST_OPTIONS, readRequest, readRequestFile }
