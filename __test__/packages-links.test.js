'use strict'

// What a release adds to the packages: where its sources are, and links that work on npm.

const { test, before, after, describe } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { createResolver, replaceRelativeLinks } = require('../.ci/links.js')
const { packAll } = require('./helpers/packages.js')

const run = promisify(execFile)

let scratch, released

before(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-links-'))
  process.env.GITHUB_REPOSITORY = 'owner/beams-native'
  released = await packAll(scratch).finally(() => delete process.env.GITHUB_REPOSITORY)
})

after(() => fs.rmSync(scratch, { recursive: true }))

describe('the tarball of a release', () => {
  test('says where its sources are, as the provenance does', () => {
    const { beams, emulator: companion } = released
    assert.deepEqual(beams.manifest.repository, {
      type: 'git',
      url: 'git+https://github.com/owner/beams-native.git',
    })
    assert.equal(companion.manifest.repository.directory, 'packages/emulator')
    assert.equal(beams.manifest.bugs.url, 'https://github.com/owner/beams-native/issues')
  })

  for (const [name, file] of [
    ['beams', 'README.md'],
    ['beams', 'llms.txt'],
    ['emulator', 'README.md'],
    ['nestjs', 'README.md'],
    ['opentelemetry', 'README.md'],
  ]) {
    test(`has links and pictures that work on npm, in the ${file} of ${name}`, async () => {
      const { tarball, source, manifest } = released[name]
      const original = fs.readFileSync(path.join(__dirname, '..', source, file), 'utf8')
      const { stdout: packed } = await run('tar', ['--extract', '--to-stdout', '--file', tarball, `package/${file}`])
      const findLinks = (text) => [...text.matchAll(/(!?)\[[^\]]*\]\(([^)]+)\)/g)].map(([, mark, url]) => [mark, url])
      const links = findLinks(packed)
      assert.equal(links.length, findLinks(original).length)
      assert.equal(packed.split('\n').length, original.split('\n').length)
      const version = `v${manifest.version}`
      for (const [mark, url] of links) {
        assert.match(url, /^(https:\/\/|#)/)
        const [, host, where] = /^https:\/\/(\S+?)\/owner\/beams-native\/(\S+)$/.exec(url) ?? []
        if (where === undefined) continue
        const isRaw = mark === '!' || file === 'llms.txt'
        assert.equal(host, isRaw ? 'raw.githubusercontent.com' : 'github.com', url)
        const prefix = isRaw ? `${version}/` : /^(blob|tree)\//.exec(where)[0] + `${version}/`
        assert.ok(where.startsWith(prefix), url)
        const target = where.slice(prefix.length).split('#')[0]
        assert.ok(fs.existsSync(path.join(__dirname, '..', target)), url)
      }
    })
  }

  test('is not made without the name of the repository', async () => {
    const env = { ...process.env, GITHUB_REPOSITORY: '' }
    const script = path.join(__dirname, '..', '.ci', 'pack.js')
    const folder = path.join(scratch, 'release')
    await assert.rejects(run(process.execPath, [script, folder], { env }), /GITHUB_REPOSITORY is not set/)
    assert.ok(!fs.existsSync(folder))
  })

  test('is not packed if a README has a dead link', async () => {
    const options = { checkout: scratch, folder: '.', repository: 'owner/beams-native', ref: 'v1' }
    await assert.rejects(replaceRelativeLinks('[a](missing.md)', createResolver(options)), /missing\.md/)
  })
})
