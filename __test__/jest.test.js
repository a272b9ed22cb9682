'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')
const { startEmulator } = require('beams-emulator')

test('a jest run passes, twice in one process, and ends by itself', async (t) => {
  const emulator = await startEmulator()
  t.after(() => emulator.close())
  const file = path.join(__dirname, 'jest', 'globals.jest.js')
  // The same file in two projects: the addon is loaded twice into one process.
  const projects = ['1', '2'].map((id) => ({ id, rootDir: __dirname, testMatch: [file], transform: {} }))
  const jest = path.join(path.dirname(require.resolve('jest/package.json')), 'bin', 'jest.js')
  const args = [jest, '--runInBand', '--config', JSON.stringify({ projects })]
  const env = { ...process.env, BEAMS_ENDPOINT: emulator.url }
  const { stderr } = await promisify(execFile)(process.execPath, args, { env, cwd: __dirname })
  assert.match(stderr, /^Tests: +12 passed, 12 total$/m)
  assert.doesNotMatch(stderr, /did not exit/)
})
