'use strict'

const { test, describe, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const checkout = path.join(__dirname, '..')

// On another platform the names differ, and the texts do not.
describe('without a matching binary', { skip: process.platform !== 'linux' || process.arch !== 'x64' }, () => {
  let folder
  beforeEach((t) => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-load-'))
    t.after(() => fs.rmSync(folder, { recursive: true }))
    for (const file of ['index.js', 'lib'])
      fs.cpSync(path.join(checkout, file), path.join(folder, file), { recursive: true })
  })

  /** What `require` of the package says, on a `process` that `change` has changed. */
  function failure(change = '') {
    const program = `${change}
      try { require('./index.js') } catch ({ message, cause }) { console.log(JSON.stringify([message, cause?.code ?? cause?.message])) }`
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: folder, encoding: 'utf8' })
    assert.equal(stderr, '')
    return JSON.parse(stdout)
  }

  function install(name, code) {
    const target = path.join(folder, 'node_modules', '@beams-native', `binding-${name}`)
    fs.mkdirSync(target, { recursive: true })
    fs.writeFileSync(path.join(target, 'index.js'), code)
  }

  test('says which package is missing, and what to do', () => {
    const [message, code] = failure()
    assert.equal(code, 'MODULE_NOT_FOUND')
    const [first, ...cures] = message.split('\n')
    assert.equal(
      first,
      'beams-native cannot find its binary for linux-x64-gnu: the package @beams-native/binding-linux-x64-gnu is not installed.',
    )
    assert.match(cures[0], /--omit=optional/)
    assert.match(cures[1], /issues\/4828/)
    assert.match(cures[2], /--external:beams-native/)
  })

  const report = (text) => `process.report.getReport = () => (${text});`
  const musl = '{ header: {}, sharedObjects: ["/lib/libz.so.1", "/lib/ld-musl-x86_64.so.1"] }'
  const glibc = '{ header: { glibcVersionRuntime: "2.36" }, sharedObjects: [] }'

  for (const [what, executable, change, expected] of [
    ['the executable asks for', '\x7fELF /lib/ld-musl-x86_64.so.1', report(glibc), 'musl'],
    ['the executable asks for', '\x7fELF /lib64/ld-linux-x86-64.so.2', report(musl), 'gnu'],
    ['the report names, where the executable asks for none', '\x7fELF /nix/store/loader', report(musl), 'musl'],
    ['the report names, where the executable cannot be read', undefined, report(musl), 'musl'],
    ['the report names, where the executable cannot be read', undefined, report(glibc), 'gnu'],
    ['most systems have, where nothing is known', undefined, report('{ header: {}, sharedObjects: [] }'), 'gnu'],
    ['most systems have, where there is no report', undefined, 'delete process.report;', 'gnu'],
  ]) {
    test(`requires the binary for the C library that ${what} (${expected})`, () => {
      const file = path.join(folder, 'node')
      if (executable !== undefined) fs.writeFileSync(file, executable)
      const [message] = failure(`${change} process.execPath = ${JSON.stringify(file)}`)
      assert.match(message, new RegExp(`the package @beams-native/binding-linux-x64-${expected} is not installed`))
    })
  }

  test('finds the C library although the permission model hides the executable', () => {
    install('linux-x64-musl', `module.exports = 'musl'`)
    install('linux-x64-gnu', `module.exports = 'gnu'`)
    const flag = ['--permission', '--experimental-permission'].find((name) =>
      process.allowedNodeEnvironmentFlags.has(name),
    )
    const real = fs.realpathSync(folder)
    const here = process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'
    for (const [change, expected] of [
      ['', here],
      [report(musl), 'musl'],
      [report(glibc), 'gnu'],
    ]) {
      const program = `${change} console.log(process.permission.has('fs.read', process.execPath), require('./lib/load.js'))`
      fs.writeFileSync(path.join(folder, 'program.js'), program)
      const options = { cwd: real, encoding: 'utf8' }
      const { stdout, stderr } = spawnSync(process.execPath, [flag, `--allow-fs-read=${real}/*`, 'program.js'], options)
      assert.equal(stdout, `false ${expected}\n`, stderr)
    }
  })

  test('reports why a binary does not load', () => {
    install('linux-x64-gnu', `throw Object.assign(new Error('invalid ELF header'), { code: 'ERR_DLOPEN_FAILED' })`)
    assert.deepEqual(failure(), [
      'beams-native has a binary for linux-x64-gnu, which does not load: invalid ELF header.',
      'ERR_DLOPEN_FAILED',
    ])
  })

  test('names the C library that a binary needs', () => {
    install('linux-x64-gnu', 'throw new Error("/lib/libc.so.6: version `GLIBC_2.17\' not found (required by x.node)")')
    assert.match(failure()[0], /not found \(required by x\.node\)\. It needs glibc 2\.17 or later\.$/)
  })

  test('lists the supported platforms', () => {
    const [message] = failure(`Object.defineProperty(process, 'platform', { value: 'sunos' })`)
    assert.match(
      message,
      /^beams-native has no binary for sunos-x64\. Supported platforms: darwin-arm64, .+, win32-x64-msvc\.$/,
    )
  })
})

test('there is a package for every target, and the loader knows each of them', () => {
  const { napi } = require('../package.json')
  const text = fs.readFileSync(path.join(checkout, 'lib', 'load.js'), 'utf8')
  // Each in a `try` of its own: see the comment there.
  const known = [
    ...text.matchAll(/'([\w-]+)'\(failed\) {\s+try {\s+return require\('@beams-native\/binding-\1'\)\s+} catch/g),
  ].map(([, name]) => name)
  assert.equal(known.length, napi.targets.length)
  assert.deepEqual(fs.readdirSync(path.join(checkout, 'npm')).sort(), known)
  for (const name of known) {
    const { name: full, version, main, libc } = require(`../npm/${name}/package.json`)
    assert.deepEqual([full, version], [`@beams-native/binding-${name}`, require('../package.json').version])
    assert.equal(main, `beams-native.${name}.node`)
    if (name.startsWith('linux')) assert.deepEqual(libc, [name.endsWith('musl') ? 'musl' : 'glibc'])
  }
})
