'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { mistakes, mistakesIn } = require('./fixtures/mistakes.js')
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

test('compat takes and gives what the official typings do, in programs written for them', async () => {
  assert.equal(await typeErrors([file('official-programs.ts')]), '')
})

// Each file says in its first line what it holds.
const own = [
  'building.ts',
  'compat.ts',
  'diagnostics.ts',
  'exact-optional.ts',
  'exact.ts',
  'many-users.ts',
  'own-types.ts',
  'payloads.ts',
  'testing.ts',
  'webhooks.ts',
]

for (const [kind, options] of Object.entries({
  'the settings of this package': [],
  'module esnext': ['--module', 'esnext', '--moduleResolution', 'bundler'],
  exactOptionalPropertyTypes: ['--exactOptionalPropertyTypes'],
  'every strict setting, and no library but ES2022':
    '--exactOptionalPropertyTypes --noUncheckedIndexedAccess --noImplicitOverride --isolatedModules --lib es2022 --skipLibCheck false'.split(
      ' ',
    ),
})) {
  test(`the type tests compile with ${kind}`, async () => {
    // `import x = require()` is no syntax of ES modules.
    const files = options.includes('esnext')
      ? own.filter((name) => !/^(compat|exact|exact-optional)\.ts$/.test(name))
      : own
    assert.equal(await typeErrors(files.map(file), options), '')
  })
}

test('members that the service has and the package does not know can be declared', async () => {
  assert.equal(await typeErrors([file('augmented.ts')]), '')
})

test('mistakes in a request do not compile, and the compiler says what is meant', async () => {
  assert.deepEqual(mistakesIn(await typeErrors([file('mistakes.ts')])), mistakes)
})

test('the emulator is typed', async () => {
  assert.equal(await typeErrors([file('emulator.ts')], ['--exactOptionalPropertyTypes']), '')
})
