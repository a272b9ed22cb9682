#!/usr/bin/env node
'use strict'

const { parseArgs } = require('node:util')
const { startEmulator } = require('./index.js')

const usage = `Pusher Beams on your own machine, for development and tests.

Usage: beams-emulator [options]

  --port <port>           the port to listen on (8081)
  --host <address>        the address to listen on (127.0.0.1, this machine only)
  --instance-id <id>      accept only this instance (any)
  --secret-key <key>      accept only this secret key (any)
  --help                  show this text
  --version               show the version
`

const options = {
  port: { type: 'string', default: '8081' },
  host: { type: 'string' },
  'instance-id': { type: 'string' },
  'secret-key': { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
}

async function main() {
  const { values } = parseArgs({ options })
  if (values.help) return process.stdout.write(usage)
  if (values.version) return console.log(require('./package.json').version)

  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port must be a port, not ${values.port}`)
  const emulator = await startEmulator({
    port,
    host: values.host,
    instanceId: values['instance-id'],
    secretKey: values['secret-key'],
    log: (line) => console.log(`${new Date().toISOString()} ${line}`),
  })
  console.log(`beams-emulator is listening on ${emulator.url}`)
  console.log(`  in your server:  new PushNotifications({ …, endpoint: '${new URL(emulator.url).host}' })`)
  console.log(`  what came in:    ${emulator.url}/emulator/publishes`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => emulator.close())
}

main().catch((error) => {
  const inUse = error.code === 'EADDRINUSE' ? `port ${error.port} is in use; choose another with --port` : error.message
  console.error(`beams-emulator: ${inUse}`)
  process.exitCode = 1
})
