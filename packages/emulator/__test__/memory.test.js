'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')

const run = promisify(execFile)
const program = path.join(__dirname, 'programs', 'small-heap.js')

describe('what the emulator keeps is bounded by the memory that it takes', () => {
  for (const [name, megabytes, printed] of [
    [
      'publishes',
      96,
      '/emulator/inbox 200 false\n/emulator/inbox?search=nothing 200 false\n/emulator/publishes 200 true\n',
    ],
    [
      'failed requests',
      96,
      '/emulator/inbox 200 false\n/emulator/inbox?search=nothing 200 false\n/emulator/failed-requests 200 true\n',
    ],
    ['misses', 128, '100 200\n'],
    ['deliveries', 128, '100 200\n'],
    ['webhooks', 192, 'true\n'],
    ['webhooks that fail', 192, 'true\n'],
    ['devices', 400, '200\n'],
    ['interests', 400, '503\n'],
    ['readers', 128, 'read\n'],
  ]) {
    test(`${name}, in a heap of ${megabytes} MiB`, async () => {
      const { stdout, stderr } = await run(process.execPath, [`--max-old-space-size=${megabytes}`, program, name])
      assert.deepEqual([stdout, stderr], [printed, ''])
    })
  }
})
