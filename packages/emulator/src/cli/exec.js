'use strict'

const { spawn } = require('node:child_process')
const { constants } = require('node:os')

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Runs a command with `BEAMS_ENDPOINT` set, and resolves to the exit code that stands for how it ended. */
function runCommand([program, ...args], url) {
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, BEAMS_ENDPOINT: url },
    // npm and its like are scripts on Windows.
    shell: process.platform === 'win32',
  })
  const forward = (signal) => child.kill(signal)
  for (const signal of SIGNALS) process.on(signal, forward)
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`cannot run ${program}: ${error.message}`)))
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  }).finally(() => {
    for (const signal of SIGNALS) process.off(signal, forward)
  })
}

module.exports = { runCommand }
