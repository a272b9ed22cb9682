'use strict'

// What a user has: an empty folder, npm or pnpm, and no Rust.

const { test, before, after, describe } = require('node:test')
const assert = require('node:assert/strict')
const { execFile, spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify, stripVTControlCharacters } = require('node:util')
const { startEmulator } = require('beams-emulator')
const esbuild = require('esbuild')
const tested = require('./fixtures/versions.js')
const { packAll } = require('./helpers/packages.js')
const { unusedPort } = require('./helpers/servers.js')
const { typescript5, typescript7 } = require('./helpers/typescript.js')

const tool = (name) => path.join(__dirname, '..', 'node_modules', '.bin', name)

const hasRust = (folder) => ['cargo', 'rustc'].some((name) => fs.existsSync(path.join(folder, name)))
const PATH = process.env.PATH.split(path.delimiter)
  .filter((folder) => !hasRust(folder))
  .join(path.delimiter)

let scratch, packages, emulator

before(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-install-'))
  packages = await packAll(scratch)
  emulator = await startEmulator()
})

after(async () => {
  fs.rmSync(scratch, { recursive: true })
  await emulator.close()
})

/** The packages that install without a framework. */
function listTarballs() {
  const { nestjs: _needsNest, ...others } = packages
  return Object.values(others).map(({ tarball }) => tarball)
}

function emptyFolder(name) {
  const folder = path.join(scratch, name)
  fs.mkdirSync(folder)
  return folder
}

async function run(cwd, program, ...args) {
  const env = { ...process.env, PATH, BEAMS_ENDPOINT: emulator.url }
  const { stdout } = await promisify(execFile)(program, args, { cwd, env })
  return stripVTControlCharacters(stdout)
}

const node = (cwd, ...args) => run(cwd, process.execPath, ...args)

/** Writes a program that publishes to an interest of the folder's name, and runs it. */
async function publishes(folder, interest, steps) {
  await steps(programs(interest))
  assert.deepEqual((await emulator.waitForPublish(({ interests }) => interests?.[0] === interest)).interests, [
    interest,
  ])
}

const publish = (interest) => `new PushNotifications({
  instanceId: 'my-instance',
  secretKey: 'my-key',
  endpoint: process.env.BEAMS_ENDPOINT,
}).publishToInterests(['${interest}'], { web: { notification: { title: 'Hello' } } })`

const programs = (interest) => ({
  commonjs: `const { PushNotifications } = require('beams-native')\n${publish(interest)}\n`,
  esm: `import { PushNotifications } from 'beams-native'\nawait ${publish(interest)}\n`,
  compat: `const PushNotifications = require('beams-native/compat')\n${publish(interest)}\n`,
  testing: `import { createRequire } from 'node:module'
import { fakeBeams } from 'beams-native/testing'
const { beamsOrFake } = createRequire(import.meta.url)('beams-native/testing')
await fakeBeams().publishToInterests(['${interest}'], { web: { notification: { title: 'nobody gets it' } } })
await beamsOrFake({ instanceId: 'my-instance', secretKey: 'my-key', endpoint: process.env.BEAMS_ENDPOINT }).publishToInterests(['${interest}'], { web: {} })
`,
  typescript: `import { PushNotifications, type PublishResponse } from 'beams-native'
const published: Promise<PublishResponse> = ${publish(interest)}
published.then(({ publishId }) => console.log(publishId.length))\n`,
})

