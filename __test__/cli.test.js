'use strict'

// `npx beams-native`, as users run it: each case is a process of its own.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { createHmac } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { checkPublishRequest, signWebhook } = require('..')
const { version } = require('../package.json')
const { emulated } = require('./helpers/clients.js')
const { bin: program, runCommand, createVariables, writeFiles } = require('./helpers/cli.js')
const { recordingServer, unusedPort } = require('./helpers/servers.js')

const COMMANDS = ['campaign', 'publish', 'check', 'token', 'verify-webhook', 'doctor']
const nowhere = { BEAMS_INSTANCE_ID: 'my-instance', BEAMS_SECRET_KEY: 'hunter2', BEAMS_ENDPOINT: '127.0.0.1:1' }
const hello = ['--title', 'Hello', '--body', 'Hello, world!']

describe('help', { concurrency: 2 }, () => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    test(`lists all commands: ${args.join(' ')}`, async (t) => {
      const { code, stdout, stderr } = await runCommand(t, args)
      assert.deepEqual([code, stderr], [0, ''])
      for (const name of COMMANDS) assert.match(stdout, new RegExp(`^  ${name} +[a-z]`, 'm'))
    })
  }

  for (const name of COMMANDS) {
    const { options, exitCodes } = require(`../lib/cli/${name}.js`)

    test(`of ${name} lists its options, exit codes and examples`, async (t) => {
      const { code, stdout, stderr } = await runCommand(t, [name, '--help'])
      assert.deepEqual([code, stderr], [0, ''])
      assert.deepEqual((await runCommand(t, ['help', name])).stdout, stdout)
      for (const option of [...Object.keys(options), 'help']) assert.match(stdout, new RegExp(`--${option}[ \n]`))
      for (const exitCode of Object.keys(exitCodes)) assert.match(stdout, new RegExp(`^  ${exitCode} +\\S`, 'm'))
      assert.match(stdout, new RegExp(`^  npx beams-native ${name}`, 'm'))
      for (const line of stdout.split('\n')) assert.ok(line.length <= 132, line)
    })
  }

  test('without a command goes to stderr and exits with 2', async (t) => {
    const { code, stdout, stderr } = await runCommand(t, [])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /^Usage: npx beams-native <command>/)
  })

  test('--version prints the version', async (t) => {
    const { code, stdout } = await runCommand(t, ['--version'])
    assert.deepEqual([code, stdout], [0, `${version}\n`])
  })
})

