'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { typeErrors } = require('./helpers/typescript.js')

const file = (name) => path.join(__dirname, 'types', name)

test('compat compiles with the documented usage of the official SDK', async () => {
  assert.equal(await typeErrors([file('compat.ts')]), '')
})

test('compat compiles with the type tests of the official SDK', async (t) => {
  const official = require.resolve('@pusher/push-notifications-server/index.test-d.ts')
  const tests = fs
    .readFileSync(official, 'utf8')
    .replace(/^import { expectType } from 'tsd';$/m, 'declare function expectType<T>(value: T): void')
    .replace("require('.')", "require('beams-native/compat')")
  // Inside the checkout, so that the package finds itself by its name.
  const folder = path.join(__dirname, '..', 'build', 'official-types')
  fs.mkdirSync(folder, { recursive: true })
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const copy = path.join(folder, 'index.test-d.ts')
  fs.writeFileSync(copy, tests)
  assert.match(tests, /expectType<Promise<void>>\(client\.deleteUser/)
  assert.equal(await typeErrors([copy]), '')
})

test('every method has exactly the documented types, in both entries', async () => {
  assert.equal(await typeErrors([file('exact.ts')]), '')
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
