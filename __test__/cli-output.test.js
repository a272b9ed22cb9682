'use strict'

// What a command does if its result cannot be written, or if a signal arrives while it reads stdin or publishes.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { setInterval } = require('node:timers/promises')
const { EventEmitter, once } = require('node:events')
const { signWebhook } = require('..')
const { emulated } = require('./helpers/clients.js')
const { runCommand, startCommand, createVariables, writeFiles } = require('./helpers/cli.js')
const { recordingServer, socketServer } = require('./helpers/servers.js')
const { isForwarded } = require('../lib/cli/interrupt.js')

const request = '{ "web": { "notification": { "title": "Sale", "body": "Today only" } } }'
const webhook = JSON.stringify({
  payload: { instance_id: 'i', publish_id: 'pubid-1', user_id: 'ada' },
  metadata: { created_at: '2026-01-31T10:42:16+0000', event_type: 'v1.UserNotificationOpen', event_id: 'event-1' },
})
const files = { 'request.json': request, 'users.txt': 'ada\n', 'nobody.txt': '', 'webhook.json': webhook }
const { 'Webhook-Signature': signature } = signWebhook(webhook, 'hush')
const publish = ['publish', '--user', 'ada', '--request', 'request.json']
const campaign = ['campaign', '--request', 'request.json', '--users']

const commands = [
  [['--help'], 1],
  [['--version'], 1],
  [['check', '--help'], 1],
  [['check', 'request.json'], 1],
  [['check', 'request.json', '--json'], 1],
  [['token', 'ada'], 1],
  [['verify-webhook', 'webhook.json', '--signature', signature], 1],
  [['doctor'], 1],
  [['doctor', '--json'], 1],
  [[...campaign, 'nobody.txt'], 1],
  // Users were notified, so repeating these is not safe.
  [[...campaign, 'users.txt'], 3],
  [[...campaign, 'users.txt', '--json'], 3],
  [publish, 3],
  [[...publish, '--json'], 3],
]

const nameOf = (args) => args.join(' ').replace(signature, '…')

describe('a result that cannot be written', { concurrency: 2, skip: !fs.existsSync('/dev/full') }, () => {
  for (const [args, exitCode] of commands) {
    test(`ends ${nameOf(args)} with exit code ${exitCode} and an error`, async (t) => {
      const { emulator } = await emulated(t)
      const full = fs.openSync('/dev/full', 'w')
      t.after(() => fs.closeSync(full))
      const { code, stderr } = await runCommand(t, args, {
        cwd: writeFiles(t, files),
        env: { ...createVariables(emulator), BEAMS_WEBHOOK_SECRET: 'hush' },
        stdio: ['pipe', full, 'pipe'],
      })
      const [name] = args[0].startsWith('-') ? [''] : [` ${args[0]}`]
      const delivery = exitCode === 3 ? ' (unknown)' : ''
      const error = stderr.split('\n').find((line) => line.startsWith('beams-native'))
      assert.equal(error, `beams-native${name}: the result cannot be written: no space left on the device${delivery}`)
      assert.equal(code, exitCode)
    })
  }
})

describe('a result whose reader has ended', { concurrency: 2 }, () => {
  for (const [args, exitCode] of commands) {
    test(`ends ${nameOf(args)} with exit code ${exitCode} and an error`, async (t) => {
      const { emulator } = await emulated(t)
      const { child, ended } = startCommand(t, args, {
        cwd: writeFiles(t, files),
        env: { ...createVariables(emulator), BEAMS_WEBHOOK_SECRET: 'hush' },
      })
      child.stdout.destroy()
      child.stdin.end()
      const { code, stderr } = await ended
      const error = stderr.split('\n').find((line) => line.startsWith('beams-native'))
      const name = args[0].startsWith('-') ? '' : ` ${args[0]}`
      const delivery = exitCode === 3 ? ' (unknown)' : ''
      assert.equal(
        error,
        `beams-native${name}: the result cannot be written: its reader has closed the pipe${delivery}`,
      )
      assert.equal(code, exitCode)
    })
  }
})

