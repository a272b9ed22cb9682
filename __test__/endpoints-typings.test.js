'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const path = require('node:path')
const { typeErrors } = require('./helpers/typescript.js')

const file = (name) => path.join(__dirname, 'types', name)
const strict = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--isolatedModules']

test('the endpoints are typed by event, and need no types of a framework', async () => {
  assert.equal(await typeErrors([file('endpoints.ts')], [...strict, '--skipLibCheck', 'false']), '')
})

test('the endpoints fit Express 4 and 5, Connect, Hono, Fastify and Koa', async () => {
  assert.equal(await typeErrors([file('endpoints-frameworks.ts')], [...strict, '--skipLibCheck']), '')
})

test('the endpoints are typed without @types/node, by what they use of a request and a response', async () => {
  const alone = ['--types', 'null', '--typeRoots', 'types', '--lib', 'es2022', '--skipLibCheck', 'false']
  assert.equal(await typeErrors([file('endpoints-alone.ts')], [...strict, ...alone]), '')
})
