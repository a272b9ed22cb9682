'use strict'

const { randomUUID } = require('node:crypto')
const { EXIT } = require('./exit-codes.js')
const { CONFIGURATION_OPTIONS, readConfiguration } = require('./configuration.js')
const { checkInstallation } = require('./doctor/installation.js')
const { checkKey } = require('./doctor/key.js')
const { checkNetwork } = require('./doctor/network.js')
const { checkRoute, findRoute } = require('./doctor/route.js')
const { checkSettings } = require('./doctor/settings.js')
const { fail, skip } = require('./doctor/diagnosis.js')
const { nameOption } = require('./option-names.js')
const { paint, print, printJson, printNote, redactSecrets, toOneLine } = require('./output.js')

const options = {
  'no-publish': { type: 'boolean', help: 'skip the check of the secret key, which requires a publish' },
  json: { type: 'boolean', help: 'print { "ok": …, "checks": [{ "name", "status", "message", "advice" }] }' },
  ...CONFIGURATION_OPTIONS,
}

const NOT_READY = 'not checked, because an earlier check failed'
const COLORS = { ok: 'green', skip: 'gray', warn: 'yellow', fail: 'red' }

/** Checks everything between this program and the service, and prints what to do about problems. */
async function run({ values }) {
  const configuration = await readConfiguration(values)
  let interest
  const announcePublish = () => {
    interest = `beams-doctor-${randomUUID()}`
    printNote(`to check the secret key, doctor publishes to the random interest ${interest}; --no-publish skips it`)
    return interest
  }
  const checks = []
  for await (const check of examine(configuration, values['no-publish'] ? undefined : announcePublish)) {
    const shown = redactCheck(check)
    checks.push(shown)
    if (!values.json) await print(formatCheck(shown))
  }
  const isOk = checks.every(({ status }) => status !== 'fail')
  if (values.json) await printJson({ ok: isOk, interest, checks })
  return isOk ? EXIT.OK : EXIT.FAILED
}

/** Yields the result of each check. Without `announcePublish`, nothing is published. */
async function* examine(configuration, announcePublish) {
  const installation = checkInstallation()
  yield installation
  const settings = checkSettings(configuration)
  yield settings

  if (installation.status === 'fail') {
    yield skip('proxy', 'not checked, and neither is the connection: the binary decides whether a proxy is used')
    yield skip('key', NOT_READY)
    return
  }
  let found
  try {
    found = findRoute(configuration)
  } catch (error) {
    if (configuration.endpoint !== undefined) yield explainEndpoint(configuration, error)
    return
  }
  if (found === undefined) return
  const checks = [checkRoute(found)]
  yield checks[0]
  if (checks[0].status !== 'fail') {
    for await (const check of checkNetwork(found)) {
      checks.push(check)
      yield check
    }
  }
  const isReady = [settings, ...checks].every(({ status }) => status !== 'fail')
  if (announcePublish === undefined) yield skip('key', 'not checked: --no-publish')
  else if (!isReady) yield skip('key', NOT_READY)
  else yield await checkKey(configuration, announcePublish())
}

function explainEndpoint({ sources }, error) {
  return fail('endpoint', nameOption(error, sources).message, 'correct BEAMS_ENDPOINT or --endpoint')
}

/** What it quotes may have been a secret. */
function redactCheck({ message, advice, ...check }) {
  return { ...check, message: redactSecrets(message), ...(advice !== undefined && { advice: redactSecrets(advice) }) }
}

function formatCheck({ name, status, message, advice }) {
  const line = `${paint(process.stdout, COLORS[status], status.padEnd(4))}  ${name.padEnd(13)}  ${toOneLine(message)}`
  return advice === undefined ? line : `${line}\n${' '.repeat(21)}${toOneLine(advice)}`
}

module.exports = {
  summary: 'find out why publishing fails',
  usage: '[--no-publish] [--json]',
  description: `
Checks the platform and its binary, the configuration, the proxy, DNS, the connection, the certificate, the clock and the secret
key. Each line is ok, warn, fail or skip, and says what to do. Checking the key requires a publish: it is sent to an interest with
a random name, to which no device is subscribed.`,
  options,
  examples: ['doctor', 'doctor --no-publish --json', 'doctor --dotenv .env'],
  exitCodes: {
    0: 'no check failed; there may be warnings',
    1: 'a check failed',
    2: 'invalid arguments, or an unreadable file',
  },
  run,
}
