'use strict'

// jest evaluates the package anew for each test file, in a realm of its own, and all evaluations of a worker share one addon.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { recordingServer } = require('./helpers/servers.js')

const jest = path.join(path.dirname(require.resolve('jest/package.json')), 'bin', 'jest.js')
const checkout = path.join(__dirname, '..')

/** Runs test files in one process, each in as many projects as are asked for, and returns what jest reports. */
async function runJest(t, files, { projects: count = 1, flags = [], nodeFlags = [] } = {}) {
  const { port } = await recordingServer(t)
  const project = {
    rootDir: path.dirname(files[0]),
    testMatch: files,
    transform: {},
    moduleNameMapper: {
      '^beams-native$': path.join(checkout, 'index.js'),
      '^beams-native/compat$': path.join(checkout, 'compat.js'),
    },
  }
  const projects = Array.from({ length: count }, (_, id) => ({ ...project, id: String(id) }))
  const args = [...nodeFlags, jest, '--runInBand', ...flags, '--config', JSON.stringify({ projects })]
  const env = { ...process.env, BEAMS_ENDPOINT: `http://127.0.0.1:${port}` }
  const { stderr } = await promisify(execFile)(process.execPath, args, { env, cwd: __dirname })
  return stderr
}

const resolveFile = (name) => path.join(__dirname, 'jest', `${name}.jest.js`)

test('jest runs pass, twice in one process, and end by themselves', async (t) => {
  const stderr = await runJest(t, ['globals', 'bulk', 'reload', 'timers'].map(resolveFile), { projects: 2 })
  assert.match(stderr, /^Test Suites: +8 passed, 8 total$/m)
  assert.match(stderr, /^Tests: +30 passed, 30 total$/m)
  assert.doesNotMatch(stderr, /did not exit/)
})

test('jest finds no open handles', async (t) => {
  const stderr = await runJest(t, [resolveFile('load')], { flags: ['--detectOpenHandles'] })
  assert.match(stderr, /^Tests: +1 passed, 1 total$/m)
  assert.doesNotMatch(stderr, /open handle|did not exit/)
})

test("jest's memory does not grow with the number of test files", async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-jest-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const files = Array.from({ length: 30 }, (_, index) => path.join(folder, `file-${index}.test.js`))
  for (const file of files) fs.copyFileSync(resolveFile('bulk'), file)
  const stderr = await runJest(t, files, { flags: ['--logHeapUsage'], nodeFlags: ['--expose-gc'] })
  const heaps = [...stderr.matchAll(/^PASS .*\((?:[\d.]+ m?s, )?(\d+) MB heap size\)/gm)].map(([, megabytes]) =>
    Number(megabytes),
  )
  t.diagnostic(String(heaps))
  assert.equal(heaps.length, 30)
  // The first files pay for what jest loads once.
  const [early, late] = [heaps.slice(5, 10), heaps.slice(-5)].map((some) => some.sort((a, b) => a - b)[2])
  assert.ok(Math.abs(late - early) <= 10, `from ${early} to ${late} MB`)
})
