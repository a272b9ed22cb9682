'use strict'

// The typings of the published package, by the compilers that the README names. It says that nothing else is needed.

const { test, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { mistakes, mistakesIn } = require('./fixtures/mistakes.js')
const tested = require('./fixtures/versions.js')
const { install, packAll } = require('./helpers/packages.js')

let folder

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-typings-'))
  const { beams, binding } = await packAll(folder)
  const aliases = tested.typescript.map((version) => `typescript-${version}@npm:typescript@${version}`)
  await install(folder, beams.tarball, binding.tarball, ...aliases)
  fs.writeFileSync(path.join(folder, 'alone.ts'), alone)
})

after(() => fs.rmSync(folder, { recursive: true }))

const types = (name) => fs.readFileSync(path.join(__dirname, 'types', name), 'utf8')

/** Returns the compiler's output. */
async function compile(version, options) {
  const tsc = path.join('node_modules', `typescript-${version}`, 'bin', 'tsc')
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--noEmit', ...options.split(' ')], {
      cwd: folder,
    })
    return stdout
  } catch ({ stdout }) {
    return stdout
  }
}

const alone = `import Compat, { PushNotifications as Named } from 'beams-native/compat'
import { PushNotifications, verifyWebhook, type BeamsError, type CallOptions } from 'beams-native'
import { fakeBeams, type FakeFailure } from 'beams-native/testing'
const keys = { instanceId: 'my-instance', secretKey: 'my-key', endpoint: undefined }
export const fake = (failure: FakeFailure) => fakeBeams(keys).failNext(failure)
const beams = new PushNotifications(keys)
export async function notify(options: CallOptions, error?: BeamsError): Promise<string | undefined> {
  await new Compat(keys).publishToInterests(['hello'], { fcm: { data: { order: 17 } } })
  await new Named(keys).deleteUser('user-1')
  await beams.publishToUsers(['user-1'], { web: { notification: { title: 'Hello', icon: undefined } } }, { ...options, timeout: undefined })
  await beams[Symbol.asyncDispose]()
  verifyWebhook('', null, 'secret')
  return options.signal?.aborted ? error?.message : undefined
}\n`
const strict =
  '--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck false --esModuleInterop ' +
  '--module nodenext --moduleResolution nodenext --target es2022 --lib es2022'

for (const version of tested.typescript) {
  test(`with TypeScript ${version}, without @types/node, by its defaults and as strictly as can be`, async () => {
    assert.equal(await compile(version, '--esModuleInterop alone.ts'), '')
    assert.equal(await compile(version, `${strict} alone.ts`), '')
  })
}

for (const version of tested.typescript) {
  test(`with TypeScript ${version}, mistakes do not compile, and the message says what is meant`, async () => {
    fs.writeFileSync(path.join(folder, 'mistakes.ts'), types('mistakes.ts'))
    assert.deepEqual(mistakesIn(await compile(version, `${strict} mistakes.ts`)), mistakes)
  })
}

for (const version of tested['@types/node']) {
  test(`with @types/node@${version}, as strictly as can be, with the oldest TypeScript that it is for and the newest`, async () => {
    await install(folder, `@types/node@${version}`)
    const files = ['payloads.ts', 'own-types.ts', 'exact-optional.ts', 'building.ts', 'webhooks.ts', 'compat.ts']
    for (const name of files) fs.writeFileSync(path.join(folder, name), types(name))
    const manifest = path.join(folder, 'node_modules', '@types', 'node', 'package.json')
    const { typeScriptVersion } = JSON.parse(fs.readFileSync(manifest, 'utf8'))
    const suitable = tested.typescript
      .map(Number)
      .filter((each) => each >= Number(typeScriptVersion))
      .sort()
    for (const compiler of [suitable[0], suitable.at(-1)]) {
      assert.equal(await compile(compiler, `${strict} --types node alone.ts ${files.join(' ')}`), '', compiler)
    }
  })
}
