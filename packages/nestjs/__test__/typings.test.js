'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const path = require('node:path')
const { typeErrors } = require('../../../__test__/helpers/typescript.js')

const decorators = ['--experimentalDecorators', '--emitDecoratorMetadata']

for (const [what, options] of Object.entries({
  'module commonjs, by the defaults of a Nest project': '--module commonjs --moduleResolution node10 --skipLibCheck',
  'module esnext': '--module esnext --moduleResolution bundler --skipLibCheck',
  'every strict setting':
    '--exactOptionalPropertyTypes --noUncheckedIndexedAccess --noImplicitOverride --skipLibCheck false',
})) {
  test(`the typings compile with ${what}`, async () => {
    const program = path.join(__dirname, 'types', 'module.ts')
    assert.equal(await typeErrors([program], [...decorators, ...options.split(' ')]), '')
  })
}
