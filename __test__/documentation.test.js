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
const documents = ['README.md', 'packages/emulator/README.md', ...guides]

const read = (file) => fs.readFileSync(path.join(checkout, file), 'utf8')

function blocks(file) {
  return [...read(file).matchAll(/^```(.*?)\n(.*?)^```$/gms)].map(([, language, code], index) => ({
    name: `${file}, block ${index + 1} (${language})`,
    language,
    code,
  }))
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

/** What the examples in the typings leave to their reader. */
const given = `
import express = require('express')
import { BeamsError, PushNotifications, signWebhook, verifyWebhook, type WebhookEvent } from 'beams-native'

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

  for (const file of documents) {
    for (const { name, language, code } of blocks(file)) {
      test(`${name} works as it stands`, async () => {
        const snippet = path.join(folder, `${name.replaceAll(/\W+/g, '-')}${extensions[language] ?? `.${language}`}`)
        fs.writeFileSync(snippet, code)
        if (language === 'ts') return assert.equal(await typeErrors([snippet]), '')
        // What commands do is for the tests of what they install and start.
        if (language === 'sh') return run('sh', ['-n', snippet])
        if (language in runners)
          return assert.match(await runners[language](snippet), /Tests: +1 passed|Tests {2}1 passed/)
        assert.match(language, /^m?js$/)
        const env = {
          ...process.env,
          BEAMS_INSTANCE_ID: 'my-instance',
          BEAMS_SECRET_KEY: 'my-key',
          BEAMS_ENDPOINT: emulator.url,
        }
        const { stdout, stderr } = await run(process.execPath, [snippet], { env })
        assert.notEqual(stdout, '')
        assert.equal(stderr, '')
      })
    }
  }

  test('in the typings compiles, where the reader’s own names are given', async () => {
    const typed = fs.readdirSync(path.join(checkout, 'types')).map((name) => `types/${name}`)
    const typings = ['index.d.ts', 'compat.d.ts', ...typed]
      .map(read)
      .join('\n')
      .replaceAll(/^ *\* ?/gm, '')
    const examples = [...typings.matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => `async () => {\n${code}}`)
    assert.ok(examples.length > 8)
    const snippet = path.join(folder, 'typings.ts')
    fs.writeFileSync(snippet, `${given}\nexport const examples = [\n${examples.join(',\n')}]\n`)
    assert.equal(await typeErrors([snippet], ['--strictNullChecks', 'false']), '')
  })

  test('lists the code of every error', () => {
    const [readme, errors] = ['README.md', 'types/errors.d.ts'].map(read)
    const typed = [...errors.matchAll(/^ {2}\| '(ERR_BEAMS_\w+)'/gm)].map(([, code]) => code)
    assert.ok(typed.length > 10)
    for (const code of typed) assert.ok(readme.includes(`| \`${code}\` `), code)
  })
})
