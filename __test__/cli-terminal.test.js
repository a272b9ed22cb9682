'use strict'

// `npx beams-native` on a terminal.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const path = require('node:path')
const { emulated } = require('./helpers/clients.js')
const { startOnTerminal, createVariables, writeFiles } = require('./helpers/cli.js')
const { formatBar, formatDuration } = require('../lib/cli/progress.js')
const { Rate, WINDOW_MS } = require('../lib/cli/rate.js')
const { findNearestName } = require('../lib/cli/nearest-name.js')

const USERS = 20_000
const ESCAPE = '\u001b'
/** Moves to the start of the bar and erases it. */
const ERASE = `\r${ESCAPE}[J`

const list = Array.from({ length: USERS }, (_, index) => `user-${index}\n`).join('')

/** Starts a campaign on a terminal, with a slow service. */
async function startCampaign(t, options = {}) {
  const { emulator } = await emulated(t)
  emulator.failNext({ delay: 300, times: USERS })
  const folder = writeFiles(t, { 'users.txt': list })
  const args = ['campaign', '--users', path.join(folder, 'users.txt'), '--title', 'Sale', '--body', 'Today only', '--concurrency', '2'] // prettier-ignore
  const command = startOnTerminal(t, args, { ...options, env: { ...createVariables(emulator), ...options.env } })
  return { ...command, emulator }
}

/** Splits the output into the states of the bar. */
const splitFrames = (output) =>
  output
    .split(new RegExp(`\\r(?:${ESCAPE}\\[\\d+A)?${ESCAPE}\\[J`))
    .map((frame) => frame.split('\r\n')[0].replace('^C', ''))
    .filter((frame) => / % of /.test(frame))

