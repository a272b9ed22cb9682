'use strict'

const { execFile, spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const readline = require('node:readline')
const { promisify } = require('node:util')

const folder = (name) => path.join(__dirname, '..', '..', name)

/** Compiles an example as its `npm run build` does. */
async function build(name) {
  const compiler = require.resolve('typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [compiler, '--project', folder(name)])
}

const settings = {
  BEAMS_INSTANCE_ID: 'my-instance',
  BEAMS_SECRET_KEY: 'my-key',
  BEAMS_WEBHOOK_SECRET: 'hush',
  SESSION_SECRET: 'change-me',
  PORT: '0',
}

/** Starts the built example against an emulator, and lets it go with the test. */
async function start(t, { name, main }, emulator) {
  const env = { ...process.env, ...settings, BEAMS_ENDPOINT: emulator.url }
  const child = spawn(process.execPath, [path.join(folder(name), 'dist', main)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${name} ended: ${errors}`)
    return value
  }
  const url = (await line()).replace('listening on ', '')
  return { child, line, url, errors: () => errors, exit: once(child, 'exit') }
}

module.exports = { build, start, settings }
