'use strict'

// Reads the configuration of a client from options and the environment.

const util = require('node:util')
const { UsageError } = require('./exit-codes.js')
const { readSecret, readText } = require('./input.js')
const { nameOption } = require('./option-names.js')

const CONFIGURATION_OPTIONS = {
  'instance-id': { type: 'string', value: '<id>', help: 'the instance (BEAMS_INSTANCE_ID)' },
  'secret-key-file': {
    type: 'string',
    value: '<file>',
    help: 'a file that contains only the secret key (BEAMS_SECRET_KEY)',
  },
  endpoint: {
    type: 'string',
    value: '<url>',
    help: "another host than the instance's own, such as the emulator (BEAMS_ENDPOINT)",
  },
  dotenv: { type: 'string', value: '<file>', help: 'set missing variables from a file; requires Node.js 20.12' },
}

/** The option and the variable of each setting. The secret key is never an argument, because `ps` shows those. */
const SOURCES = {
  instanceId: { option: 'instance-id', variable: 'BEAMS_INSTANCE_ID' },
  secretKey: { option: 'secret-key-file', variable: 'BEAMS_SECRET_KEY' },
  endpoint: { option: 'endpoint', variable: 'BEAMS_ENDPOINT' },
}

/** Reads each setting and its source. Missing ones are `undefined`. */
async function readConfiguration(values) {
  if (values.dotenv !== undefined) await loadVariables(values.dotenv)
  const configuration = { sources: {} }
  for (const [name, { option, variable }] of Object.entries(SOURCES)) {
    const value = values[option]
    configuration[name] = value === undefined ? process.env[variable] || undefined : await readOption(option, value)
    if (configuration[name] !== undefined) configuration.sources[name] = value === undefined ? variable : `--${option}`
  }
  return configuration
}

async function readOption(option, value) {
  return option === 'secret-key-file' ? readSecret(value, option) : value
}

/**
 * Sets missing variables from a file, as `node --env-file` does. The option has another name, because Node.js looks for
 * `--env-file` among the arguments of a script, too, and exits with a message of its own if there is no such file.
 */
async function loadVariables(file) {
  if (util.parseEnv === undefined) {
    throw new UsageError('--dotenv requires Node.js 20.12 or later: set the variables, or pass --secret-key-file')
  }
  for (const [name, value] of Object.entries(util.parseEnv(await readText(file, 'dotenv')))) process.env[name] ||= value
}

/** Describes missing required settings; `undefined` if there are none. */
function describeMissing(configuration) {
  const missing = ['instanceId', 'secretKey'].filter((name) => configuration[name] === undefined)
  if (missing.length === 0) return undefined
  const ways = missing.map((name) => `set ${SOURCES[name].variable} or pass --${SOURCES[name].option}`)
  return `not configured: ${ways.join(', and ')}`
}

/** Creates a client from options and the environment. */
async function createClient(values, options) {
  const configuration = await readConfiguration(values)
  const missing = describeMissing(configuration)
  if (missing !== undefined) throw new UsageError(missing)
  const { instanceId, secretKey, endpoint } = configuration
  const { PushNotifications } = require('../..')
  try {
    // The commands check payloads themselves, before they connect.
    return new PushNotifications({ instanceId, secretKey, endpoint, payloadChecks: 'off', ...options })
  } catch (error) {
    throw nameOption(error, configuration.sources)
  }
}

module.exports = { CONFIGURATION_OPTIONS, createClient, describeMissing, readConfiguration }
