'use strict'

// The same file of tests on every runtime: here on this Node.js, with RUNTIMES=build/runtimes on those that are installed
// there (`make runtimes`).

const { test, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify, stripVTControlCharacters } = require('node:util')
const { startEmulator } = require('beams-emulator')
const { install, packAll } = require('./helpers/packages.js')

const run = promisify(execFile)
const FILE = 'everywhere.test.cjs'
const tests = fs.readFileSync(path.join(__dirname, 'runtimes', 'everywhere.cjs'), 'utf8')
const count = tests.match(/^test\(/gm).length

const installed = (...parts) => path.resolve(process.env.RUNTIMES, 'node_modules', ...parts)
const node = (bin) => [bin, ['--test', '--test-reporter=tap', FILE], new RegExp(`^# pass ${count}$`, 'm')]
const runtimes = process.env.RUNTIMES
  ? {
      ...Object.fromEntries(
        ['18', '20', '22', '24', '26'].map((v) => [`Node.js ${v}`, node(installed(`node-${v}/bin/node`))]),
      ),
      Bun: [installed('.bin/bun'), ['test', `./${FILE}`], new RegExp(`^ ${count} pass\\n 0 fail$`, 'm')],
      Deno: [installed('.bin/deno'), ['test', '--allow-all', '--no-check', FILE], new RegExp(`ok \\| ${count} passed`)],
    }
  : { [`Node.js ${process.version}`]: node(process.execPath) }

let folder, emulator

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-runtimes-'))
  const { beams, binding } = await packAll(folder)
  fs.writeFileSync(path.join(folder, FILE), tests)
  await install(folder, beams.tarball, binding.tarball)
  emulator = await startEmulator()
})

after(async () => {
  await emulator?.close()
  fs.rmSync(folder, { recursive: true })
})

for (const [name, [bin, args, passed]] of Object.entries(runtimes)) {
  test(`all of it works on ${name}`, async (t) => {
    const env = { ...process.env, BEAMS_ENDPOINT: emulator.url, NODE_TEST_CONTEXT: undefined }
    const { stdout, stderr } = await run(bin, args, { cwd: folder, env })
    const output = stripVTControlCharacters(stdout + stderr)
    t.diagnostic((await run(bin, ['--version'])).stdout.trim().split('\n')[0])
    assert.match(output, passed)
  })
}