describe('control characters in a response', { concurrency: 2 }, () => {
  const hostile = '\u001b[2J\u009b31m\u0007\u007f\r\nbeams-native: forged\b'
  // oxlint-disable-next-line no-control-regex -- it is what this is about
  const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

  for (const [kind, status, body] of [
    ['publish id', 200, { publishId: `pubid-${hostile}` }],
    ['error', 422, { error: hostile, description: hostile }],
  ]) {
    for (const args of [
      publish,
      [...publish, '--json'],
      [...campaign, 'users.txt'],
      [...campaign, 'users.txt', '--json'],
      ['doctor'],
      ['doctor', '--json'],
    ]) {
      test(`of the ${kind} are not printed by ${nameOf(args)}`, async (t) => {
        const server = await recordingServer(t, () => ({ status, body: JSON.stringify(body) }))
        const env = { ...createVariables(server), BEAMS_LOG: 'debug' }
        const { stdout, stderr } = await runCommand(t, args, { cwd: writeFiles(t, files), env })
        assert.doesNotMatch(stdout + stderr, control)
        assert.doesNotMatch(stdout + stderr, /^beams-native: forged/m)
        if (kind !== 'publish id') return
        if (args.includes('--json') && args[0] === 'publish') {
          assert.deepEqual(JSON.parse(stdout), { publishId: `pubid-${hostile}` })
        } else if (args[0] === 'publish') {
          assert.equal(stdout, 'pubid-\\u001b[2J\\u009b31m\\u0007\\u007f\\u000d\\u000abeams-native: forged\\u0008\n')
        }
      })
    }
  }
})

test('a line break in an argument forges no line, also with BEAMS_LOG=debug', async (t) => {
  const args = ['publish', '--user', 'ada', '--request', 'none\nbeams-native: forged\n']
  const env = { ...createVariables({ port: 1 }), BEAMS_LOG: 'debug' }
  const { code, stderr } = await runCommand(t, args, { env })
  assert.equal(code, 2)
  assert.match(stderr, /^beams-native publish: .*forged.*\n {4}at /)
  assert.doesNotMatch(stderr, /^beams-native: forged/m)
})

describe('a command that reads stdin', { concurrency: 2 }, () => {
  const title = ['--title', 'Sale', '--body', 'Today only']
  for (const args of [
    ['publish', '--user', 'ada', '--request', '-'],
    ['publish', '--user', 'ada', ...title, '--secret-key-file', '-'],
    ['campaign', '--users', 'users.txt', '--request', '-'],
    ['check', '-'],
    ['verify-webhook', '--signature', signature],
  ]) {
    for (const [signal, exitCode] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
      test(`says that nothing was sent if ${signal} stops ${nameOf(args)}`, async (t) => {
        const { emulator } = await emulated(t)
        const { child, ended } = startCommand(t, args, {
          cwd: writeFiles(t, files),
          env: { ...createVariables(emulator), BEAMS_WEBHOOK_SECRET: 'hush' },
        })
        // More than a pipe holds, so that the command is reading when all of it is written.
        await new Promise((resolve) => child.stdin.write(' '.repeat(1 << 21), resolve))
        child.kill(signal)
        assert.deepEqual(await ended, {
          code: exitCode,
          signal: null,
          stdout: '',
          stderr: `beams-native ${args[0]}: stopped by ${signal}: nothing was sent (not-sent)\n`,
        })
        assert.deepEqual(emulator.publishes(), [])
      })
    }
  }
})

