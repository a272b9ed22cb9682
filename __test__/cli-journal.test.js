'use strict'

// `npx beams-native campaign --journal`: after any end, the same command resumes, and no user is notified twice.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { setInterval } = require('node:timers/promises')
const { emulated } = require('./helpers/clients.js')
const { runCommand, startCommand, createVariables, writeFiles } = require('./helpers/cli.js')

const { UsageError } = require('../lib/cli/exit-codes.js')
const { explainStartError } = require('../lib/cli/journal-error.js')

const idsOf = (count) => Array.from({ length: count }, (_, index) => `user-${index}`)
const usersOf = (emulator) => emulator.publishes().flatMap(({ users }) => users)

/** Starts an emulator and writes a list of users, for a campaign with a journal. */
async function prepare(t, users) {
  const { emulator } = await emulated(t)
  const ids = idsOf(users)
  const cwd = writeFiles(t, { 'users.txt': ids.map((id) => `${id}\n`).join('') })
  const args = [
    'campaign',
    '--users',
    'users.txt',
    '--title',
    'Sale',
    '--body',
    'Today only',
    '--journal',
    'sale.journal',
  ]
  const options = { cwd, env: createVariables(emulator) }
  return { emulator, ids, args, options }
}

describe('a campaign with a journal', { concurrency: 2 }, () => {
  for (const signal of ['SIGINT', 'SIGKILL']) {
    test(`that is ended five times by ${signal} publishes to each of 100 000 users once`, async (t) => {
      const { emulator, ids, args, options } = await prepare(t, 100_000)
      emulator.failNext({ delay: 20, times: ids.length })
      const given = [...args, '--concurrency', '4', '--max-requests-per-second', 'Infinity']
      for (let run = 1; run <= 5; run++) {
        const { child, ended } = startCommand(t, given, options)
        await emulator.waitForPublish(() => emulator.publishes().length >= run * 15, { timeout: 60_000 })
        child.kill(signal)
        const { code, stderr } = await ended
        if (signal === 'SIGKILL') continue
        assert.equal(code, 130)
        assert.match(
          stderr,
          /^To resume, run the same command again: sale\.journal records the users that were published to\.$/m,
        )
      }
      const { stdout } = await runCommand(t, [...given, '--json'], options)
      const reached = usersOf(emulator)
      assert.equal(new Set(reached).size, reached.length, 'a user was notified twice')
      const { publishedCount, resumedCount, failures } = JSON.parse(stdout)
      const unknown = failures.flatMap(({ users, error }) => (error.delivery === 'unknown' ? users : []))
      assert.equal(publishedCount + resumedCount + unknown.length, ids.length)
      assert.deepEqual([...new Set([...reached, ...unknown])].sort(), ids.sort())
      // At most `concurrency` requests were in flight at each kill.
      assert.ok(unknown.length <= (signal === 'SIGKILL' ? 5 * 4 * 1000 : 0))
    })
  }

  test('skips users with an unknown outcome, unless --retry-unknown is set', async (t) => {
    const { emulator, ids, args, options } = await prepare(t, 10)
    emulator.failNext({ reset: true, afterwards: true })
    for (let run = 1; run <= 2; run++) {
      const { code, stdout, stderr } = await runCommand(t, args, options)
      assert.equal(code, 3)
      assert.match(stdout, /^outcome unknown for 10 users: /m)
      assert.match(stderr, /^Users with an unknown outcome are skipped, unless --retry-unknown is set\.$/m)
      assert.deepEqual(usersOf(emulator), ids)
    }
    assert.equal((await runCommand(t, [...args, '--retry-unknown'], options)).code, 0)
    assert.deepEqual(usersOf(emulator), [...ids, ...ids])
  })

  test('publishes again to users whose publish was refused', async (t) => {
    const { emulator, ids, args, options } = await prepare(t, 10)
    emulator.failNext({ status: 422 })
    assert.equal((await runCommand(t, args, options)).code, 1)
    assert.deepEqual(usersOf(emulator), [])
    assert.equal((await runCommand(t, args, options)).code, 0)
    assert.deepEqual(usersOf(emulator), ids)
    const { code, stdout } = await runCommand(t, args, options)
    assert.deepEqual([code, usersOf(emulator).length], [0, 10])
    assert.match(stdout, /^skipped 10 users published to earlier, according to the journal$/m)
  })

  test('sends nothing if the journal is of another request', async (t) => {
    const { emulator, args, options } = await prepare(t, 10)
    assert.equal((await runCommand(t, args, options)).code, 0)
    const { code, stdout, stderr } = await runCommand(t, args.with(args.indexOf('Sale'), 'Another sale'), options)
    assert.deepEqual([code, stdout, emulator.publishes().length], [2, '', 1])
    assert.match(
      stderr,
      /^beams-native campaign: --journal \S+sale\.journal was begun for other requests.* \(ERR_BEAMS_JOURNAL, not-sent\)\n$/,
    )
  })

  test('sends nothing if the journal is of another instance', async (t) => {
    const { emulator, args, options } = await prepare(t, 10)
    assert.equal((await runCommand(t, args, options)).code, 0)
    const { code, stdout } = await runCommand(t, [...args, '--instance-id', 'another', '--json'], options)
    assert.deepEqual([code, emulator.publishes().length], [2, 1])
    const { error } = JSON.parse(stdout)
    assert.match(error.message, /^--journal \S+sale\.journal belongs to the instance my-instance, not to another/)
    assert.deepEqual([error.code, error.delivery], ['ERR_BEAMS_JOURNAL', 'not-sent'])
  })

  test('sends nothing if another process uses the journal: running it again may help', async (t) => {
    const { emulator, args, options } = await prepare(t, 10)
    emulator.failNext({ delay: 100_000 })
    startCommand(t, args, options)
    for await (const _ of setInterval(10)) if (emulator.failures().length === 0) break
    const { code, stderr } = await runCommand(t, args, options)
    assert.equal(code, 1)
    assert.match(stderr, /^beams-native campaign: .*sale\.journal.* \(ERR_BEAMS_JOURNAL, not-sent\)\n$/)
    assert.deepEqual(emulator.publishes(), [])
  })
})

describe('a journal that cannot be opened is a usage error, unless another attempt may help:', () => {
  const path = '/campaigns/sale.journal'
  for (const [code, expected] of [
    ['ENOENT', `cannot use --journal sale.journal: its folder does not exist`],
    ['EACCES', `cannot use --journal sale.journal: permission denied`],
    ['EROFS', `cannot use --journal sale.journal: the file system is read-only`],
    ['EBUSY', undefined],
    ['ENOSPC', undefined],
    ['EMFILE', undefined],
  ]) {
    test(code, () => {
      const message = `the journal ${path} cannot be used: ${code} (os error 5)`
      const details = { code: 'ERR_BEAMS_JOURNAL', delivery: 'not-sent' }
      const error = Object.assign(new Error(message, { cause: Object.assign(new Error(code), { code }) }), details)
      const explained = explainStartError(error, 'sale.journal')
      assert.equal(explained instanceof UsageError, expected !== undefined)
      assert.equal(explained.message, expected ?? `--journal ${path} cannot be used: ${code}`)
      assert.deepEqual({ ...explained }, details)
    })
  }
})
