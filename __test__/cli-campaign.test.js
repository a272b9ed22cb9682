'use strict'

// `npx beams-native campaign` accounts for every user of a list, however it ends.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const timers = require('node:timers')
const { setInterval } = require('node:timers/promises')
const { emulated } = require('./helpers/clients.js')
const { runCommand, startCommand, createVariables, writeFiles } = require('./helpers/cli.js')

const campaign = ['campaign', '--title', 'Sale', '--body', 'Today only']

const idsOf = (count) => Array.from({ length: count }, (_, index) => `user-${index}`)
const linesOf = (ids) => ids.map((id) => `${id}\n`).join('')
const usersOf = (emulator) => emulator.publishes().flatMap(({ users }) => users)

describe('campaign publishes to the users of', { concurrency: 2 }, () => {
  const ids = ['ada', 'Zoë 😀', 'with spaces', 'comma,semicolon;', '#7', '-x', 'a\u2028b']
  const text = linesOf(ids)

  for (const [what, content] of [
    ['a file with one id per line', text],
    ['a file from Windows', `\ufeff${text.replaceAll('\n', '\r\n')}`],
    ['a file with blank lines', `\n\n${text.replaceAll('\n', '\n  \r\n\n')}\n`],
    ['a file without a final line break', text.trimEnd()],
    ['a file with duplicates', text + text],
    ['a file with white space around the ids', ids.map((id) => ` \u00a0${id}  \r\n`).join('')],
  ]) {
    for (const source of ['users.txt', '-']) {
      test(`${what}${source === '-' ? ', on stdin' : ''}`, async (t) => {
        const { emulator } = await emulated(t)
        const cwd = writeFiles(t, { 'users.txt': content })
        const options = { cwd, input: content, env: createVariables(emulator) }
        const { code, stdout, stderr } = await runCommand(t, [...campaign, '--users', source, '--json'], options)
        assert.equal(code, 0, stderr)
        assert.deepEqual(usersOf(emulator), ids)
        const { publishedCount, duplicateCount, failures } = JSON.parse(stdout)
        assert.deepEqual([publishedCount, failures], [ids.length, []])
        assert.equal(duplicateCount, what.endsWith('duplicates') ? ids.length : 0)
      })
    }
  }

  test('a pipe that splits characters at any byte', async (t) => {
    const { emulator } = await emulated(t)
    const { child, ended } = startCommand(t, [...campaign, '--users', '-', '--json'], {
      env: createVariables(emulator),
    })
    for (const byte of Buffer.from(text)) {
      child.stdin.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    child.stdin.end()
    assert.equal((await ended).code, 0)
    assert.deepEqual(usersOf(emulator), ids)
  })

  const comma = 'it has a comma, but is used as one user id; a list has one id per line'
  const header = 'it looks like a table header, but is used as a user id'
  for (const [content, hint] of [
    ['user_id\nada\n', `line 1: ${header}`],
    ['\ufeffUser ID,Name\r\n7,Ada\r\n', `line 1: ${header}`],
    ['id;name\n7;Ada\n', `line 1: ${header}`],
    ['ada,Ada\neve,Eve\n', `line 1: ${comma}`],
    ['ada\n\neve,Eve\nbob,Bob\n', `line 3: ${comma}`],
    ['ada\nuser_id\n', undefined],
    ['identity-7\n', undefined],
  ]) {
    for (const source of ['users.txt', '-']) {
      test(`${JSON.stringify(content)} in ${source}, with ${hint ? 'a' : 'no'} hint that it is CSV`, async (t) => {
        const { emulator } = await emulated(t)
        const cwd = writeFiles(t, { 'users.txt': content })
        const options = { cwd, input: content, env: createVariables(emulator) }
        const { code, stderr } = await runCommand(t, [...campaign, '--users', source], options)
        assert.equal(code, 0)
        const name = source === '-' ? 'stdin' : '--users users.txt'
        assert.deepEqual(
          stderr.split('\n').filter((line) => line.startsWith('beams-native')),
          hint ? [`beams-native campaign: warning: ${name}, ${hint}`] : [],
        )
      })
    }
  }

  test('an empty list', async (t) => {
    const { emulator } = await emulated(t)
    const { code, stdout } = await runCommand(t, [...campaign, '--users', '-'], { env: createVariables(emulator) })
    assert.deepEqual([code, stdout], [0, 'published to 0 users in 0 requests\n'])
    assert.deepEqual(emulator.publishes(), [])
  })
})

describe('campaign sends nothing', { concurrency: 2 }, () => {
  for (const [where, content, expected] of [
    ['a list with invalid UTF-8 in its last line', Buffer.concat([Buffer.from(linesOf(idsOf(9000))), Buffer.of(0xe9, 0x0a)]), 'is not valid UTF-8'], // prettier-ignore
    ['a list without line breaks', 'x'.repeat(3_000_000), 'is not a list with one user per line'],
  ]) {
    test(`to ${where}`, async (t) => {
      const { emulator } = await emulated(t)
      const cwd = writeFiles(t, { 'users.txt': content })
      const args = [...campaign, '--users', 'users.txt']
      const { code, stdout, stderr } = await runCommand(t, args, { cwd, env: createVariables(emulator) })
      assert.deepEqual([code, stdout, emulator.publishes()], [2, '', []])
      assert.match(stderr, new RegExp(`^beams-native campaign: --users users\\.txt ${expected}.*\\n$`))
    })
  }

  test('if the request would be refused', async (t) => {
    const { emulator } = await emulated(t)
    const cwd = writeFiles(t, {
      'users.txt': 'ada\n',
      'request.json': '{"web":{"notification":{"deep_link":"/inbox"}}}',
    })
    const args = ['campaign', '--users', 'users.txt', '--request', 'request.json']
    const { code, stderr } = await runCommand(t, args, { cwd, env: createVariables(emulator) })
    assert.deepEqual([code, emulator.publishes()], [2, []])
    assert.match(stderr, /^refused {3}\/web\/notification\/deep_link /m)
  })
})

describe('campaign reports', { concurrency: 2 }, () => {
  test('its progress in lines without a terminal', async (t) => {
    const { emulator } = await emulated(t)
    const cwd = writeFiles(t, { 'users.txt': linesOf(idsOf(4000)) })
    const args = [...campaign, '--users', 'users.txt', '--concurrency', '1', '--max-requests-per-second', '1000']
    const { code, stdout, stderr } = await runCommand(t, args, { cwd, env: createVariables(emulator) })
    assert.equal(code, 0)
    assert.equal(stdout, 'published to 4,000 users in 4 requests\n')
    const lines = stderr.trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => line.replace(/, [\d,]+\/s(, .+ left)?$/, '')),
      ['25 % of 4,000 users', '50 % of 4,000 users', '75 % of 4,000 users', '100 % of 4,000 users'],
    )
    for (const line of lines.slice(0, -1)) assert.match(line, /, [\d,]+\/s, \d+ s left$/)
  })

  for (const [what, fault, exitCode, line, delivery] of [
    [
      'was refused',
      { status: 422 },
      1,
      /^failed for 1,000 users: 422 .+ \(ERR_BEAMS_UNPROCESSABLE, refused\)$/m,
      'refused',
    ],
    ['may have been processed', { reset: true, afterwards: true }, 3, /^outcome unknown for 1,000 users: .+ \(ERR_BEAMS_CONNECTION, unknown\)$/m, 'unknown'], // prettier-ignore
  ]) {
    test(`a request that ${what} with exit code ${exitCode}`, async (t) => {
      const { emulator } = await emulated(t)
      const cwd = writeFiles(t, { 'users.txt': linesOf(idsOf(2000)) })
      const args = [...campaign, '--users', 'users.txt', '--concurrency', '1']
      emulator.failNext(fault)
      const forPeople = await runCommand(t, args, { cwd, env: createVariables(emulator) })
      assert.equal(forPeople.code, exitCode)
      assert.match(forPeople.stdout, /^published to 1,000 users in 1 request$/m)
      assert.match(forPeople.stdout, line)
      assert.match(forPeople.stderr, /^Without --journal, a campaign cannot be resumed: /m)

      emulator.failNext(fault)
      const forPrograms = await runCommand(t, [...args, '--json'], { cwd, env: createVariables(emulator) })
      assert.equal(forPrograms.code, exitCode)
      const { publishedCount, failures } = JSON.parse(forPrograms.stdout)
      assert.equal(publishedCount, 1000)
      assert.deepEqual([failures.length, failures[0].error.delivery], [1, delivery])
      assert.deepEqual(failures[0].users, idsOf(1000))
    })
  }

  test('what was published before the service refused all further requests', async (t) => {
    const { emulator } = await emulated(t)
    const cwd = writeFiles(t, { 'users.txt': linesOf(idsOf(3000)) })
    const args = [...campaign, '--users', 'users.txt', '--concurrency', '1', '--json']
    emulator.failNext({ status: 401 })
    const { code, stdout, stderr } = await runCommand(t, args, { cwd, env: createVariables(emulator) })
    assert.equal(code, 1)
    assert.match(stderr, /^beams-native campaign: 401 .+ \(ERR_BEAMS_UNAUTHORIZED, \S+\)$/m)
    const report = JSON.parse(stdout)
    assert.deepEqual([report.publishedCount, report.error.code], [0, 'ERR_BEAMS_UNAUTHORIZED'])
    assert.deepEqual([...report.failures[0].users, ...report.remaining].slice(0, 1000), idsOf(1000))
  })

  test('what was published before invalid UTF-8 on stdin', async (t) => {
    const { emulator } = await emulated(t)
    const { child, ended } = startCommand(t, [...campaign, '--users', '-', '--json'], {
      env: createVariables(emulator),
    })
    child.stdin.write(linesOf(idsOf(1000)))
    await emulator.waitForPublish()
    child.stdin.end(Buffer.of(0xff, 0xfe))
    const { code, stdout, stderr } = await ended
    assert.equal(code, 1)
    assert.match(stderr, /^beams-native campaign: stdin is not valid UTF-8 .+$/m)
    const { publishedCount, error } = JSON.parse(stdout)
    assert.equal(publishedCount, 1000)
    assert.match(error.message, /^stdin is not valid UTF-8/)
  })

  test('how many ids of a list are invalid', async (t) => {
    const { emulator } = await emulated(t)
    const input = linesOf(['ada', 'x'.repeat(165), 'y'.repeat(165)])
    const { code, stdout } = await runCommand(t, [...campaign, '--users', '-'], {
      input,
      env: createVariables(emulator),
    })
    assert.equal(code, 1)
    assert.match(stdout, /^published to 1 user in 1 request$/m)
    assert.match(stdout, /^failed for 2 users: .+ \(ERR_BEAMS_INVALID_ARGUMENT, not-sent\)$/m)
    assert.deepEqual(usersOf(emulator), ['ada'])
  })
})

