'use strict'

const { execFile, spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const { promisify } = require('node:util')
const packages = require('../../../__test__/helpers/packages.js')

const run = promisify(execFile)
const source = (name) => path.join(__dirname, '..', '..', name)

/** Compiles an example as its `npm run build` does. The folder to start it in. */
async function compile(name) {
  await run(process.execPath, [require.resolve('typescript/bin/tsc'), '--project', source(name)])
  return source(name)
}

/**
 * Installs and builds an example outside of the checkout, with the packages as they are published: what Next.js finds in
 * a checkout around it, it takes for its own. The folder to start it in.
 */
async function install(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `beams-${name}-`))
  process.once('exit', () => fs.rmSync(folder, { recursive: true }))
  const ours = (file) => !['node_modules', '.next'].includes(path.basename(file))
  fs.cpSync(source(name), folder, { recursive: true, filter: ours })
  const { beams, binding } = await packages.packAll(folder)
  await packages.install(folder, beams.tarball, binding.tarball)
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
  await run('npm', ['run', 'build'], { cwd: folder, env })
  return folder
}

const settings = {
  BEAMS_INSTANCE_ID: 'my-instance',
  BEAMS_SECRET_KEY: 'my-key',
  BEAMS_WEBHOOK_SECRET: 'hush',
  SESSION_SECRET: 'change-me-to-32-characters-or-more',
  INSECURE_COOKIES: '1',
  PORT: '0',
}

/** Starts a built example against an emulator, and lets it go with the test. */
async function start(t, folder, command, emulator, more) {
  const env = { ...process.env, ...settings, BEAMS_ENDPOINT: emulator.url, ...more }
  const child = spawn(process.execPath, command, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (pattern) => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error(`${command} ended: ${errors}`)
      if (pattern.test(value)) return value
    }
  }
  const [url] = /http:\S+/.exec(await line(/http:/))
  /** The next event that a webhook told it of. */
  const event = async () => {
    const [, type, payload] = /^(\S+) (.+)$/.exec(await line(/^v1\./))
    return [type, JSON.parse(payload)]
  }
  return { child, url, event, errors: () => errors, exit: once(child, 'exit') }
}

module.exports = { compile, install, start, settings }
