'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
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

/** Declarations that the examples in the typings assume. */
const given = {
  'beams-native/express': `
import type { Express, Request } from 'express'
import 'express-session'
declare module 'express-session' {
  interface SessionData {
    userId: string
  }
}
declare const app: Express`,
  'beams-native/fetch': `
import { after } from 'node:test'
declare function getSession(): Promise<{ userId: string }>`,
}

for (const [entry, names] of Object.entries(given)) {
  test(`the examples in the typings of ${entry} compile`, async (t) => {
    const checkout = path.join(__dirname, '..')
    const typings = fs
      .readFileSync(path.join(checkout, `${path.basename(entry)}.d.ts`), 'utf8')
      .replaceAll(/^ \* ?/gm, '')
    const examples = [...typings.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code)
    assert.equal(examples.length, 2)
    const imports = `import { authEndpoint, webhookEndpoint } from '${entry}'\n`
    const client = `declare const beams: import('beams-native').PushNotifications\n`
    // Inside the checkout, so that the package finds itself by its name.
    fs.mkdirSync(path.join(checkout, 'build'), { recursive: true })
    const folder = fs.mkdtempSync(path.join(checkout, 'build', 'endpoints-'))
    t.after(() => fs.rmSync(folder, { recursive: true }))
    fs.writeFileSync(path.join(folder, 'examples.ts'), [imports, client, names, ...examples].join('\n'))
    assert.equal(await typeErrors([path.join(folder, 'examples.ts')], [...strict, '--skipLibCheck']), '')
  })
}
