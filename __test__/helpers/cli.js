'use strict'

// Runs `beams-native` as users do, in a process of its own.

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { once } = require('node:events')

const bin = path.join(__dirname, '..', '..', 'bin', 'beams-native.js')
const terminal = path.join(__dirname, '..', 'programs', 'terminal.py')

// What the command, and Node.js on its behalf, would read. CI is among it: with it, Node.js takes a terminal for one without colours.
const matters =
  /^(beams_|ssl_cert|node_extra|(https?|all|no)_proxy|request_method|no_color|force_color|node_disable_colors|(color)?term$|tmux$|ci$)/i
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !matters.test(name)))

/** The environment variables of a client of a server. */
function createVariables({ port, url = `http://127.0.0.1:${port}` }) {
  return { BEAMS_INSTANCE_ID: 'my-instance', BEAMS_SECRET_KEY: 'my-key', BEAMS_ENDPOINT: url }
}

/**
 * Starts the command. `until(pattern)` resolves when the output matches, `ended` when the process has ended. It is killed at the
 * end of the test. `stdio` may redirect its streams.
 */
function startCommand(t, args, { env = {}, cwd, stdio } = {}) {
  return follow(t, spawn(process.execPath, [bin, ...args], { cwd, env: { ...environment, ...env }, stdio }))
}

/** Starts the command on a terminal: `press` sends keys, and `resize` changes its width. */
function startOnTerminal(t, args, { env = {}, columns = 100 } = {}) {
  const variables = { ...environment, TERM: 'xterm-256color', ...env }
  const command = follow(t, spawn('python3', [terminal, columns, process.execPath, bin, ...args], { env: variables }))
  const send = (order) => command.child.stdin.write(`${JSON.stringify(order)}\n`)
  return { ...command, press: (keys) => send({ keys }), resize: (width) => send({ columns: width }) }
}

function follow(t, child) {
  t.after(() => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  const waiting = new Set()
  for (const name of ['stdout', 'stderr']) {
    child[name]?.setEncoding('utf8').on('data', (text) => {
      output[name] += text
      for (const check of waiting) check()
    })
  }
  // The process may exit before it has read all input.
  child.stdin?.on('error', () => {})
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
  const until = (pattern) =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = pattern.exec(output.stdout + output.stderr)
        if (!found) return
        waiting.delete(check)
        resolve(found)
      }
      waiting.add(check)
      check()
      void ended.then(() => reject(new Error(`it ended without ${pattern}: ${output.stdout}${output.stderr}`)))
    })
  return { child, until, ended, output }
}

/** Runs the command to its end, with `input` on its stdin. */
function runCommand(t, args, { input = '', ...options } = {}) {
  const { child, ended } = startCommand(t, args, options)
  child.stdin?.end(input)
  return ended
}

/** Writes files into a temporary folder, and returns its path. It is removed at the end of the test. */
function writeFiles(t, files) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-cli-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content)
  return folder
}

module.exports = { bin, runCommand, startCommand, startOnTerminal, createVariables, writeFiles }
