'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const path = require('node:path')
const { typeErrors } = require('./helpers/typescript.js')

const file = (name) => path.join(__dirname, 'types', name)

test('compat compiles with the documented usage of the official SDK', async () => {
  assert.equal(await typeErrors([file('compat.ts')]), '')
})

for (const [module, moduleResolution] of [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
]) {
  test(`every documented payload field compiles, and the known mistakes do not, with module ${module}`, async () => {
    const options = ['--module', module, '--moduleResolution', moduleResolution]
    assert.equal(await typeErrors([file('payloads.ts')], options), '')
  })
}

test('the events of webhooks are told apart by their type', async () => {
  assert.equal(await typeErrors([file('webhooks.ts')]), '')
})

test('publishToManyUsers takes any iterable of strings', async () => {
  assert.equal(await typeErrors([file('many-users.ts')]), '')
})

test('the emulator is typed', async () => {
  assert.equal(await typeErrors([file('emulator.ts')]), '')
})
