#!/usr/bin/env node
'use strict'

const { startEmulator } = require('./index.js')
const { version } = require('./package.json')
const { readCommandLine, USAGE } = require('./src/cli/options.js')
const { findEmulator, waitForEmulator } = require('./src/cli/probe.js')
const { runCommand } = require('./src/cli/exec.js')
const { onNpxEnd } = require('./src/cli/npx.js')

async function main() {
  const { isExec, isWait, isHelp, isVersion, command, emulatorOptions } = await readCommandLine(process.argv.slice(2))
  if (isHelp) return process.stdout.write(USAGE)
  if (isVersion) return console.log(version)
  if (isWait) return console.log(`beams-emulator is ready on ${(await waitForEmulator(emulatorOptions)).url}`)
  return isExec ? exec(command, emulatorOptions) : serve(emulatorOptions)
}

async function serve(options) {
  const emulator = await start({ ...options, log: (line) => console.log(`${new Date().toISOString()} ${line}`) })
  console.log(`beams-emulator is listening on ${emulator.url}`)
  console.log(`  in your server:  new PushNotifications({ …, endpoint: '${emulator.url}' })`)
  console.log(`  in your page:    new Client({ …, endpointOverride: '${emulator.url}' })`)
  console.log(`  the inbox:       ${emulator.url}/`)
  const stop = () => emulator.close()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
  onNpxEnd(stop)
}

/** The output is the command's, so that nothing is logged. */
async function exec(command, options) {
  const emulator = await start(options)
  try {
    process.exitCode = await runCommand(command, { ...options, url: emulator.url })
  } finally {
    await emulator.close()
  }
}

async function start(options) {
  try {
    return await startEmulator(options)
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error
    const other = await findEmulator(options)
    const owner = other ? `by beams-emulator ${other.version} at ${other.url}` : 'by another program'
    throw new Error(`port ${options.port} is in use ${owner}; choose another with --port`, { cause: error })
  }
}

main().catch((error) => {
  console.error(`beams-emulator: ${error.message}`)
  process.exitCode = 1
})
