'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const path = require('node:path')
const { typeErrors, typescript5, typescript7 } = require('../../../__test__/helpers/typescript.js')

const decorators = ['--experimentalDecorators', '--emitDecoratorMetadata']

for (const [what, options, compiler] of [
  // TypeScript 6 is the last one with this resolution.
  [
    'module commonjs, by the defaults of a Nest project',
    '--module commonjs --moduleResolution node10 --skipLibCheck',
    typescript5,
  ],
  ['module esnext', '--module esnext --moduleResolution bundler --skipLibCheck', typescript7],
  [
    'every strict setting',
    '--exactOptionalPropertyTypes --noUncheckedIndexedAccess --noImplicitOverride --skipLibCheck false',
    typescript7,
  ],
]) {
  test(`the typings compile with ${what}`, async () => {
    const program = path.join(__dirname, 'types', 'module.ts')
    assert.equal(await typeErrors([program], [...decorators, ...options.split(' ')], compiler), '')
  })
}
