'use strict'

// The guide to the shell: its commands are run in order, in one folder.

const { test, before, after, describe } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { startEmulator } = require('beams-emulator')
const { bin } = require('./helpers/cli.js')
const { EXIT } = require('../lib/cli/exit-codes.js')

const guide = fs.readFileSync(path.join(__dirname, '..', 'docs', 'cli.md'), 'utf8')
const blocks = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code)

describe('the guide to the shell', () => {
  let emulator, folder

  before(async () => {
    emulator = await startEmulator()
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-cli-guide-'))
    // A substitute for npx, which requires an installed package.
    const npx = `#!/bin/sh\nshift\nexec '${process.execPath}' '${bin}' "$@"\n`
    fs.writeFileSync(path.join(folder, 'npx'), npx, { mode: 0o755 })
  })

  after(async () => {
    fs.rmSync(folder, { recursive: true })
    await emulator.close()
  })

  for (const [index, code] of blocks.entries()) {
    test(`has commands that succeed: block ${index + 1}`, async () => {
      const env = {
        ...process.env,
        PATH: `${folder}${path.delimiter}${process.env.PATH}`,
        BEAMS_INSTANCE_ID: 'my-instance',
        BEAMS_SECRET_KEY: 'my-key',
        BEAMS_ENDPOINT: emulator.url,
      }
      const { stdout, stderr } = await promisify(execFile)('sh', ['-e', '-c', code], { cwd: folder, env })
      assert.doesNotMatch(stderr, /^beams-native/m)
      // Comments quote the output.
      for (const [, printed] of code.matchAll(/# ((?:published|skipped) .+|\d+)$/gm))
        assert.ok(stdout.includes(printed), printed)
    })
  }

  test('publishes to the users and interests that it names', () => {
    const [hello, toThree, ...others] = emulator.publishes()
    assert.deepEqual(hello.interests, ['hello'])
    assert.deepEqual(toThree.users, ['user-1', 'user-2', 'user-3'])
    const many = others.filter(({ users }) => users?.length >= 500).flatMap(({ users }) => users)
    assert.equal(new Set(many).size, 2500)
  })

  test('lists every exit code', () => {
    const [, table] = /^## Exit codes$(.*)/ms.exec(guide)
    const listed = [...table.matchAll(/^\| ([\d, ]+?) +\|/gm)].flatMap(([, codes]) => codes.split(', ').map(Number))
    assert.deepEqual(listed, Object.values(EXIT))
  })
})
