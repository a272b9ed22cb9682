'use strict'

const { spawn } = require('node:child_process')
const { constants } = require('node:os')
const { onNpxEnd } = require('./npx.js')

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

// An emulator without an instance id and a secret key accepts any.
const ANY_INSTANCE = 'my-instance'
const ANY_KEY = 'my-key'

/**
 * Runs a command with the environment that a client of the emulator needs, and resolves to the exit code that stands for how it
 * ended.
 */
function runCommand([program, ...args], emulator) {
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, ...buildEnvironment(process.env, emulator) },
    // npm and its like are scripts on Windows.
    shell: process.platform === 'win32',
  })
  const forward = (signal) => child.kill(signal)
  for (const signal of SIGNALS) process.on(signal, forward)
  onNpxEnd(() => forward('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`cannot run ${program}: ${error.message}`)))
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  }).finally(() => {
    for (const signal of SIGNALS) process.off(signal, forward)
  })
}

/** An instance id and a secret key that are set already stay. */
function buildEnvironment({ BEAMS_INSTANCE_ID, BEAMS_SECRET_KEY }, { url, instanceId, secretKey }) {
  return {
    BEAMS_ENDPOINT: url,
    BEAMS_INSTANCE_ID: BEAMS_INSTANCE_ID || instanceId || ANY_INSTANCE,
    BEAMS_SECRET_KEY: BEAMS_SECRET_KEY || secretKey || ANY_KEY,
  }
}

module.exports = { runCommand }
