'use strict'

// Reads publish requests from the options of a command, and checks them.

const { UsageError } = require('./exit-codes.js')
const { nameInput, readJson } = require('./input.js')
const { printNote } = require('./output.js')
const { formatFinding } = require('./finding.js')

const REQUEST_OPTIONS = {
  request: {
    type: 'string',
    value: '<file>',
    help: 'the publish request as JSON, with apns, fcm or web; - for stdin',
  },
  title: { type: 'string', value: '<text>', help: 'instead of --request: the title, for all platforms' },
  body: { type: 'string', value: '<text>', help: 'the text, for all platforms' },
  link: { type: 'string', value: '<url>', help: 'the URL to open, for all platforms' },
  'no-check': { type: 'boolean', help: 'publish even if the payload checks find errors' },
}

/** With these severities, at least one platform shows nothing. */
const STOPPING_SEVERITIES = ['refused', 'dropped']

/** Reads the publish request, and checks it. */
async function readRequest(values, targets) {
  const publishRequest = await composeRequest(values)
  if (!values['no-check']) checkRequests([[publishRequest, '']], targets)
  return publishRequest
}

/** Reads the requests of `--requests de=de.json` by their names, and checks them. */
async function readNamedRequests(values, targets) {
  const requests = { __proto__: null }
  for (const item of values.requests.flatMap((list) => list.split(','))) {
    const [, name, file] = /^([^=]+)=(.+)$/.exec(item) ?? []
    if (name === undefined) throw new UsageError(`--requests must have the form en=en.json, not "${item}"`)
    if (Object.hasOwn(requests, name)) throw new UsageError(`--requests contains ${name} twice`)
    requests[name] = await readRequestFile(file, 'requests')
  }
  if (!values['no-check']) {
    checkRequests(
      Object.keys(requests).map((name) => [requests[name], `${name}: `]),
      targets,
    )
  }
  return requests
}

/** Prints the findings of the payload checks, each with its prefix. Throws if at least one platform would show nothing. */
function checkRequests(requests, targets) {
  const { checkPublishRequest } = require('../..')
  const severities = new Set()
  for (const [publishRequest, prefix] of requests) {
    for (const finding of checkPublishRequest(publishRequest, { targets })) {
      severities.add(finding.severity)
      if (finding.severity !== 'hint') printNote(prefix + formatFinding(finding, process.stderr))
    }
  }
  if (STOPPING_SEVERITIES.some((severity) => severities.has(severity))) {
    throw new UsageError('the payload checks found errors, so nothing was sent; --no-check publishes it anyway')
  }
}

async function composeRequest({ request: file, title, body, link }) {
  const isMessage = title !== undefined || body !== undefined || link !== undefined
  if (file !== undefined && isMessage)
    throw new UsageError('--request cannot be combined with --title, --body or --link')
  if (file !== undefined) return readRequestFile(file, 'request')
  if (title === undefined || body === undefined)
    throw new UsageError('either --request, or --title and --body, are required')
  const { toPublishRequest } = require('../..')
  return toPublishRequest({ title, body, link })
}

/** Reads a publish request. Errors name the option that the file was passed with. */
async function readRequestFile(file, option) {
  const publishRequest = await readJson(file, option)
  if (typeof publishRequest === 'object' && publishRequest !== null && !Array.isArray(publishRequest))
    return publishRequest
  throw new UsageError(`${nameInput(file, option)} must contain a JSON object with apns, fcm or web`)
}

module.exports = { REQUEST_OPTIONS, readNamedRequests, readRequest, readRequestFile }