describe('campaign, in flight,', { concurrency: 2 }, () => {
  /** Starts a campaign with requests in flight to a slow service. */
  async function startSlowly(t, { users = 20_000, delay = 200, source = 'users.txt', args = ['--json'] } = {}) {
    const { emulator } = await emulated(t)
    emulator.failNext({ delay, times: users })
    const ids = idsOf(users)
    const cwd = writeFiles(t, { 'users.txt': linesOf(ids) })
    const given = [...campaign, '--users', source, '--concurrency', '2', ...args]
    const command = startCommand(t, given, { cwd, env: createVariables(emulator) })
    if (source === '-') command.child.stdin.write(linesOf(ids))
    return { ...command, emulator, ids, cwd }
  }

  for (const [signal, exitCode] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    test(`stops on ${signal}, with an exact report`, async (t) => {
      const { child, until, ended, emulator, ids } = await startSlowly(t)
      await until(/ % of 20,000 users/)
      child.kill(signal)
      const { code, stdout, stderr } = await ended
      assert.equal(code, exitCode)
      assert.match(stderr, /^stopping: waiting for the requests in flight; press Ctrl-C again to exit immediately$/m)
      assert.match(stderr, new RegExp(`^beams-native campaign: stopped by ${signal}$`, 'm'))
      assert.match(stderr, /^Without --journal, a campaign cannot be resumed/m)
      const report = JSON.parse(stdout)
      const reached = usersOf(emulator)
      assert.equal(report.publishedCount, reached.length)
      assert.deepEqual(new Set(report.publishes.map(({ publishId }) => publishId)), new Set(emulator.publishes().map(({ publishId }) => publishId))) // prettier-ignore
      assert.ok(reached.length > 0 && reached.length < ids.length)
      assert.deepEqual(report.failures, [])
      // Users are read in order.
      const read = reached.length + report.remaining.length
      assert.deepEqual([...reached, ...report.remaining].sort(), ids.slice(0, read).sort())
    })
  }

  test('prints how many users were not sent', async (t) => {
    const { child, until, ended, emulator } = await startSlowly(t, { args: [] })
    await until(/ % of 20,000 users/)
    child.kill('SIGINT')
    const { stdout } = await ended
    const published = usersOf(emulator).length
    const count = (number) => number.toLocaleString('en')
    assert.equal(
      stdout,
      `published to ${count(published)} users in ${published / 1000} requests\nnot sent: ${count(20_000 - published)} users\n`,
    )
  })

  test('stops while stdin is open', async (t) => {
    const { child, until, ended, emulator } = await startSlowly(t, { source: '-', delay: 500, args: [] })
    // stdin stays open.
    await emulator.waitForPublish()
    child.kill('SIGINT')
    await until(/stopping/)
    const { code, stdout } = await ended
    assert.equal(code, 130)
    assert.match(stdout, /^not sent: [\d,]+ users that were read, and the unread rest$/m)
    assert.match(stdout, new RegExp(`^published to ${usersOf(emulator).length.toLocaleString('en')} users`))
  })

  test('ignores a duplicate SIGINT that npm forwards', async (t) => {
    const { child, until, ended } = await startSlowly(t)
    await until(/ % of 20,000 users/)
    child.kill('SIGINT')
    child.kill('SIGINT')
    const { code, stdout } = await ended
    assert.equal(code, 130)
    assert.ok(JSON.parse(stdout).publishedCount > 0)
  })

  test('exits immediately on a second Ctrl-C', async (t) => {
    const { child, until, ended, emulator, ids } = await startSlowly(t, { delay: 100_000 })
    for await (const _ of setInterval(10)) if (emulator.failures()[0].times < ids.length) break
    child.kill('SIGINT')
    await until(/stopping/)
    const again = timers.setInterval(() => child.kill('SIGINT'), 50)
    const { code, signal, stdout, stderr } = await ended
    timers.clearInterval(again)
    assert.deepEqual([code, signal, stdout], [130, null, ''])
    assert.match(
      stderr,
      /^beams-native campaign: stopped without a report; requests in flight may notify their users \(unknown\)$/m,
    )
  })

  test('continues if its progress is not read', async (t) => {
    const { emulator } = await emulated(t)
    const ids = idsOf(5000)
    const cwd = writeFiles(t, { 'users.txt': linesOf(ids) })
    const { child, ended } = startCommand(t, [...campaign, '--users', 'users.txt'], {
      cwd,
      env: createVariables(emulator),
    })
    child.stderr.destroy()
    const { code, stdout } = await ended
    assert.deepEqual([code, stdout], [0, 'published to 5,000 users in 5 requests\n'])
    assert.deepEqual(usersOf(emulator).sort(), ids.sort())
  })
})
