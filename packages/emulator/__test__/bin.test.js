'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const readline = require('node:readline')
const { startEmulator } = require('..')

const bin = path.join(__dirname, '..', 'bin.js')

/** The program, and its lines one by one. It ends with the test. */
function start(t, ...args) {
  const child = spawn(process.execPath, [bin, ...args])
  t.after(() => child.kill('SIGKILL'))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { child, line: async () => (await lines.next()).value }
}

async function whole(stream) {
  return (await stream.setEncoding('utf8').toArray()).join('')
}

test('beams-emulator listens, logs a line a publish, and ends on SIGTERM', async (t) => {
  const { child, line } = start(t, '--port', '0')
  const [, url] = /listening on (http:\S+)$/.exec(await line())
  assert.match(await line(), /in your server/)
  assert.match(await line(), /in your page/)
  assert.match(await line(), /the inbox/)

  await fetch(`${url}/publish_api/v1/instances/i/publishes/interests`, {
    method: 'POST',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    body: '{"interests":["hello"],"web":{}}',
  })
  assert.match(await line(), /^\d{4}-\S+Z publish to interests "hello" for web: pubid-/)

  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('beams-emulator says in one line that its port is in use', async (t) => {
  const other = await startEmulator()
  t.after(() => other.close())
  const { child } = start(t, '--port', String(other.port))
  const [text, [code]] = await Promise.all([whole(child.stderr), once(child, 'exit')])
  assert.equal(text, `beams-emulator: port ${other.port} is in use; choose another with --port\n`)
  assert.equal(code, 1)
})

test('beams-emulator serves https and sends webhooks where it is told to', async (t) => {
  const options = [
    '--tls',
    '--rate-limit',
    '--no-strict',
    '--webhook-url',
    'http://127.0.0.1:1/hook',
    '--webhook-secret',
    'hush',
  ]
  const { line } = start(t, '--port', '0', ...options)
  assert.match(await line(), /listening on https:/)
})

for (const args of [
  ['--port', 'x'],
  ['--port', '65536'],
  ['--colour'],
  ['--tls-cert', 'cert.pem'],
  ['--tls-cert', '/no/such/file', '--tls-key', '/no/such/file'],
  ['--webhook-url', 'http://127.0.0.1/'],
  ['--webhook-url', 'x', '--webhook-secret', 'y'],
]) {
  test(`beams-emulator refuses ${args.join(' ')} in one line`, async (t) => {
    const { child } = start(t, ...args)
    const [text, [code]] = await Promise.all([whole(child.stderr), once(child, 'exit')])
    assert.match(text, /^beams-emulator: .+\n$/)
    assert.equal(code, 1)
  })
}

test('beams-emulator explains itself', async (t) => {
  const { child } = start(t, '--help')
  assert.match(await whole(child.stdout), /Usage: beams-emulator \[options\]/)
})