describe('invalid arguments exit with 2 and an error on one line', { concurrency: 2 }, () => {
  for (const [args, expected] of [
    [['campain'], 'unknown command "campain"; did you mean campaign?'],
    [['frobnicate'], 'unknown command "frobnicate"; the commands are campaign, publish, check, '],
    [['publish', '--intrest', 'a'], 'unknown option --intrest; did you mean --interest?'],
    [['publish', '--jso'], 'unknown option --jso; did you mean --json?'],
    [['publish', '--frobnicate'], 'unknown option --frobnicate (see npx beams-native publish --help)'],
    [['publish', '-x'], 'unknown option -x'],
    [['campaign', '--users', 'a', '--users', 'b', ...hello], '--users must not be repeated'],
    [['publish', 'hello'], 'unexpected argument "hello"'],
    [['publish', ...hello], 'either --interest or --user is required'],
    [['publish', ...hello, '--interest', 'a', '--user', 'b'], 'either --interest or --user is required'],
    [['publish', '--interest', 'a'], 'either --request, or --title and --body, are required'],
    [['publish', '--interest', 'a', '--title', 'Hello'], 'either --request, or --title and --body, are required'],
    [
      ['publish', '--interest', 'a', '--request', 'r.json', '--title', 'a'],
      '--request cannot be combined with --title',
    ],
    [['check'], 'a file is required'],
    [['check', '/no/such'], 'cannot read /no/such: no such file'],
    [['check', __dirname], `cannot read ${__dirname}: it is a directory`],
    [['check', __filename], `${__filename} is not valid JSON: `],
    [['check', 'a', 'b'], 'unexpected argument "b"'],
    [['token'], 'a user id is required'],
    [['verify-webhook'], '--signature is required'],
    [['verify-webhook', '--signature', 'a'], 'BEAMS_WEBHOOK_SECRET is not set'],
    [['campaign', ...hello], '--users is required'],
    [['campaign', '--users', '-', '--request', '-'], '--users and --request cannot both be stdin'],
  ]) {
    test(args.join(' '), async (t) => {
      const { code, stdout, stderr } = await runCommand(t, args, { env: nowhere })
      assert.deepEqual([code, stdout], [2, ''], stderr)
      assert.match(stderr, /^.+\n$/)
      const prefix = COMMANDS.includes(args[0]) ? `beams-native ${args[0]}: ` : 'beams-native: '
      assert.ok(stderr.startsWith(prefix + expected), stderr)
    })
  }

  for (const [name, option, advice] of [
    ['token', '--secret-key', 'set BEAMS_SECRET_KEY, or pass --secret-key-file'],
    ['token', '--key', 'set BEAMS_SECRET_KEY, or pass --secret-key-file'],
    ['verify-webhook', '--secret', 'set BEAMS_WEBHOOK_SECRET, or pass --secret-file'],
  ]) {
    for (const args of [
      [`${option}=hunter2`],
      [option, 'hunter2'],
      [`${option}=hunter2\ufffd`],
      [option, 'hunter2\ufffd'],
      ['hunter2\ufffd', option],
    ]) {
      test(`a secret in ${name} ${args.join(' ').replace('hunter2', '…')}, which is not printed`, async (t) => {
        const { code, stderr } = await runCommand(t, [name, ...args])
        assert.equal(code, 2)
        assert.ok(stderr.includes(advice), stderr)
        assert.doesNotMatch(stderr, /hunter2/)
      })
    }
  }

  test('a missing configuration', async (t) => {
    const { code, stderr } = await runCommand(t, ['token', 'user-1'])
    assert.equal(code, 2)
    assert.equal(
      stderr,
      'beams-native token: not configured: set BEAMS_INSTANCE_ID or pass --instance-id, and set BEAMS_SECRET_KEY or pass --secret-key-file\n',
    )
  })
})

describe('an input without an end', { concurrency: 2, skip: !fs.existsSync('/dev/zero') }, () => {
  const signed = ['verify-webhook', '--signature', 'a', '--secret-file']
  for (const [args, name] of [
    [['publish', '--user', 'ada', '--request', '/dev/zero'], '--request /dev/zero'],
    [['publish', '--user', 'ada', ...hello, '--secret-key-file', '/dev/zero'], '--secret-key-file /dev/zero'],
    [['publish', '--user', 'ada', ...hello, '--dotenv', '/dev/zero'], '--dotenv /dev/zero'],
    [['campaign', '--users', __filename, '--requests', 'en=/dev/zero'], '--requests /dev/zero'],
    [['check', '/dev/zero'], '/dev/zero'],
    [[...signed, '/dev/zero'], '--secret-file /dev/zero'],
    [[...signed, __filename, '/dev/zero'], '/dev/zero'],
    [['check', '-'], 'stdin'],
    [['verify-webhook', ...signed.slice(1), __filename], 'stdin'],
    [['doctor', '--secret-key-file', '-'], 'stdin'],
  ]) {
    test(`is refused: ${args.join(' ').replaceAll(__filename, '…')}`, async (t) => {
      const zero = fs.openSync('/dev/zero')
      t.after(() => fs.closeSync(zero))
      const options = { env: nowhere, stdio: [name === 'stdin' ? zero : 'pipe', 'pipe', 'pipe'] }
      const { code, stdout, stderr } = await runCommand(t, args, options)
      assert.deepEqual(
        [code, stdout, stderr],
        [2, '', `beams-native ${args[0]}: ${name} is larger than 64 MiB; is it the right file?\n`],
      )
    })
  }
})

