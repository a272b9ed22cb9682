'use strict'

const { spawn } = require('node:child_process')
const path = require('node:path')

const programs = path.join(__dirname, '..', 'programs')

/** Long enough for any program of a usual size; one that takes longer hangs, and is ended by a signal that the test then finds. */
const HANGS_AFTER_MS = 120_000

/** Runs a program from `programs/` to its end. Returns its output, its exit code and the signal that ended it. */
async function runProgram(name, args = [], { flags = [], env = {}, timeout = HANGS_AFTER_MS } = {}) {
  const child = spawn(process.execPath, [...flags, path.join(programs, name), ...args.map(String)], {
    env: { ...process.env, ...env },
    timeout,
    killSignal: 'SIGKILL',
  })
  const read = async (stream) => (await stream.setEncoding('utf8').toArray()).join('')
  const [stdout, stderr, [code, signal]] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    new Promise((resolve) => child.on('close', (...ending) => resolve(ending))),
  ])
  return { stdout, stderr, code, signal }
}

module.exports = { runProgram }