describe('installed by npm in an empty folder', () => {
  let folder
  before(async () => {
    folder = emptyFolder('npm')
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
    await run(folder, 'npm', 'install', '--no-audit', '--no-fund', ...listTarballs(), '@types/node@20')
  })
  const write = (name, text) => fs.writeFileSync(path.join(folder, name), text)

  for (const [kind, name] of [
    ['commonjs', 'program.cjs'],
    ['esm', 'program.mjs'],
    ['compat', 'compat.cjs'],
    ['testing', 'testing.mjs'],
  ]) {
    test(`it works from ${kind}`, async () => {
      await publishes(folder, kind, async (program) => {
        write(name, program[kind])
        await node(folder, name)
      })
    })
  }

  test('classes and functions keep their names, which stacks and logs show', async () => {
    write(
      'names.cjs',
      `const { inspect } = require('node:util')
for (const entry of ['', '/testing', '/express', '/fetch'])
  for (const [name, value] of Object.entries(require('beams-native' + entry))) if (value.name !== name) console.log(name, value.name)
const { PushNotifications } = require('beams-native')
console.log(require('beams-native/compat').name)
console.log(inspect(new PushNotifications({ instanceId: 'i', secretKey: 'k' })).split(' ')[0])
try { new PushNotifications({}) } catch (error) { console.log(inspect(error).split('\\n').slice(0, 2).join('')) }
`,
    )
    const [compat, client, error, ...others] = (await node(folder, 'names.cjs')).trim().split('\n')
    assert.deepEqual([compat, client, others], ['PushNotifications', 'PushNotifications', []])
    assert.match(error, /^BeamsError: "instanceId" is required .*at Object\.<anonymous> \(.*names\.cjs/)
  })

  test('it works from the shell', async () => {
    await publishes(folder, 'shell', async () => {
      write('key.txt', 'my-key')
      const settings = ['--instance-id', 'my-instance', '--secret-key-file', 'key.txt']
      const args = ['publish', '--interest', 'shell', '--title', 'Hello', '--body', 'Hello, world!', ...settings]
      assert.match(await run(folder, 'npx', '--offline', 'beams-native', ...args), /^pubid-\S+\n$/)
    })
  })

  test('its OpenTelemetry instrumentation loads, with its dependencies', async () => {
    write('instrument.cjs', "new (require('@beams-native/opentelemetry').BeamsInstrumentation)()\n")
    await node(folder, 'instrument.cjs')
  })

  for (const [module, moduleResolution, name, compiler] of [
    // TypeScript 6 is the last one with this resolution.
    ['commonjs', 'node10', 'commonjs.cts', typescript5],
    ['node16', 'node16', 'node16.mts', typescript7],
    ['node16', 'node16', 'node16-require.cts', typescript7],
    ['nodenext', 'nodenext', 'nodenext.mts', typescript7],
    ['nodenext', 'nodenext', 'nodenext-require.cts', typescript7],
    ['esnext', 'bundler', 'bundler.mts', typescript7],
  ]) {
    test(`it works from TypeScript with module ${module}, in ${name}`, async () => {
      await publishes(folder, name, async ({ typescript }) => {
        write(name, typescript)
        const options = ['--strict', '--target', 'es2022', '--module', module, '--moduleResolution', moduleResolution]
        assert.equal(await node(folder, compiler, ...options, '--types', 'node', name), '')
        await node(folder, name.replace('ts', 'js'))
      })
    })
  }

  test('it works as an external of an esbuild bundle', async () => {
    await publishes(folder, 'esbuild', async ({ esm }) => {
      write('unbundled.mjs', esm)
      const [entryPoints, outfile] = [[path.join(folder, 'unbundled.mjs')], path.join(folder, 'bundle.mjs')]
      const external = ['beams-native']
      await esbuild.build({ entryPoints, outfile, external, bundle: true, platform: 'node', format: 'esm' })
      await node(folder, 'bundle.mjs')
    })
  })

  test('it works in an esbuild bundle that copies the binary', async () => {
    await publishes(folder, 'esbuild-copy', async ({ commonjs }) => {
      write('unbundled.cjs', commonjs)
      const outdir = path.join(scratch, 'bundled')
      const { warnings } = await esbuild.build({
        entryPoints: [path.join(folder, 'unbundled.cjs')],
        outdir,
        outExtension: { '.js': '.cjs' },
        bundle: true,
        platform: 'node',
        loader: { '.node': 'copy' },
      })
      assert.deepEqual(warnings, [])
      // Outside of the folder, so that nothing is found in its node_modules.
      assert.deepEqual(
        fs
          .readdirSync(outdir)
          .map((name) => path.extname(name))
          .sort(),
        ['.cjs', '.node'],
      )
      await node(outdir, 'unbundled.cjs')
    })
  })

  test('it works as an external of a webpack bundle, as the guide says', async () => {
    const faq = fs.readFileSync(path.join(__dirname, '..', 'docs', 'faq.md'), 'utf8')
    const [, externals] = /`externals: (\{.*?\})`/.exec(faq)
    await run(folder, 'npm', 'install', '--no-audit', '--no-fund', `webpack@${tested.webpack[0]}`)
    await publishes(folder, 'webpack', async ({ esm, commonjs }) => {
      for (const [name, program] of [
        ['webpack-esm.mjs', esm],
        ['webpack-commonjs.cjs', commonjs],
      ]) {
        write(name, program)
        write(
          'webpack.cjs',
          `require('webpack')({ mode: 'production', target: 'node', entry: './${name}', externals: ${externals},
            output: { path: __dirname, filename: 'packed.cjs' } }, (error, stats) => {
            if (error || stats.hasErrors() || stats.hasWarnings()) throw error ?? new Error(stats.toString())
          })`,
        )
        await node(folder, 'webpack.cjs')
        await node(folder, 'packed.cjs')
      }
    })
  })

  test('it works from a test of jest', async () => {
    await publishes(folder, 'jest', async ({ commonjs }) => {
      const [load, ...rest] = commonjs.split('\n')
      write('publish.test.js', `${load}\ntest('it publishes', async () => {\nawait ${rest.join('\n')}})\n`)
      await run(folder, tool('jest'), '--rootDir', folder, '--testMatch', '**/publish.test.js', '--transform', '{}')
    })
  })

  test('it works from a test of vitest', async () => {
    await publishes(folder, 'vitest', async ({ esm }) => {
      const [load, ...rest] = esm.split('\n')
      write('publish.spec.mjs', `${load}\ntest('it publishes', async () => {\n${rest.join('\n')}})\n`)
      await run(folder, tool('vitest'), 'run', '--globals', '--root', folder, 'publish.spec.mjs')
    })
  })
})

test('installed by pnpm in an empty folder, it works from commonjs and esm', async () => {
  const folder = emptyFolder('pnpm')
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  await run(folder, tool('pnpm'), 'add', packages.beams.tarball, packages.binding.tarball)
  for (const [kind, name] of [
    ['commonjs', 'program.cjs'],
    ['esm', 'program.mjs'],
  ]) {
    await publishes(folder, `pnpm-${kind}`, async (program) => {
      fs.writeFileSync(path.join(folder, name), program[kind])
      await node(folder, name)
    })
  }
})

test('installed by Yarn 1, it works, without a warning about workspaces', async () => {
  const folder = emptyFolder('yarn')
  const { optionalDependencies } = packages.beams.manifest
  // Yarn looks every platform's package up, so one stands for all.
  const resolutions = Object.keys(optionalDependencies).map((name) => [name, `file:${packages.binding.tarball}`])
  const manifest = {
    private: true,
    license: 'MIT',
    dependencies: { 'beams-native': `file:${packages.beams.tarball}` },
    resolutions: Object.fromEntries(resolutions),
  }
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest))
  const yarn = path.join(scratch, 'yarn-itself')
  await run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--prefix', yarn, `yarn@${tested.yarn[0]}`)
  const options = { cwd: folder, env: { ...process.env, YARN_CACHE_FOLDER: path.join(scratch, 'yarn-cache') } }
  const bin = path.join(yarn, 'node_modules', '.bin', 'yarn')
  const { stderr } = await promisify(execFile)(bin, ['install', '--no-lockfile'], options)
  assert.doesNotMatch(stderr, /workspaces/i)
  await publishes(folder, 'yarn', async ({ commonjs }) => {
    fs.writeFileSync(path.join(folder, 'program.cjs'), commonjs)
    await node(folder, 'program.cjs')
  })
})