describe('an input may be', { concurrency: 2, skip: process.platform === 'win32' }, () => {
  test('a named pipe', async (t) => {
    const cwd = writeFiles(t, {})
    const pipe = path.join(cwd, 'pipe')
    execFileSync('mkfifo', [pipe])
    const ended = runCommand(t, ['check', pipe])
    await fs.promises.writeFile(pipe, '{ "web": { "notification": { "title": "Hello", "body": "Hi" } } }')
    assert.equal((await ended).code, 0)
  })

  test('/dev/stdin', async (t) => {
    const cwd = writeFiles(t, { 'request.json': '{ "web": { "notification": { "title": "Hello", "body": "Hi" } } }' })
    // Node.js gives children a socket, which cannot be opened.
    execFileSync('sh', ['-c', 'cat request.json | "$0" "$1" check /dev/stdin', process.execPath, program], { cwd })
  })
})

describe('the configuration', { concurrency: 2 }, () => {
  for (const [source, args, env] of [
    ['the environment', [], createVariables({ port: 1 })],
    ['options', ['--instance-id', 'my-instance', '--secret-key-file', 'key.txt'], {}],
    ['options, which take precedence', ['--instance-id', 'my-instance', '--secret-key-file', 'key.txt'], { BEAMS_INSTANCE_ID: 'x', BEAMS_SECRET_KEY: 'y' }], // prettier-ignore
    ['a file from Windows', ['--instance-id', 'my-instance', '--secret-key-file', 'windows.txt'], {}],
    ['--dotenv', ['--dotenv', '.env'], {}],
    ['--dotenv and the environment, which takes precedence', ['--dotenv', '.env'], { BEAMS_SECRET_KEY: 'my-key' }],
    ['--dotenv, if a variable is empty', ['--dotenv', '.env'], { BEAMS_INSTANCE_ID: '' }],
  ]) {
    test(`is read from ${source}`, async (t) => {
      const folder = writeFiles(t, {
        'key.txt': 'my-key\n',
        'windows.txt': '\ufeffmy-key\r\n',
        '.env': `# the instance\nBEAMS_INSTANCE_ID="my-instance"\nBEAMS_SECRET_KEY=${env.BEAMS_SECRET_KEY ? 'another' : 'my-key'}\n`,
      })
      const { code, stdout, stderr } = await runCommand(t, ['token', 'user-1', ...args], { env, cwd: folder })
      assert.deepEqual([code, stderr], [0, ''])
      const [header, claims, signature] = stdout.trim().split('.')
      assert.equal(JSON.parse(Buffer.from(claims, 'base64url')).iss, 'https://my-instance.pushnotifications.pusher.com')
      assert.equal(signature, createHmac('sha256', 'my-key').update(`${header}.${claims}`).digest('base64url'))
    })
  }
})