// The state of a process's signals is in /proc.
describe('a command that reads a named pipe without a writer', { skip: !fs.existsSync('/proc/self/status') }, () => {
  /** Starts a command in a folder with a pipe. Resolves when it handles signals, so that it is opening the pipe. */
  async function startReading(t, args) {
    const { emulator } = await emulated(t)
    const cwd = writeFiles(t, files)
    execFileSync('mkfifo', [path.join(cwd, 'pipe')])
    const command = startCommand(t, args, { cwd, env: createVariables(emulator) })
    for await (const _ of setInterval(10)) if (handlesHangups(command.child.pid)) return command
  }

  /** Node.js handles SIGINT from its start on, but SIGHUP only where a program does. */
  function handlesHangups(pid) {
    const [, caught] = /^SigCgt:\s*([\da-f]+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
    return (BigInt(`0x${caught}`) & 1n) === 1n
  }

  test('says that nothing was sent if SIGINT stops publish --request', async (t) => {
    const { child, ended } = await startReading(t, ['publish', '--user', 'ada', '--request', 'pipe'])
    child.kill('SIGINT')
    const { code, stderr } = await ended
    const text = 'beams-native publish: stopped by SIGINT: nothing was sent (not-sent)\n'
    assert.deepEqual([code, stderr], [130, text])
  })

  test('ends if SIGINT stops campaign --users', async (t) => {
    const { child, ended } = await startReading(t, [...campaign, 'pipe'])
    child.kill('SIGINT')
    const { code, stderr } = await ended
    assert.equal(code, 130)
    assert.match(stderr, /^beams-native campaign: stopped by SIGINT$/m)
  })
})

describe('a publish', { concurrency: 2 }, () => {
  /** Starts a publish to a server that does not respond. Resolves when the request has arrived. */
  async function startPublish(t, args = []) {
    const arrivals = new EventEmitter()
    const server = await socketServer(t, () => arrivals.emit('request'))
    const arrived = once(arrivals, 'request')
    const command = startCommand(t, [...publish, ...args], { cwd: writeFiles(t, files), env: createVariables(server) })
    await arrived
    return command
  }

  for (const [signal, exitCode] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    test(`that is stopped by ${signal} says that users may have been notified`, async (t) => {
      const { child, ended } = await startPublish(t)
      child.kill(signal)
      assert.deepEqual(await ended, {
        code: exitCode,
        signal: null,
        stdout: '',
        stderr: `beams-native publish: stopped by ${signal}: users may have been notified (unknown)\n`,
      })
    })
  }

  test('that is stopped while it connects says that nothing was sent', async (t) => {
    const connections = new EventEmitter()
    const { port } = await socketServer(
      t,
      () => {},
      () => connections.emit('open'),
    )
    const connected = once(connections, 'open')
    const env = createVariables({ url: `https://127.0.0.1:${port}` })
    const { child, ended } = startCommand(t, [...publish, '--json'], { cwd: writeFiles(t, files), env })
    await connected
    child.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    assert.deepEqual([code, stderr], [130, 'beams-native publish: stopped by SIGINT: nothing was sent (not-sent)\n'])
    assert.equal(JSON.parse(stdout).error.delivery, 'not-sent')
  })

  test('that is stopped before a retry says that nobody was notified', async (t) => {
    const server = await recordingServer(t, () => ({ status: 429, headers: { 'retry-after': '50' } }))
    const env = { ...createVariables(server), BEAMS_LOG: 'debug' }
    const { child, until, ended } = startCommand(t, publish, { cwd: writeFiles(t, files), env })
    await until(/429/)
    child.kill('SIGINT')
    const { code, stderr } = await ended
    assert.equal(code, 130)
    assert.match(stderr, /^beams-native publish: stopped by SIGINT: nobody was notified \(refused\)$/m)
  })
})

describe('a second SIGINT', () => {
  for (const [milliseconds, expected] of [
    [0, true],
    [20, true],
    [99, true],
    [100, false],
    [450, false],
    [60_000, false],
  ]) {
    test(`after ${milliseconds} ms is ${expected ? 'the first, forwarded by npx' : 'another Ctrl-C'}`, () => {
      assert.equal(isForwarded(1000, 1000 + milliseconds), expected)
    })
  }
})
