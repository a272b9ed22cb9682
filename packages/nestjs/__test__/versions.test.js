'use strict'

// The packages as they are published, in each version of Nest, whose modules are CommonJS in 11 and ESM in 12.

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { startEmulator } = require('beams-emulator')
const packages = require('../../../__test__/helpers/packages.js')
const { typescript7 } = require('../../../__test__/helpers/typescript.js')
const { settings, start } = require('../../../examples/__test__/helpers/server.js')

const run = promisify(execFile)
const versions = path.join(__dirname, 'versions')
const strict =
  '--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck --experimentalDecorators ' +
  '--emitDecoratorMetadata --module nodenext --target es2022 --types node'

/** Compiles programs as strictly as can be. Returns the compiler's output. */
async function compile(folder, files) {
  const args = [typescript7, ...strict.split(' '), ...files]
  const { stdout } = await run(process.execPath, args, { cwd: folder }).catch((error) => error)
  return stdout
}

let scratch, packed

before(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-nest-'))
  packed = await packages.packAll(scratch)
})

after(() => fs.rmSync(scratch, { recursive: true }))

for (const version of ['nest-11', 'nest-12']) {
  describe(version, () => {
    let folder, compilerOutput
    before(async () => {
      folder = path.join(scratch, version)
      fs.cpSync(path.join(versions, version), folder, { recursive: true })
      const { beams, binding, nestjs } = packed
      await packages.install(folder, beams.tarball, binding.tarball, nestjs.tarball)
      const programs = {
        'application.cts': path.join(versions, 'application.ts'),
        'application.mts': path.join(versions, 'application.ts'),
        'module.mts': path.join(__dirname, 'types', 'module.ts'),
      }
      for (const [name, source] of Object.entries(programs)) fs.copyFileSync(source, path.join(folder, name))
      compilerOutput = await compile(folder, Object.keys(programs))
    })

    test('the typings compile, for CommonJS and for ESM', () => assert.equal(compilerOutput, ''))

    for (const [kind, program] of [
      ['CommonJS', 'application.cjs'],
      ['ESM', 'application.mjs'],
    ]) {
      for (const platform of ['Express', 'Fastify']) {
        test(`an application in ${kind}, with ${platform}, has all that the package has`, async (t) => {
          const { BEAMS_INSTANCE_ID: instanceId, BEAMS_SECRET_KEY: secretKey } = settings
          const emulator = await startEmulator({ instanceId, secretKey })
          t.after(() => emulator.close())
          const { child, url, event, errors, exit } = await start(t, folder, [program, platform], emulator)
          emulator.addWebhook({ url: `${url}/webhooks/beams`, secret: settings.BEAMS_WEBHOOK_SECRET })

          assert.equal((await fetch(`${url}/beams-auth?user_id=ada`)).status, 403)
          const auth = await fetch(`${url}/beams-auth?user_id=ada`, { headers: { 'x-user': 'ada' } })
          assert.deepEqual(Object.keys(await auth.json()), ['token'])

          assert.equal((await fetch(`${url}/greeting`, { method: 'POST' })).status, 201)
          const [type, payload] = await event()
          assert.deepEqual([type, payload.users_no_devices], ['v1.PublishToUsersAttempt', ['ada']])

          const health = await (await fetch(`${url}/health`)).json()
          assert.deepEqual([health.status, health.details.beams.status], ['ok', 'up'])

          assert.equal(errors(), '')
          const failure = await fetch(`${url}/failure`, { method: 'POST' })
          assert.deepEqual(
            [failure.status, await failure.json()],
            [503, { code: 'ERR_BEAMS_CONNECTION', delivery: 'not-sent' }],
          )

          child.kill('SIGTERM')
          assert.deepEqual(await exit, [null, 'SIGTERM'])
        })
      }
    }
  })
}
