'use strict'

const { test, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { startEmulator } = require('..')
const { python } = require('./helpers/python.js')
const { emulated, send, register } = require('./helpers/requests.js')

let emulator, folder
before(async () => {
  emulator = await startEmulator({ secretKey: 'key' })
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-openapi-'))
})
after(() => {
  fs.rmSync(folder, { recursive: true })
  return emulator.close()
})

test('every operation is described, with its responses', async () => {
  const { openapi, paths } = (await send(emulator, 'GET', '/emulator/openapi.json')).json()
  assert.equal(openapi, '3.1.0')
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  assert.equal(operations.length, 36)
  for (const { summary, responses, operationId } of operations) {
    assert.ok(summary, operationId)
    assert.ok('200' in responses && '404' in responses, operationId)
  }
})

test('no operation knows an instance that is not the emulator’s', async (t) => {
  const single = await emulated(t, { instanceId: 'my-instance' })
  const { paths } = (await send(single, 'GET', '/emulator/openapi.json')).json()
  for (const [template, methods] of Object.entries(paths)) {
    const target = template.replace('{instanceId}', 'other').replaceAll(/\{\w+\}/g, 'x')
    for (const method of Object.keys(methods)) {
      const { status, json } = await send(single, method.toUpperCase(), target)
      const notFound = { error: 'Instance not found', description: 'Could not find the instance' }
      assert.deepEqual([status, json()], [404, notFound], `${method} ${target}`)
    }
  }
})

test('what is served is what is described, whatever a fuzzer sends', async () => {
  // The devices are there, so that requests get past their absence.
  const operations = []
  for (const platform of ['apns', 'fcm', 'web']) {
    const id = await register(emulator, platform, { interests: ['a'] })
    operations.push(`[[operations]]
include-path-regex = "/devices/${platform}/"
exclude-method = "DELETE"
parameters = { "path.instanceId" = "my-instance", "path.deviceId" = "${id}" }`)
  }
  const config = path.join(folder, 'schemathesis.toml')
  fs.writeFileSync(config, `${operations.join('\n\n')}\n`)
  const options = ['--header', 'Authorization: Bearer key', '--seed', '1', '--max-examples', '25', '--no-color']
  // As the service does, other methods of a path result in 404, and a missing key with 400.
  const checks = [
    '--phases',
    'coverage,fuzzing',
    '--checks',
    'all',
    '--exclude-checks',
    'unsupported_method,ignored_auth,missing_required_header',
  ]
  const schema = `${emulator.url}/emulator/openapi.json`
  const args = ['-m', 'schemathesis.cli', '--config-file', config, 'run', schema, ...options, ...checks]
  const { stdout } = await promisify(execFile)(python, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }).catch(
    ({ stdout: report }) => assert.fail(report),
  )
  const [, generated, passed] = /(\d+) generated, (\d+) passed/.exec(stdout)
  assert.ok(Number(generated) > 1000)
  assert.equal(passed, generated)
})
