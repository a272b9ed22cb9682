'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const path = require('node:path')
const { typeErrors } = require('../../../__test__/helpers/typescript.js')

for (const [what, options] of Object.entries({
  'module esnext': ['--module', 'esnext', '--moduleResolution', 'bundler'],
  'every strict setting':
    '--exactOptionalPropertyTypes --noUncheckedIndexedAccess --noImplicitOverride --isolatedModules --skipLibCheck false'.split(
      ' ',
    ),
})) {
  test(`the typings compile with ${what}`, async () => {
    assert.equal(await typeErrors([path.join(__dirname, 'types', 'instrumentation.ts')], options), '')
  })
}
