'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const installed = require('./fixtures/versions.js')

const checkout = path.join(__dirname, '..')
const read = (file) => fs.readFileSync(path.join(checkout, file), 'utf8')
const lock = JSON.parse(read('package-lock.json')).packages
const runtimes = JSON.parse(read('__test__/runtimes/package.json')).dependencies
const next = JSON.parse(read('examples/next/package.json')).dependencies
const nest = ['nest-11', 'nest-12'].map(
  (folder) => JSON.parse(read(`packages/nestjs/__test__/versions/${folder}/package.json`)).dependencies['@nestjs/core'],
)

/** The direct dependencies in the lock file, by their real names. `express-4` is an alias of `express`. */
const locked = Object.entries(lock).flatMap(([folder, { name, version }]) => {
  const [, alias, nested] = /^(?:[\w-]+\/[\w-]+\/)?node_modules\/((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(folder) ?? []
  return alias === undefined || nested ? [] : [{ name: name ?? alias, version }]
})

/** All versions of a package that some test uses. */
function findVersions(name) {
  if (name in installed) return installed[name]
  if (name === 'node') {
    return Object.entries(runtimes).flatMap(([alias, spec]) => (/^node-\d/.test(alias) ? [spec.split('@').at(-1)] : []))
  }
  if (name in runtimes) return [runtimes[name]]
  if (name === 'next') return [next.next.replace('^', '')]
  if (name === '@nestjs/core') return nest
  return locked.filter((each) => each.name === name).map(({ version }) => version)
}

/** Shortens a version to as many numbers as the table has. */
const shorten = (version, like) => version.split('.').slice(0, like.split('.').length).join('.')
const compare = (a, b) => a.localeCompare(b, 'en', { numeric: true })

test('the guides say which Node.js the emulator needs', () => {
  const [, version] = /^>=(\d+)$/.exec(JSON.parse(read('packages/emulator/package.json')).engines.node)
  for (const file of ['README.md', 'packages/emulator/README.md', 'docs/getting-started.md', 'docs/testing.md']) {
    const named = [...read(file).matchAll(/needs? Node\.js (\d+)|machine, in Node\.js (\d+)/g)]
    assert.deepEqual([...new Set(named.map((found) => found[1] ?? found[2]))], [version], file)
  }
})

test('the table of tested versions lists what the tests install', () => {
  const rows = [...read('docs/versions.md').matchAll(/^\| `(\S+)` +\| (.+?) +\|/gm)]
  assert.ok(rows.length > 20)
  for (const [, name, cell] of rows) {
    const listed = cell.split(', ')
    const found = new Set(findVersions(name).map((version) => shorten(version, listed[0])))
    assert.deepEqual(listed, [...found].sort(compare), `${name} in docs/versions.md`)
  }
})
