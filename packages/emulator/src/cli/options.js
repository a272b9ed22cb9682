'use strict'

const { readFile } = require('node:fs/promises')
const { parseArgs } = require('node:util')
const { findNearestName } = require('../admin/nearest-name.js')
const { checkEmulatorOptions } = require('../options/emulator-options.js')

const DEFAULT_PORT = '8081'

const USAGE = `Pusher Beams on your own machine, for development and tests.

Usage: beams-emulator [options]                       serve until stopped
       beams-emulator exec [options] -- <command>     serve while a command runs, with BEAMS_ENDPOINT,
                                                     BEAMS_INSTANCE_ID and BEAMS_SECRET_KEY set
       beams-emulator --wait [--port <port>]          wait until an emulator on that port responds

  --port <port>             the port to listen on (${DEFAULT_PORT}; with exec, any free one)
  --host <address>          the address to listen on (127.0.0.1, this machine only)
  --instance-id <id>        accept only this instance (any)
  --secret-key <key>        accept only this secret key, and tokens signed with it (any)
  --rate-limit              refuse more than 100 requests a second with 429, as the service does
  --no-strict               accept bodies that the service is only reported to refuse
  --allowed-hosts <names>   host names to answer to besides local ones, separated by commas
  --allowed-origins <urls>  origins whose pages may use all APIs, separated by commas
  --tls                     serve https, with a certificate made for this run
  --tls-cert <file>         serve https with this certificate, in PEM
  --tls-key <file>          and this key
  --webhook-url <url>       send webhooks there
  --webhook-secret <key>    and sign them with this secret
  --help                    show this text
  --version                 show the version
`

const options = {
  port: { type: 'string' },
  host: { type: 'string' },
  'instance-id': { type: 'string' },
  'secret-key': { type: 'string' },
  'rate-limit': { type: 'boolean' },
  'no-strict': { type: 'boolean' },
  'allowed-hosts': { type: 'string', multiple: true, default: [] },
  'allowed-origins': { type: 'string', multiple: true, default: [] },
  tls: { type: 'boolean' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'webhook-url': { type: 'string' },
  'webhook-secret': { type: 'string' },
  wait: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
}

/** What the command line asks for: the flags, the options of `startEmulator` and, with `exec`, the command. */
async function readCommandLine(args) {
  const isExec = args[0] === 'exec'
  const end = isExec && args.includes('--') ? args.indexOf('--') : args.length
  const command = args.slice(end + 1)
  if (isExec && command.length === 0) throw new Error('exec needs a command: beams-emulator exec -- npm test')
  const values = parseOptions(args.slice(isExec ? 1 : 0, end))
  const emulatorOptions = {
    port: parsePort(values.port ?? (isExec ? '0' : DEFAULT_PORT)),
    host: values.host,
    instanceId: values['instance-id'],
    secretKey: values['secret-key'],
    rateLimit: values['rate-limit'],
    strict: !values['no-strict'],
    allowedHosts: splitList(values['allowed-hosts']),
    allowedOrigins: splitList(values['allowed-origins']),
    tls: await readCertificate(values),
    webhooks: readWebhooks(values),
  }
  checkEmulatorOptions(emulatorOptions, formatFlag)
  const { wait: isWait, help: isHelp, version: isVersion } = values
  return { isExec, command, isWait, isHelp, isVersion, emulatorOptions }
}

function parseOptions(args) {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    const [, name] = /^Unknown option '--([^']+)'/.exec(error.message) ?? []
    const nearest = name && findNearestName(name, Object.keys(options))
    throw nearest ? new Error(`unknown option --${name}; did you mean --${nearest}?`) : error
  }
}

/** Leaves what is not a number to the check, so that its error shows the text. */
function parsePort(text) {
  return /^\d+$/.test(text) ? Number(text) : text
}

/** The flag for an option: `--webhook-url` for `webhooks[0].url`. */
function formatFlag(name) {
  const words = name
    .replace('webhooks[0]', 'webhook')
    .replace(/\[\d+\]$/, '')
    .replace('.', '-')
  return `--${words.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function splitList(values) {
  return values
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter(Boolean)
}

async function readCertificate({ tls, 'tls-cert': cert, 'tls-key': key }) {
  if ((cert === undefined) !== (key === undefined)) throw new Error('--tls-cert and --tls-key go together')
  if (cert === undefined) return tls
  return { cert: await readFile(cert), key: await readFile(key) }
}

function readWebhooks({ 'webhook-url': url, 'webhook-secret': secret }) {
  if ((url === undefined) !== (secret === undefined)) throw new Error('--webhook-url and --webhook-secret go together')
  return url === undefined ? [] : [{ url, secret }]
}

module.exports = { readCommandLine, USAGE }