describe('on a terminal, a campaign', { concurrency: 2 }, () => {
  test('shows a bar with the rate and the time left, and replaces it by the report', async (t) => {
    const { ended } = await startCampaign(t)
    const { code, stdout } = await ended
    assert.equal(code, 0)
    const frames = splitFrames(stdout)
    assert.match(frames[0], /^\[-{40}\] 0 % of 20,000 users/)
    assert.ok(frames.some((frame) => /^\[#+-+\] \d+ % of 20,000 users, [\d,]+\/s, \d+ s left$/.test(frame)))
    for (const frame of frames) assert.ok(frame.length < 100, frame)
    assert.ok(stdout.endsWith(`${ERASE}published to 20,000 users in 20 requests\r\n`))
  })

  test('stops on Ctrl-C, with an exact report', async (t) => {
    const { press, until, ended, emulator } = await startCampaign(t)
    await until(/\[#/)
    press('\u0003')
    const { code, stdout } = await ended
    assert.equal(code, 130)
    assert.ok(
      stdout.includes(
        `${ERASE}stopping: waiting for the requests in flight; press Ctrl-C again to exit immediately\r\n`,
      ),
    )
    const published = emulator.publishes().flatMap(({ users }) => users).length
    assert.ok(published < USERS)
    assert.ok(stdout.includes(`published to ${published.toLocaleString('en')} users in `), stdout)
  })

  test('redraws its bar in one row when the terminal is resized', async (t) => {
    const { resize, until, ended, output } = await startCampaign(t)
    await until(/\[#/)
    resize(30)
    // The rows into which the terminal has wrapped the bar are erased.
    await until(new RegExp(`${ESCAPE}\\[[2-9]A${ESCAPE}\\[J`))
    const before = splitFrames(output.stdout).length
    const { stdout } = await ended
    const narrow = splitFrames(stdout).slice(before)
    assert.ok(narrow.length > 0)
    for (const frame of narrow) assert.ok(frame.length < 30 && !frame.includes('['), frame)
  })

  test('prints lines on a terminal that cannot redraw', async (t) => {
    const { ended } = await startCampaign(t, { env: { TERM: 'dumb' } })
    const { stdout } = await ended
    assert.ok(!stdout.includes(ESCAPE))
    assert.match(stdout, /^50 % of 20,000 users/m)
  })
})

test('on a terminal, a command that reads stdin says so', async (t) => {
  const { press, until, ended } = startOnTerminal(t, ['check', '-'])
  await until(/^reading from the terminal, up to Ctrl-D\r$/m)
  press('{ "fcm": { "notification": { "title": "Hello", "body": "Hello, world!" } } }\n\u0004')
  const { code, stdout } = await ended
  assert.equal(code, 0)
  assert.match(stdout, /^no findings\r$/m)
})

test('on a terminal, Ctrl-C stops a publish that reads its request, and it says that nothing was sent', async (t) => {
  const { emulator } = await emulated(t)
  const args = ['publish', '--interest', 'hello', '--request', '-']
  const { press, until, ended } = startOnTerminal(t, args, { env: createVariables(emulator) })
  await until(/^reading from the terminal, up to Ctrl-D\r$/m)
  press('{ "fcm":\n\u0003')
  const { code, stdout } = await ended
  assert.equal(code, 130)
  assert.match(stdout, /^(\^C)?beams-native publish: stopped by SIGINT: nothing was sent \(not-sent\)\r$/m)
  assert.equal(emulator.publishes().length, 0)
})

describe('on a terminal, colours', { concurrency: 2 }, () => {
  for (const [env, expected] of [
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ]) {
    test(`are ${expected ? 'used' : 'not used'} by doctor with ${JSON.stringify(env)}`, async (t) => {
      const { emulator } = await emulated(t)
      const { ended } = startOnTerminal(t, ['doctor'], { env: { ...createVariables(emulator), ...env } })
      const { code, stdout } = await ended
      assert.equal(code, 0)
      assert.equal(stdout.includes(`${ESCAPE}[32mok  ${ESCAPE}[39m  platform`), expected)
      assert.equal(stdout.includes(ESCAPE), expected)
    })
  }
})

describe('the bar', () => {
  for (const [share, text, columns, expected] of [
    [0, 'text', 100, `[${'-'.repeat(40)}] text`],
    [0.5, 'text', 100, `[${'#'.repeat(20)}${'-'.repeat(20)}] text`],
    [1, 'text', 60, `[${'#'.repeat(14)}] text`],
    [1, 'text', 50, 'text'],
    [undefined, 'text', 100, 'text'],
    [0.5, 'a long text', 8, 'a long '],
    [0.5, 'text', 1, ''],
  ]) {
    test(`at ${share} with "${text}" is "${expected}" in ${columns} columns`, () => {
      assert.equal(formatBar(share, text, columns), expected)
    })
  }

  for (const [seconds, expected] of [
    [0.2, '1 s'],
    [59, '59 s'],
    [59.5, '1:00 min'],
    [65, '1:05 min'],
    [3599, '59:59 min'],
    [3600, '1:00 h'],
    [7261, '2:02 h'],
  ]) {
    test(`formats ${seconds} s as ${expected}`, () => assert.equal(formatDuration(seconds), expected))
  }

  test('shows the rate of the last seconds', () => {
    const rate = new Rate()
    assert.equal(rate.perSecond(0), undefined)
    rate.add(0, 0)
    assert.equal(rate.perSecond(0), undefined)
    rate.add(1000, 500)
    assert.equal(rate.perSecond(1000), 500)
    assert.equal(rate.perSecond(2000), 250)
    rate.add(1000 + WINDOW_MS, 500)
    rate.add(2000 + WINDOW_MS, 1500)
    assert.equal(rate.perSecond(2000 + WINDOW_MS), 1000 / ((WINDOW_MS + 1000) / 1000))
  })
})

describe('the nearest name', () => {
  for (const [misspelt, expected] of [
    ['campain', 'campaign'],
    ['pubilsh', 'publish'],
    ['doc', 'doctor'],
    ['publishes', 'publish'],
    ['x', undefined],
    ['frobnicate', undefined],
  ]) {
    test(`to ${misspelt} is ${expected}`, () => {
      assert.equal(findNearestName(misspelt, ['campaign', 'publish', 'doctor', 'a']), expected)
    })
  }
})
