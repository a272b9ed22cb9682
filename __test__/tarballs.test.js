'use strict'

// What is published.

const { test, before, after, describe } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { packAll, platformFolder } = require('./helpers/packages.js')

const tool = (name) => path.join(__dirname, '..', 'node_modules', '.bin', name)

let scratch, packages

before(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-tarballs-'))
  packages = await packAll(scratch)
})

after(() => fs.rmSync(scratch, { recursive: true }))

async function run(program, ...args) {
  const { stdout } = await promisify(execFile)(program, args, { cwd: scratch })
  return stdout
}

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
      assert.match(await run(tool('publint'), tarball, '--strict'), /All good!/)
    }
  })

  test('has typings for every kind of import', async () => {
    for (const { tarball } of [packages.beams, packages.emulator, packages.nestjs, packages.opentelemetry]) {
      assert.match(await run(tool('attw'), tarball), /No problems found/)
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