describe('publish', { concurrency: 2 }, () => {
  for (const [targets, args, expected] of [
    ['interests', ['--interest', 'a', '--interest', 'b'], { interests: ['a', 'b'] }],
    ['users', ['--user', 'user 1', '--user=-2'], { users: ['user 1', '-2'] }],
  ]) {
    test(`publishes to ${targets}, and prints the publish id`, async (t) => {
      const { emulator } = await emulated(t)
      const link = ['--link', 'https://example.com/']
      const { code, stdout, stderr } = await runCommand(t, ['publish', ...args, ...hello, ...link], {
        env: createVariables(emulator),
      })
      assert.deepEqual([code, stderr], [0, ''])
      const [publish] = emulator.publishes()
      assert.equal(stdout, `${publish.publishId}\n`)
      assert.deepEqual({ interests: publish.interests, users: publish.users }, { interests: undefined, users: undefined, ...expected }) // prettier-ignore
      assert.equal(publish.apns.aps.alert.title, 'Hello')
      assert.equal(publish.fcm.notification.body, 'Hello, world!')
      assert.equal(publish.web.notification.deep_link, 'https://example.com/')
    })
  }

  const web = { notification: { title: 'Hello', body: 'Hello, world!' } }

  for (const [source, file, content] of [
    ['a file', 'request.json', JSON.stringify({ web })],
    ['a file with a byte order mark', 'request.json', `\ufeff${JSON.stringify({ web })}`],
    ['stdin', '-', JSON.stringify({ web })],
  ]) {
    test(`takes the request from ${source}`, async (t) => {
      const { emulator } = await emulated(t)
      const cwd = writeFiles(t, { 'request.json': content })
      const args = ['publish', '--user', 'user-1', '--request', file, '--json']
      const { code, stdout } = await runCommand(t, args, { cwd, input: content, env: createVariables(emulator) })
      assert.equal(code, 0)
      const [publish] = emulator.publishes()
      assert.deepEqual(JSON.parse(stdout), { publishId: publish.publishId })
      assert.deepEqual(publish.web, web)
    })
  }

  test('sends no payload that a platform would not show, unless --no-check is set', async (t) => {
    const { emulator } = await emulated(t, { strict: false })
    const request = JSON.stringify({ web: { notification: { ...web.notification, deep_link: '/inbox' } } })
    const args = ['publish', '--interest', 'a', '--request', '-']
    const options = { input: request, env: createVariables(emulator) }
    const { code, stdout, stderr } = await runCommand(t, args, options)
    assert.deepEqual([code, stdout, emulator.publishes().length], [2, '', 0])
    assert.match(stderr, /^refused {3}\/web\/notification\/deep_link {2}Beams refuses the publish/)
    assert.match(stderr, /nothing was sent; --no-check publishes it anyway$/m)
    assert.equal((await runCommand(t, [...args, '--no-check'], options)).code, 0)
    assert.equal(emulator.publishes().length, 1)
  })

  for (const [what, fault, exitCode, line] of [
    ['was refused', { status: 401 }, 1, /^beams-native publish: 401 .+ \(ERR_BEAMS_UNAUTHORIZED, refused\)\n$/],
    ['may have been processed', { reset: true, afterwards: true }, 3, /\(ERR_BEAMS_CONNECTION, unknown\)\n$/],
  ]) {
    test(`that ${what} exits with ${exitCode} and an error on one line`, async (t) => {
      const { emulator } = await emulated(t)
      emulator.failNext(fault)
      const args = ['publish', '--interest', 'a', ...hello]
      const { code, stdout, stderr } = await runCommand(t, args, { env: createVariables(emulator) })
      assert.deepEqual([code, stdout], [exitCode, ''])
      assert.match(stderr, line)
    })
  }

  test('that fails prints the error as JSON with --json, and the stack with BEAMS_LOG=debug', async (t) => {
    const env = { ...createVariables({ port: await unusedPort() }), BEAMS_SECRET_KEY: 'hunter2', BEAMS_LOG: 'debug' }
    const args = ['publish', '--interest', 'a', ...hello, '--json']
    const { code, stdout, stderr } = await runCommand(t, args, { env })
    assert.equal(code, 1)
    const { error } = JSON.parse(stdout)
    assert.deepEqual([error.code, error.delivery], ['ERR_BEAMS_CONNECTION', 'not-sent'])
    assert.match(error.message, /refused the connection/)
    assert.match(stderr, /^ +at .+publish\.js/m)
    assert.doesNotMatch(stdout + stderr, /hunter2/)
  })

  test('prints the text of a response without control characters', async (t) => {
    const body = JSON.stringify({ error: 'Bad\u001b[2Jrequest', description: 'one\ntwo\u0007\u009b31m' })
    const server = await recordingServer(t, () => ({ status: 400, body }))
    const { stderr } = await runCommand(t, ['publish', '--interest', 'a', ...hello], { env: createVariables(server) })
    assert.equal(stderr.split('\n').length, 2)
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(stderr.trimEnd(), /[\u0000-\u001f\u007f-\u009f]/)
  })
})

