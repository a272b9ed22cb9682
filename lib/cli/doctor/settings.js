'use strict'

const { describeMissing } = require('../configuration.js')
const { nameOption } = require('../option-names.js')
const { fail, ok, warn } = require('./diagnosis.js')

const NAME = 'configuration'
const DASHBOARD = 'copy the instance id and its secret key from https://dash.pusher.com'
const EMULATOR =
  'without an account, start npx beams-emulator, and set BEAMS_ENDPOINT=localhost:8081 and any id and key'
const ENDPOINT = 'it is for an emulator or a proxy, such as localhost:8081; unset it to use Beams itself'
/** Keys are hexadecimal, without hyphens. */
const KEY = /^[\da-f]{30,}$/i
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Checks the settings of a client. Shows the source of the secret key, never the key. */
function checkSettings({ instanceId, secretKey, endpoint, sources }) {
  const missing = describeMissing({ instanceId, secretKey })
  if (missing !== undefined) return fail(NAME, missing, `${DASHBOARD}; ${EMULATOR}`)
  if (isSecretKey(instanceId)) {
    return fail(NAME, `${sources.instanceId} looks like a secret key, and is ignored`, `are they swapped? ${DASHBOARD}`)
  }
  const invalid = findInvalid({ instanceId, secretKey }, sources)
  if (invalid !== undefined) return fail(NAME, invalid, DASHBOARD)
  const invalidEndpoint = findInvalid({ instanceId, secretKey, endpoint }, sources)
  if (invalidEndpoint !== undefined) return fail(NAME, invalidEndpoint, ENDPOINT)
  const message = [
    `instance ${instanceId} (${sources.instanceId})`,
    `a secret key (${sources.secretKey})`,
    endpoint === undefined ? "the instance's own host" : `endpoint ${endpoint} (${sources.endpoint})`,
  ].join(', ')
  if (/^\s|\s$|^["']|["']$/.test(secretKey)) {
    return warn(
      NAME,
      message,
      `${sources.secretKey} starts or ends with white space or a quotation mark: is it part of the key?`,
    )
  }
  if (endpoint === undefined && !UUID.test(instanceId)) {
    return warn(NAME, message, `instance ids have the form 01234567-89ab-cdef-0123-456789abcdef: ${DASHBOARD}`)
  }
  return ok(NAME, message)
}

/** The reason why a client rejects the settings; `undefined` if it accepts them, or without a binary. */
function findInvalid(settings, sources) {
  try {
    const { PushNotifications } = require('../../..')
    void new PushNotifications(settings)
    return undefined
  } catch (error) {
    return error.code?.startsWith('ERR_BEAMS_') ? nameOption(error, sources).message : undefined
  }
}

/** Whether a text has the form of a secret key. */
function isSecretKey(text) {
  return KEY.test(text)
}

module.exports = { DASHBOARD, checkSettings, isSecretKey }