test('the commands of the README lead from an empty folder to a notification', async (t) => {
  const readme = fs.readFileSync(path.join(__dirname, '..', 'README.md'), 'utf8')
  const [, block] = /^```sh\n(npm install beams-native\nnpm install --save-dev beams-emulator\n.*?)^```/ms.exec(readme)
  const port = await unusedPort()
  // The port is replaced by one that is free, and the names by the tarballs.
  const [, install, start, wait, use] = /^.+\n(.+)\n(.+) &\n(.+ --wait)\n(node .+)$/s.exec(
    block.trimEnd().replaceAll('8081', port),
  )
  const folder = emptyFolder('four-commands')
  await run(folder, 'bash', '-c', install.replace('beams-emulator', listTarballs().join(' ')))
  const command = `exec ${start} --port ${port}`
  const options = { cwd: folder, env: { ...process.env, PATH }, shell: true, detached: true }
  const emulatorProgram = spawn(command, options)
  t.after(() => process.kill(-emulatorProgram.pid, 'SIGKILL'))
  await run(folder, 'bash', '-c', `${wait} --port ${port}`)
  assert.match(await run(folder, 'bash', '-c', use), /publishId: 'pubid-/)
  const accepted = await (await fetch(`http://127.0.0.1:${port}/emulator/publishes`)).json()
  assert.equal(JSON.stringify(accepted).includes('Hello'), true)
})
