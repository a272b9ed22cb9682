'use strict'

const { randomUUID } = require('node:crypto')
const { EXIT } = require('./exit-codes.js')
const { CONFIGURATION_OPTIONS, readConfiguration } = require('./configuration.js')
const { checkInstallation } = require('./doctor/installation.js')
const { checkKey } = require('./doctor/key.js')
const { checkNetwork } = require('./doctor/network.js')
const { checkRoute, chooseRoute } = require('./doctor/route.js')
const { checkSettings, parseBaseUrl } = require('./doctor/settings.js')
const { fail, skip } = require('./doctor/diagnosis.js')
const { paint, print, printJson, printNote, toOneLine } = require('./output.js')

const options = {
  'no-publish': { type: 'boolean', help: 'leave out the publish, and with it whether the key is accepted' },
  json: { type: 'boolean', help: 'print { "ok": …, "checks": [{ "name", "status", "message", "advice" }] }' },
  ...CONFIGURATION_OPTIONS,
}

const COLORS = { ok: 'green', skip: 'gray', warn: 'yellow', fail: 'red' }

/** Examines everything between this program and the service, and says what to do about what is wrong. */
async function run({ values }) {
  const configuration = await readConfiguration(values)
  const interest = values['no-publish'] ? undefined : `beams-doctor-${randomUUID()}`
  if (interest)
    printNote(`doctor publishes to the interest ${interest}, which nobody can know; --no-publish leaves it out`)
  const checks = []
  for await (const check of examine(configuration, interest)) {
    checks.push(check)
    if (!values.json) await print(formatCheck(check))
  }
  const isOk = checks.every(({ status }) => status !== 'fail')
  if (values.json) await printJson({ ok: isOk, interest, checks })
  return isOk ? EXIT.OK : EXIT.FAILED
}

async function* examine(configuration, interest) {
  const installation = checkInstallation()
  yield installation
  const settings = checkSettings(configuration)
  yield settings

  const base = parseBaseUrl(configuration)
  if (base === undefined) {
    if (configuration.endpoint !== undefined)
      yield fail('endpoint', 'it is not a host or a URL', 'see BEAMS_ENDPOINT or --endpoint')
    return
  }
  const route = chooseRoute(base, process.env)
  const checks = [checkRoute(route)]
  yield checks[0]
  if (checks[0].status !== 'fail') {
    for await (const check of checkNetwork(base, route)) {
      checks.push(check)
      yield check
    }
  }
  const isReady = [installation, settings, ...checks].every(({ status }) => status !== 'fail')
  if (interest === undefined) yield skip('key', 'not looked at: --no-publish')
  else
    yield isReady
      ? await checkKey(configuration, interest)
      : skip('key', 'not looked at, since a check before it fails')
}

function formatCheck({ name, status, message, advice }) {
  const line = `${paint(process.stdout, COLORS[status], status.padEnd(4))}  ${name.padEnd(13)}  ${toOneLine(message)}`
  return advice === undefined ? line : `${line}\n${' '.repeat(21)}${advice}`
}

module.exports = {
  summary: 'find out why publishing does not work',
  usage: '[--no-publish] [--json]',
  description: `
Looks at one thing after the other: the platform and its binary, the configuration, the proxy that applies, the host's name, the
connection, its certificate, the clock, and whether the service accepts the key. Each line is ok, warn, fail or skip, and says
what to do. The last takes a publish: to an interest with a random name, which no device can be subscribed to.`,
  options,
  examples: ['doctor', 'doctor --no-publish --json', 'doctor --env-file .env'],
  exitCodes: {
    0: 'nothing fails; there may be warnings',
    1: 'something fails',
    2: 'wrong arguments, or a file that cannot be read',
  },
  run,
}
