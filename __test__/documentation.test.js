'use strict'

// Every code block of the documentation is run, against an emulator, or checked by the TypeScript compiler.

const { test, before, after, describe } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify, stripVTControlCharacters } = require('node:util')
const { startEmulator } = require('beams-emulator')
const { typeErrors } = require('./helpers/typescript.js')

const checkout = path.join(__dirname, '..')
const run = promisify(execFile)

const guides = fs.readdirSync(path.join(checkout, 'docs')).map((name) => `docs/${name}`)
const packages = fs.readdirSync(path.join(checkout, 'packages')).map((name) => `packages/${name}/README.md`)
const documents = ['README.md', ...packages, ...guides]

const read = (file) => fs.readFileSync(path.join(checkout, file), 'utf8')

function blocks(file) {
  return [...read(file).matchAll(/^```(.*?)\n(.*?)^```$/gms)].map(([, language, code], index) => {
    const name = `${file}, block ${index + 1} (${language})`
    return { name, language, code, snippet: `${name.replaceAll(/\W+/g, '-')}${extensions[language] ?? `.${language}`}` }
  })
}

// `js jest` and `js vitest` blocks are test files of these runners.
const extensions = { 'js jest': '.js', 'js vitest': '.test.mjs' }
const runners = {
  async 'js jest'(file) {
    const bin = path.join(path.dirname(require.resolve('jest/package.json')), 'bin', 'jest.js')
    const config = JSON.stringify({ rootDir: path.dirname(file), testMatch: [file], transform: {} })
    return (await run(process.execPath, [bin, '--config', config])).stderr
  },
  async 'js vitest'(file) {
    const bin = path.join(path.dirname(require.resolve('vitest/package.json')), 'vitest.mjs')
    const { stdout } = await run(process.execPath, [bin, 'run', '--root', path.dirname(file), path.basename(file)])
    return stripVTControlCharacters(stdout)
  },
}

// How blocks are compiled: those in TypeScript with every strict setting, those in JavaScript as in a strict project, but for the types
// of parameters, which only TypeScript can declare.
const strict = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess']
const compiled = {
  ts: [...strict, '--skipLibCheck', 'false'],
  // Modules with a top-level `await`. The frameworks' own typings need not compile.
  mts: [...strict, '--skipLibCheck', '--experimentalDecorators'],
  js: [...strict, '--allowJs', '--checkJs', '--noImplicitAny', 'false'],
}
compiled.mjs = compiled.js

/** The variables that a reader has set. */
const environment = `
declare global {
  namespace NodeJS {
    interface ProcessEnv {
      BEAMS_INSTANCE_ID: string
      BEAMS_SECRET_KEY: string
      BEAMS_WEBHOOK_SECRET: string
    }
  }
}
export {}
`

// JavaScript cannot say that a server has a port, or what a record of a channel holds: Node's types for these are left out.
const untyped = `
declare module 'node:net' {
  interface Server {
    address(): any
  }
}
declare module 'node:diagnostics_channel' {
  interface TracingChannel<StoreType, ContextType> {
    subscribe(subscribers: any): void
  }
}
${environment}
`

/** What the examples in the typings leave to their reader. */
const given = `
import express = require('express')
import { BeamsError, PushNotifications, signWebhook, verifyWebhook, type WebhookEvent } from 'beams-native'
import { beamsOrFake, fakeBeams } from 'beams-native/testing'

declare const beams: PushNotifications
declare const event: WebhookEvent
declare const request: { web: { notification: { title: string } } }
declare const response: express.Response
declare const app: express.Express
declare const server: import('node:http').Server
declare const cursorOfUserIds: AsyncIterable<string>
declare const queue: { retryLater(request: object): void }
declare function retryLater(users: string[]): void
declare function count(publishId: string, userId: string): void
declare const [url, secret, payload, metadata]: string[]
${environment}
`

