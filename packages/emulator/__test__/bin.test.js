'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const http = require('node:http')
const path = require('node:path')
const readline = require('node:readline')
const { startEmulator } = require('..')
const { version } = require('../package.json')

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

for (const tls of [false, true]) {
  test(`beams-emulator says that its port is in use by another one${tls ? ', over https' : ''}`, async (t) => {
    const other = await startEmulator({ tls })
    t.after(() => other.close())
    const { child } = start(t, '--port', String(other.port))
    const [text, [code]] = await Promise.all([whole(child.stderr), once(child, 'exit')])
    const owner = `by beams-emulator ${version} at ${other.url}`
    assert.equal(text, `beams-emulator: port ${other.port} is in use ${owner}; choose another with --port\n`)
    assert.equal(code, 1)
  })
}

test('beams-emulator says that its port is in use by another program', async (t) => {
  const other = http.createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const { port } = other.address()
  const { child } = start(t, '--port', String(port))
  const [text] = await Promise.all([whole(child.stderr), once(child, 'exit')])
  assert.equal(text, `beams-emulator: port ${port} is in use by another program; choose another with --port\n`)
})

test('beams-emulator exec serves while a command runs, and ends as it does', async (t) => {
  const script = `fetch(process.env.BEAMS_ENDPOINT + '/emulator/version').then(async (response) => {
    console.log((await response.json()).name, process.argv.slice(1).join())
    process.exitCode = 7
  })`
  const { child } = start(t, 'exec', '--instance-id', 'i', '--', process.execPath, '-e', script, 'one', 'two')
  const [out, err, [code]] = await Promise.all([whole(child.stdout), whole(child.stderr), once(child, 'exit')])
  assert.deepEqual([out, err, code], ['beams-emulator one,two\n', '', 7])
})

describe('beams-emulator exec exports what a client needs', () => {
  const unset = { BEAMS_INSTANCE_ID: undefined, BEAMS_SECRET_KEY: undefined }
  for (const [name, environment, options, expected] of [
    ['any instance and key', unset, [], ['my-instance', 'my-key']],
    ['the ones it was started with', unset, ['--instance-id', 'i', '--secret-key', 's'], ['i', 's']],
    ['not those that are set', { BEAMS_INSTANCE_ID: 'mine', BEAMS_SECRET_KEY: 'own' }, [], ['mine', 'own']],
    ['those that are empty', { BEAMS_INSTANCE_ID: '', BEAMS_SECRET_KEY: '' }, [], ['my-instance', 'my-key']],
  ]) {
    test(name, async (t) => {
      const script = `const { BEAMS_ENDPOINT, BEAMS_INSTANCE_ID, BEAMS_SECRET_KEY } = process.env
        fetch(\`\${BEAMS_ENDPOINT}/publish_api/v1/instances/\${BEAMS_INSTANCE_ID}/publishes/users\`, {
          method: 'POST',
          headers: { authorization: \`Bearer \${BEAMS_SECRET_KEY}\`, 'content-type': 'application/json' },
          body: '{"users":["ada"],"web":{}}',
        }).then(({ status }) => console.log([status, BEAMS_INSTANCE_ID, BEAMS_SECRET_KEY].join()))`
      const args = [bin, 'exec', ...options, '--', process.execPath, '-e', script]
      const child = spawn(process.execPath, args, { env: { ...process.env, ...environment } })
      t.after(() => child.kill('SIGKILL'))
      assert.equal(await whole(child.stdout), `${[200, ...expected].join()}\n`)
    })
  }
})

test('beams-emulator exec passes signals on', async (t) => {
  const script = 'process.on("SIGTERM", () => process.exit(3)); setInterval(() => {}, 1000); console.log("up")'
  const { child, line } = start(t, 'exec', '--', process.execPath, '-e', script)
  assert.equal(await line(), 'up')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [3, null])
})

describe('a SIGTERM to npx', { skip: process.platform === 'win32' }, () => {
  /** The program in npx, as a checkout has it installed. */
  function startInNpx(t, ...args) {
    const child = spawn('npx', ['--no-install', 'beams-emulator', ...args], {
      cwd: path.join(__dirname, '..', '..', '..'),
    })
    t.after(() => child.kill('SIGKILL'))
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    return { child, line: async () => (await lines.next()).value, lines }
  }

  test('ends beams-emulator', async (t) => {
    const { child, line, lines } = startInNpx(t, '--port', '0')
    const [, url] = /listening on (http:\S+)$/.exec(await line())
    child.kill('SIGTERM')
    // Its output ends with it.
    for await (const _ of lines);
    await assert.rejects(fetch(url), { message: 'fetch failed' })
  })

  test('ends the command of beams-emulator exec', async (t) => {
    const script = `process.on('SIGTERM', () => {
      console.log('ended')
      process.exit()
    })
    setInterval(() => {}, 1000)
    console.log('up')`
    const { child, line } = startInNpx(t, 'exec', '--', process.execPath, '-e', script)
    assert.equal(await line(), 'up')
    child.kill('SIGTERM')
    assert.equal(await line(), 'ended')
  })
})

test('beams-emulator --wait ends when an emulator responds', async (t) => {
  const port = await unusedPort()
  const { child, line } = start(t, '--wait', '--port', String(port))
  const other = await startEmulator({ port })
  t.after(() => other.close())
  assert.equal(await line(), `beams-emulator is ready on ${other.url}`)
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

/** A port that nothing listens on. */
async function unusedPort() {
  const server = http.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

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
  ['exec'],
  ['exec', '--'],
  ['exec', '--', '/no/such/program'],
  ['--allowed-origins', 'localhost'],
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

for (const [args, message] of [
  [['--port='], '--port must be an integer from 0 to 65535, not an empty string'],
  [['--port', '0x50'], '--port must be an integer from 0 to 65535, not "0x50"'],
  [['--host='], '--host must be an IP address or host name of this machine, not an empty string'],
  [['--secret-key='], '--secret-key must be a string that is not blank, not an empty string'],
  [['--allowed-origins', 'localhost'], '--allowed-origins must be an origin, such as http://localhost:3000, not "localhost"'], // prettier-ignore
  [['--webhook-url', 'x', '--webhook-secret', 'y'], '--webhook-url must be an http or https URL, not "x"'],
  [['--tls-cert', bin, '--tls-key', bin], '--tls-cert must be a certificate in PEM, not other bytes'],
  [['--rate-limitt'], 'unknown option --rate-limitt; did you mean --rate-limit?'],
]) {
  test(`beams-emulator names the flag that is wrong: ${args[0]}`, async (t) => {
    const { child } = start(t, ...args)
    assert.equal(await whole(child.stderr), `beams-emulator: ${message}\n`)
  })
}

test('beams-emulator explains itself', async (t) => {
  const { child } = start(t, '--help')
  assert.match(await whole(child.stdout), /Usage: beams-emulator \[options\]/)
})
