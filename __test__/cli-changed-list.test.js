'use strict'

// `npx beams-native campaign` publishes to the list that it has validated, or stops.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { runCommand, createVariables, writeFiles } = require('./helpers/cli.js')
const { recordingServer } = require('./helpers/servers.js')
const { BLOCK_SIZE } = require('../lib/cli/fingerprint.js')
const { openUsers } = require('../lib/cli/users.js')

/** Each line has eight bytes, so that blocks end where lines end. */
const LINES_PER_BLOCK = BLOCK_SIZE / 8
const listOf = (count, prefix = 'u') =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(6, '0')}\n`).join('')
const original = listOf(3 * LINES_PER_BLOCK)

/** Changes a list after its validation. Resolves to the ids that are read afterwards, and the error. */
async function readChanged(t, change, content = original) {
  const file = path.join(writeFiles(t, { 'users.txt': content }), 'users.txt')
  const { users } = await openUsers(file, 'ids', [])
  change(file)
  const ids = []
  try {
    for await (const id of users) ids.push(id)
    return { ids }
  } catch (error) {
    return { ids, error }
  }
}

const readLines = (content) => content.trimEnd().split('\n')

describe('a list that is changed after its validation:', () => {
  for (const [what, change, unchangedBlocks] of [
    ['truncated within a line', (file) => fs.truncateSync(file, 2 * BLOCK_SIZE + 4), 2],
    ['truncated between lines', (file) => fs.truncateSync(file, 2 * BLOCK_SIZE), 2],
    ['emptied', (file) => fs.truncateSync(file, 0), 0],
    ['appended to', (file) => fs.appendFileSync(file, 'eve\n'), 3],
    ['rewritten with as many other ids', (file) => fs.writeFileSync(file, listOf(3 * LINES_PER_BLOCK, 'v')), 0],
    ['with one other id', (file) => fs.writeFileSync(file, original.replace('u016000', 'v016000')), 1],
  ]) {
    test(`${what}, it is read up to the change`, async (t) => {
      const { ids, error } = await readChanged(t, change)
      assert.match(
        error.message,
        /^--users \S+users\.txt was changed during the campaign, which has stopped: only users/,
      )
      assert.deepEqual(ids, readLines(original).slice(0, unchangedBlocks * LINES_PER_BLOCK))
    })
  }

  test('rewritten with the same content, it is read to its end', async (t) => {
    const content = `${original}last`
    const { ids, error } = await readChanged(t, (file) => fs.writeFileSync(file, content), content)
    assert.equal(error, undefined)
    assert.deepEqual(ids, readLines(content))
  })
})

describe('campaign stops if its list is changed', { concurrency: 2 }, () => {
  const ids = listOf(200_000)
  const campaign = ['campaign', '--title', 'Sale', '--body', 'Today only', '--users', 'users.txt', '--concurrency', '1']

  /** Runs a campaign whose list is truncated at its first request. */
  async function runTruncated(t, args) {
    const cwd = writeFiles(t, { 'users.txt': ids })
    const server = await recordingServer(t, () => void fs.truncateSync(path.join(cwd, 'users.txt'), 800_003))
    const ended = await runCommand(t, [...campaign, ...args], { cwd, env: createVariables(server) })
    const reached = server.requests.flatMap(({ body }) => JSON.parse(body).users)
    return { ...ended, reached, cwd }
  }

  test('with exit code 1, and the report', async (t) => {
    const { code, stdout, stderr, reached } = await runTruncated(t, ['--json'])
    assert.equal(code, 1)
    assert.match(stderr, /^beams-native campaign: --users users\.txt was changed during the campaign/m)
    const { publishedCount, remaining, error } = JSON.parse(stdout)
    assert.match(error.message, /^--users users\.txt was changed/)
    assert.equal(publishedCount, reached.length)
    assert.deepEqual([...reached, ...remaining], readLines(ids).slice(0, reached.length + remaining.length))
  })

  test('and resumes with the list as it is then', async (t) => {
    const args = ['--journal', 'sale.journal']
    const { stdout, reached, cwd } = await runTruncated(t, args)
    const count = (number) => number.toLocaleString('en')
    assert.match(stdout, new RegExp(`^not sent: ${count(200_000 - reached.length)} users$`, 'm'))
    fs.writeFileSync(path.join(cwd, 'users.txt'), ids)
    const server = await recordingServer(t)
    const { code } = await runCommand(t, [...campaign, ...args], { cwd, env: createVariables(server) })
    assert.equal(code, 0)
    const others = server.requests.flatMap(({ body }) => JSON.parse(body).users)
    assert.deepEqual([...reached, ...others], readLines(ids))
  })
})