describe('check', { concurrency: 2 }, () => {
  const notification = { title: 'Hello', body: 'Hello, world!' }
  for (const [worst, request, exitCode] of [
    ['nothing', { fcm: { notification } }, 0],
    ['a hint', { web: { notification } }, 0],
    ['degraded', { apns: { aps: { alert: notification }, custom: 1 } }, 4],
    ['dropped', { fcm: { notification, data: { orderId: 7 } } }, 5],
    ['refused', { web: { notification: { ...notification, deep_link: '/inbox' } } }, 6],
  ]) {
    test(`exits with ${exitCode} if the worst finding is ${worst}`, async (t) => {
      const cwd = writeFiles(t, { 'request.json': JSON.stringify(request) })
      const findings = checkPublishRequest(request)
      assert.ok(worst.includes(findings[0]?.severity ?? 'nothing'), JSON.stringify(findings))
      const { code, stdout } = await runCommand(t, ['check', 'request.json'], { cwd })
      assert.equal(code, exitCode)
      for (const { path: pointer, message } of findings) assert.ok(stdout.includes(`${pointer}  ${message}`))
      const asJson = await runCommand(t, ['check', '-', '--json'], { input: JSON.stringify(request) })
      assert.deepEqual([asJson.code, JSON.parse(asJson.stdout)], [code, findings])
    })
  }

  test('applies the size limit of the targets', async (t) => {
    const input = JSON.stringify({ web: { notification, data: { text: 'x'.repeat(11 * 1024) } } })
    const codeFor = async (targets) => (await runCommand(t, ['check', '-', '--targets', targets], { input })).code
    assert.deepEqual([await codeFor('interests'), await codeFor('users')], [6, 5])
    assert.equal(await codeFor('everybody'), 2)
  })

  test('reports text in UTF-16, as Windows PowerShell writes it', async (t) => {
    const input = Buffer.from('\ufeff{}', 'utf16le')
    const { code, stderr } = await runCommand(t, ['check', '-'], { input })
    assert.equal(code, 2)
    assert.match(stderr, /stdin is not valid UTF-8 \(in PowerShell, use Out-File -Encoding utf8\)/)
  })
})

describe('verify-webhook', { concurrency: 2 }, () => {
  const secret = 'hunter2'
  const body = JSON.stringify({
    payload: { instance_id: 'i', publish_id: 'pubid-1', user_id: 'ada' },
    metadata: {
      created_at: '2026-01-31T10:42:16+0000',
      event_type: 'v1.UserNotificationOpen',
      event_id: 'event-1',
      product: 'beams',
    },
    custom_data: {},
  })
  const signature = signWebhook(body, secret)['Webhook-Signature']

  for (const [source, args, options] of [
    ['on stdin, with the secret from the environment', [], { input: body, env: { BEAMS_WEBHOOK_SECRET: secret } }],
    ['in a file, with the secret from a file', ['body.json', '--secret-file', 'secret.txt'], {}],
  ]) {
    test(`prints the event of a body ${source}`, async (t) => {
      const cwd = writeFiles(t, { 'body.json': body, 'secret.txt': `${secret}\n` })
      const { code, stdout, stderr } = await runCommand(t, ['verify-webhook', '--signature', signature, ...args], {
        cwd,
        ...options,
      })
      assert.deepEqual([code, stderr], [0, ''])
      const event = JSON.parse(stdout)
      assert.deepEqual(
        [event.eventId, event.eventType, event.payload.user_id],
        ['event-1', 'v1.UserNotificationOpen', 'ada'],
      )
    })
  }

  for (const [what, input, line] of [
    ['another body', body.replace('ada', 'eve'), /signature mismatch; was the raw, unparsed body passed\?/],
    [
      'a body with an additional line break',
      `${body}\r\n`,
      /invalid webhook signature: the body has a trailing line break that the/,
    ],
  ]) {
    test(`rejects ${what}`, async (t) => {
      const options = { input, env: { BEAMS_WEBHOOK_SECRET: secret } }
      const { code, stdout, stderr } = await runCommand(t, ['verify-webhook', '--signature', signature], options)
      assert.deepEqual([code, stdout], [1, ''])
      assert.match(stderr, line)
      assert.doesNotMatch(stderr, /hunter2/)
    })
  }
})

test('package.json declares the command', () => {
  const { bin, files } = require('../package.json')
  assert.deepEqual(bin, { 'beams-native': 'bin/beams-native.js' })
  assert.ok(files.includes(path.dirname(bin['beams-native'])))
})