describe('the documentation', () => {
  let emulator, folder

  before(async () => {
    // Inside the checkout, so that the package finds itself by its name.
    fs.mkdirSync(path.join(checkout, 'build'), { recursive: true })
    folder = fs.mkdtempSync(path.join(checkout, 'build', 'documentation-'))
    emulator = await startEmulator()
  })

  after(async () => {
    fs.rmSync(folder, { recursive: true })
    await emulator.close()
  })

  const env = () => ({
    ...process.env,
    BEAMS_INSTANCE_ID: 'my-instance',
    BEAMS_SECRET_KEY: 'my-key',
    BEAMS_ENDPOINT: emulator.url,
  })

  for (const { name, language, code, snippet } of documents.flatMap(blocks)) {
    // These have nothing to run.
    if (/^m?ts\b/.test(language)) continue
    test(`${name} works as written`, async () => {
      const file = path.join(folder, snippet)
      fs.writeFileSync(file, code)
      // What commands do is for the tests of what they install and start.
      if (language === 'sh') return run('sh', ['-n', file])
      if (language in runners) return assert.match(await runners[language](file), /Tests: +1 passed|Tests {2}1 passed/)
      assert.match(language, /^m?js$/)
      // Snippets write their files into the folder in which they run.
      const { stdout, stderr } = await run(process.execPath, [file], { env: env(), cwd: folder })
      assert.notEqual(stdout, '')
      assert.equal(stderr, '')
    })
  }

  for (const [language, options] of Object.entries(compiled)) {
    test(`compiles, in every block of ${language}`, async () => {
      const compiledIn = path.join(folder, `compiled-${language}`)
      fs.mkdirSync(compiledIn)
      const write = (name, text) => {
        const file = path.join(compiledIn, name)
        fs.writeFileSync(file, text)
        return file
      }
      const declarations = language.endsWith('js') ? [write('untyped.d.ts', untyped)] : []
      const found = documents.flatMap(blocks).filter((block) => block.language === language)
      assert.ok(found.length > 0)
      // All at once, since starting a compiler takes longer. Only a block that adds to a module would complete the others.
      const isAlone = ({ code }) => code.includes('declare module')
      for (const together of [
        found.filter((block) => !isAlone(block)),
        ...found.filter(isAlone).map((block) => [block]),
      ]) {
        const files = together.map(({ snippet, code }) => write(snippet, code))
        assert.equal(await typeErrors([...files, ...declarations], options), '')
      }
    })
  }

  /** The one block of a document that holds a text, and what it prints after some of it was replaced. */
  async function runChanged(file, text, changes) {
    const found = blocks(file).filter(({ code }) => code.includes(text))
    assert.equal(found.length, 1)
    let [{ code }] = found
    for (const [from, to] of changes) {
      assert.ok(code.includes(from), from)
      code = code.replace(from, () => to)
    }
    const snippet = path.join(folder, `changed-${text.replaceAll(/\W+/g, '-')}.js`)
    fs.writeFileSync(snippet, code)
    return run(process.execPath, [snippet], { env: env() })
  }

  test('closes a server after the requests in flight, which can still publish', async () => {
    const { stdout, stderr } = await runChanged('docs/getting-started.md', "process.once('SIGTERM'", [
      [
        'const { publishId } = await',
        `process.kill(process.pid, 'SIGTERM')
        await new Promise((resolve) => process.once('SIGTERM', () => setImmediate(resolve)))
        const { publishId } = await`,
      ],
      [
        "server.listen(0, () => process.kill(process.pid, 'SIGTERM'))",
        `server.listen(0, async () => {
          const response = await fetch(\`http://127.0.0.1:\${server.address().port}\`, { headers: { connection: 'close' } })
          console.log(response.status, await response.text())
        })`,
      ],
    ])
    assert.deepEqual(
      stdout
        .replace(/pubid-\S+/, 'pubid')
        .trim()
        .split('\n')
        .sort(),
      ['200 pubid', 'closed'],
    )
    assert.equal(stderr, '')
  })

  const handler = [
    "({ payload }) => console.log(payload.user_id, 'opened it')",
    "() => Promise.reject(new Error('the database is down'))",
  ]
  for (const [what, changes, status, said] of [
    ['the work after the response throws', [handler], '204', /the database is down/],
    ['its own secret is not set', [['{ secret, seen', "{ secret: '', seen"]], '500', /secret/],
    [
      'a webhook is signed with another secret',
      [['signWebhook(body, secret)', "signWebhook(body, 'other')"]],
      '401',
      /^$/,
    ],
  ]) {
    test(`responds ${status} to a webhook if ${what}, and keeps working`, async () => {
      const { stdout, stderr } = await runChanged('docs/endpoints.md', "'v1.PublishToUsersAttempt'", changes)
      assert.equal(stdout, `${status}\n${status}\n`)
      assert.match(stderr, said)
    })
  }

  test('in the typings compiles, given the names that it uses', async () => {
    const typed = fs.readdirSync(path.join(checkout, 'types')).map((name) => `types/${name}`)
    const typings = ['index.d.ts', 'compat.d.ts', 'testing.d.ts', ...typed]
      .map(read)
      .join('\n')
      .replaceAll(/^ *\* ?/gm, '')
    const examples = [...typings.matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => `async () => {\n${code}}`)
    assert.ok(examples.length > 8)
    const snippet = path.join(folder, 'typings.ts')
    fs.writeFileSync(snippet, `${given}\nexport const examples = [\n${examples.join(',\n')}]\n`)
    assert.equal(await typeErrors([snippet]), '')
  })

  test('lists the code of every error', () => {
    const [readme, errors] = ['README.md', 'types/errors.d.ts'].map(read)
    const typed = [...errors.matchAll(/^ {2}\| '(ERR_BEAMS_\w+)'/gm)].map(([, code]) => code)
    assert.ok(typed.length > 10)
    for (const code of typed) assert.ok(readme.includes(`| \`${code}\` `), code)
  })
})
