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
  // beams-native is not there, and nothing but its checks is missed.
  const publish = await fetch(`${url}/publish_api/v1/instances/i/publishes/users`, {
    method: 'POST',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    body: '{"users":["u"],"web":{"timeToLive":5}}',
  })
  const why = await fetch(`${url}/emulator/publishes/${(await publish.json()).publishId}/why`)
  const { findings, checksUnavailable, missedCount } = await why.json()
  assert.deepEqual([findings, missedCount], [[], 1])
  assert.equal(checksUnavailable, 'Payload checks need beams-native: npm install beams-native')
  child.kill('SIGTERM')
  await once(child, 'exit')
})

test('the emulator finds beams-native in the project that it was started in', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-emulator-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const installed = path.join(folder, 'elsewhere', 'node_modules')
  const project = path.join(folder, 'project', 'node_modules', 'beams-native')
  fs.mkdirSync(path.join(installed, 'beams-emulator', 'src'), { recursive: true })
  fs.mkdirSync(project, { recursive: true })
  const checks = path.join(installed, 'beams-emulator', 'src', 'payload-checks.js')
  fs.copyFileSync(path.join(__dirname, '..', 'src', 'checks', 'payload-checks.js'), checks)
  fs.writeFileSync(path.join(project, 'index.js'), "exports.checkPublishRequest = () => ['found']")
  const script = `const { PayloadChecks } = require(process.argv[1])
    console.log(new PayloadChecks().check('users', { users: ['u'], web: {} }).findings.join())`
  const { stdout } = await run(process.execPath, ['-e', script, checks], { cwd: path.join(folder, 'project') })
  assert.equal(stdout, 'found\n')
})

test('an emulator in a test prints nothing', async () => {
  const program = 'require(process.argv[1]).startEmulator().then((emulator) => emulator.close())'
  const { stdout, stderr } = await run(process.execPath, ['-e', program, require.resolve('..')])
  assert.deepEqual([stdout, stderr], ['', ''])
})
