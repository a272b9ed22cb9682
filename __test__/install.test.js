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
const { mistakes, mistakesIn } = require('./fixtures/mistakes.js')
const tested = require('./fixtures/versions.js')
const { packAll, platformFolder } = require('./helpers/packages.js')
const { unusedPort } = require('./helpers/servers.js')

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

  for (const [module, moduleResolution, name] of [
    ['commonjs', 'node10', 'commonjs.cts'],
    ['node16', 'node16', 'node16.mts'],
    ['node16', 'node16', 'node16-require.cts'],
    ['nodenext', 'nodenext', 'nodenext.mts'],
    ['nodenext', 'nodenext', 'nodenext-require.cts'],
    ['esnext', 'bundler', 'bundler.mts'],
  ]) {
    test(`it works from TypeScript with module ${module}, in ${name}`, async () => {
      await publishes(folder, name, async ({ typescript }) => {
        write(name, typescript)
        const options = ['--strict', '--target', 'es2022', '--module', module, '--moduleResolution', moduleResolution]
        assert.equal(await run(folder, tool('tsc'), ...options, '--types', 'node', name), '')
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

// The README says which versions of TypeScript will do, and that nothing else is needed.
describe('the typings compile', () => {
  const folder = () => path.join(scratch, 'typescript')
  const types = (name) => fs.readFileSync(path.join(__dirname, 'types', name), 'utf8')
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

  before(async () => {
    emptyFolder('typescript')
    fs.writeFileSync(path.join(folder(), 'package.json'), '{ "private": true }')
    const aliases = tested.typescript.map((version) => `typescript-${version}@npm:typescript@${version}`)
    const { beams, binding } = packages
    await run(folder(), 'npm', 'install', '--no-audit', '--no-fund', beams.tarball, binding.tarball, ...aliases)
    fs.writeFileSync(path.join(folder(), 'alone.ts'), alone)
  })

  const compile = (version, options) =>
    node(folder(), `node_modules/typescript-${version}/bin/tsc`, '--noEmit', ...options.split(' ')).catch(
      ({ stdout }) => stdout,
    )

  for (const version of tested.typescript) {
    test(`with TypeScript ${version}, without @types/node, by its defaults and as strictly as can be`, async () => {
      assert.equal(await compile(version, '--esModuleInterop alone.ts'), '')
      assert.equal(await compile(version, `${strict} alone.ts`), '')
    })
  }

  for (const version of tested.typescript) {
    test(`with TypeScript ${version}, mistakes do not compile, and the message says what is meant`, async () => {
      fs.writeFileSync(path.join(folder(), 'mistakes.ts'), types('mistakes.ts'))
      assert.deepEqual(mistakesIn(await compile(version, `${strict} mistakes.ts`)), mistakes)
    })
  }

  for (const version of tested['@types/node']) {
    test(`with @types/node@${version}, as strictly as can be, with the oldest TypeScript that it is for and the newest`, async () => {
      await run(folder(), 'npm', 'install', '--no-audit', '--no-fund', `@types/node@${version}`)
      const files = ['payloads.ts', 'own-types.ts', 'exact-optional.ts', 'building.ts', 'webhooks.ts', 'compat.ts']
      for (const name of files) fs.writeFileSync(path.join(folder(), name), types(name))
      const manifest = path.join(folder(), 'node_modules', '@types', 'node', 'package.json')
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

test('four commands lead from an empty folder to a notification, as the README says', async (t) => {
  const readme = fs.readFileSync(path.join(__dirname, '..', 'README.md'), 'utf8')
  const [, block] = /^```sh\n(npm install beams-native beams-emulator\n.*?)^```/ms.exec(readme)
  const port = await unusedPort()
  // The port is replaced by one that is free, and the names by the tarballs.
  const [, install, start, wait, use] = /^(.+)\n(.+) &\n(.+ --wait)\n(node .+)$/s.exec(
    block.trimEnd().replaceAll('8081', port),
  )
  const folder = emptyFolder('four-commands')
  await run(folder, 'bash', '-c', install.replace('beams-native beams-emulator', listTarballs().join(' ')))
  const command = `exec ${start} --port ${port}`
  const options = { cwd: folder, env: { ...process.env, PATH }, shell: true, detached: true }
  const emulatorProgram = spawn(command, options)
  t.after(() => process.kill(-emulatorProgram.pid, 'SIGKILL'))
  await run(folder, 'bash', '-c', `${wait} --port ${port}`)
  assert.match(await run(folder, 'bash', '-c', use), /publishId: 'pubid-/)
  const accepted = await (await fetch(`http://127.0.0.1:${port}/emulator/publishes`)).json()
  assert.equal(JSON.stringify(accepted).includes('Hello'), true)
})

describe('the tarball', () => {
  test('contains only necessary files', () => {
    const platform = packages.binding.files.find((name) => name.endsWith('.node'))
    assert.deepEqual(packages.binding.files, ['LICENSE', platform, 'package.json'])
    const { files } = require('../package.json')
    const list = (name) => {
      const folder = path.join(__dirname, '..', name)
      return fs.statSync(folder).isDirectory()
        ? fs.readdirSync(folder).flatMap((each) => list(`${name}/${each}`))
        : [name]
    }
    // The client is in one file, which is faster to load.
    const isBundled = (name) => /^lib\/[\w-]+\.js$/.test(name) && !['lib/core.js', 'lib/testing.js'].includes(name)
    const listed = files.flatMap(list).filter((name) => !isBundled(name))
    assert.deepEqual(packages.beams.files.sort(), ['LICENSE', 'README.md', ...listed, 'package.json'].sort())
  })

  test('has a manifest without publint warnings', async () => {
    for (const { tarball } of [packages.beams, packages.emulator, packages.nestjs, packages.opentelemetry]) {
      assert.match(await run(scratch, tool('publint'), tarball, '--strict'), /All good!/)
    }
  })

  test('has typings for every kind of import', async () => {
    for (const { tarball } of [packages.beams, packages.emulator, packages.nestjs, packages.opentelemetry]) {
      assert.match(await run(scratch, tool('attw'), tarball), /No problems found/)
    }
  })

  test('depends on the packages of all platforms, in its own version', () => {
    const { version, optionalDependencies, dependencies, scripts, workspaces } = packages.beams.manifest
    const names = fs.readdirSync(path.join(__dirname, '..', 'npm')).map((name) => `@beams-native/binding-${name}`)
    assert.deepEqual(Object.keys(optionalDependencies).sort(), names)
    assert.deepEqual(new Set(Object.values(optionalDependencies)), new Set([version]))
    assert.equal(dependencies, undefined)
    assert.equal(workspaces, undefined)
    assert.equal(scripts, undefined)
  })
})

test('the binary for Linux needs only glibc 2.17', { skip: process.platform !== 'linux' }, () => {
  const folder = platformFolder()
  const binary = fs.readFileSync(path.join(folder, require(path.join(folder, 'package.json')).main), 'latin1')
  const versions = [...binary.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor))
  assert.ok(versions.length > 0)
  assert.deepEqual(
    versions.filter((minor) => minor > 17),
    [],
  )
})
