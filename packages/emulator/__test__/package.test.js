'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { execFile, spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const { promisify } = require('node:util')

const semver = require('semver')
const { engines } = require('../package.json')

const run = promisify(execFile)

test('the package, installed in an empty folder, starts with its own dependencies and shows its inbox', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-emulator-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: path.join(__dirname, '..'),
  })
  const [{ filename, files }] = JSON.parse(stdout)
  const unwanted = files
    .map((file) => file.path)
    .filter((name) => !/^(src\/|(bin|index)\.js$|index\.d\.ts$|package\.json$|README|LICENSE|Dockerfile)/.test(name))
  assert.deepEqual(unwanted, [])
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  await run('npm', ['install', '--no-audit', '--no-fund', path.join(folder, filename)], { cwd: folder })

  const { packages } = JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', '.package-lock.json'), 'utf8'))
  const narrower = Object.entries(packages)
    .filter(([, { engines: wanted }]) => wanted?.node && !semver.subset(engines.node, wanted.node))
    .map(([name, { engines: wanted }]) => [name, wanted.node])
  assert.deepEqual(narrower, [], 'dependencies that exclude a Node.js version which this package claims')

  const child = spawn(path.join(folder, 'node_modules', '.bin', 'beams-emulator'), ['--port', '0'], { cwd: folder })
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(readline.createInterface({ input: child.stdout }), 'line')
  const [, url] = /listening on (\S+)$/.exec(line)
  for (const file of ['', 'inbox.js', 'inbox.css', 'emulator/openapi.json']) {
    assert.equal((await fetch(`${url}/${file}`)).status, 200, file)
  }
  child.kill('SIGTERM')
  await once(child, 'exit')
})
