'use strict'

// `npx beams-native campaign --requests`: a request for each user.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { emulated } = require('./helpers/clients.js')
const { runCommand, createVariables, writeFiles } = require('./helpers/cli.js')

const web = (title) => ({ web: { notification: { title, body: 'Today only' } } })
const files = { 'en.json': JSON.stringify(web('Sale')), 'de.json': JSON.stringify(web('Angebot')) }
const requests = ['--requests', 'en=en.json', '--requests', 'de=de.json']

/** Runs a campaign, and returns the title that each user got as well. */
async function publish(t, list, args) {
  const { emulator } = await emulated(t)
  const cwd = writeFiles(t, { ...files, list })
  const given = ['campaign', '--users', 'list', ...args]
  const ended = await runCommand(t, given, { cwd, env: createVariables(emulator) })
  const titles = emulator
    .publishes()
    .flatMap(({ users, web: { notification } }) => users.map((id) => [id, notification.title]))
  return { ...ended, titles: Object.fromEntries(titles) }
}

describe('campaign publishes by', { concurrency: 2 }, () => {
  for (const [what, list, args, expected] of [
    ['the second column of a list', 'ada\ten\r\n\neve\tde\n', requests, { ada: 'Sale', eve: 'Angebot' }],
    ['one option for all requests', 'ada\ten\neve\tde\n', ['--requests', 'en=en.json,de=de.json'], { ada: 'Sale', eve: 'Angebot' }], // prettier-ignore
    ['the request named default, for a line without a name', 'ada\neve\tde\n', ['--requests', 'default=en.json,de=de.json'], { ada: 'Sale', eve: 'Angebot' }], // prettier-ignore
    [
      'JSON Lines, some with a request of their own',
      `{"userId":"ada","request":"en"}\n${JSON.stringify({ userId: 'eve', publishRequest: web('For Eve') })}\n`,
      [...requests, '--format', 'jsonl'],
      { ada: 'Sale', eve: 'For Eve' },
    ],
    ['JSON Lines with one request', '"ada"\n{"userId":"eve"}', ['--request', 'en.json', '--format', 'jsonl'], { ada: 'Sale', eve: 'Sale' }], // prettier-ignore
  ]) {
    test(what, async (t) => {
      const { code, stderr, titles } = await publish(t, list, args)
      assert.equal(code, 0, stderr)
      assert.deepEqual(titles, expected)
    })
  }
})

/** Lists of another format than the one given. Their lines would be ids of users that do not exist. */
const mistaken = [
  ['with a tab', 'eve\n\nada\ten\n', ['--request', 'en.json'], '--users list, line 3: it has a tab; '],
  ['with a tab, without a name', 'ada\t\n', ['--request', 'en.json'], '--users list, line 1: it has a tab; '],
  ['with three columns', 'eve\ten\nada\tAda\ten\n', requests, '--users list, line 2: it has 3 columns instead of two'],
  [
    'with JSON',
    '{"userId":"ada"}',
    ['--request', 'en.json'],
    '--users list, line 1: it looks like JSON; pass --format jsonl',
  ],
  ['with JSON in the first column', 'ada\ten\n"eve"\tde', requests, '--users list, line 2: it looks like JSON; pass'],
  [
    'with a quoted id',
    ' "ada"',
    ['--request', 'en.json'],
    '--users list, line 1: it looks like JSON; pass --format jsonl',
  ],
  [
    'with a JSON array',
    '["ada"]',
    ['--request', 'en.json'],
    '--users list, line 1: it looks like JSON; pass --format jsonl',
  ],
  ...[
    ['in UTF-16 without a byte order mark', 'a\0d\0a\0\n\0', 'line 1: it has the invisible character U+0000; is the'],
    [
      'in the format of classic Mac OS',
      'ada\reve\r',
      'line 1: it has the invisible character U+000D; is the list UTF-8',
    ],
    ['of a second file from Windows', '\ufeffada\r\n\ufeffeve\r\n', 'line 2: it has the invisible character U+FEFF'],
  ].map(([what, list, expected]) => [what, list, ['--request', 'en.json'], `--users list, ${expected}`]),
]

describe('campaign sends nothing', { concurrency: 2 }, () => {
  for (const [what, list, args, expected] of [
    [
      'for an unknown name in the last line',
      'ada\ten\n\neve\tdee\n',
      requests,
      '--users list, line 3: unknown request name "dee"; the names are en, de',
    ],
    [
      'for a line of invalid JSON',
      '{"userId":"ada"}\neve',
      ['--request', 'en.json', '--format', 'jsonl'],
      '--users list, line 2: it is not valid JSON: ',
    ],
    [
      'for a line without an id',
      '{"user":"ada"}',
      ['--request', 'en.json', '--format', 'jsonl'],
      '--users list, line 1: userId must be a string',
    ],
    [
      'for a misspelt member',
      '{"userId":"ada","reqest":"en"}',
      [...requests, '--format', 'jsonl'],
      '--users list, line 1: unknown member "reqest"; the members are userId, request, publishRequest',
    ],
    [
      'for a line with two requests',
      '{"userId":"ada","request":"en","publishRequest":{}}',
      [...requests, '--format', 'jsonl'],
      '--users list, line 1: it has both request and publishRequest',
    ],
    [
      'for an unknown format',
      'ada',
      ['--request', 'en.json', '--format', 'csv'],
      '--format must be one of ids, tsv, jsonl, not "csv"',
    ],
    [
      'for a request without a name',
      'ada',
      ['--requests', 'en.json'],
      '--requests must have the form en=en.json, not "en.json"',
    ],
    [
      'for a repeated name',
      'ada',
      ['--requests', 'en=en.json', '--requests', 'en=de.json'],
      '--requests contains en twice',
    ],
    [
      'for both kinds of requests',
      'ada',
      [...requests, '--request', 'en.json'],
      '--requests cannot be combined with --request, --title',
    ],
    ...mistaken.map(([line, ...rest]) => [`for a line ${line}`, ...rest]),
  ]) {
    test(what, async (t) => {
      const { code, stdout, stderr, titles } = await publish(t, list, args)
      assert.deepEqual([code, stdout, titles], [2, '', {}])
      assert.ok(stderr.startsWith(`beams-native campaign: ${expected}`), stderr)
      assert.equal(stderr.split('\n').length, 2)
    })
  }

  test('if a platform would not show one of the requests, and names it', async (t) => {
    const { emulator } = await emulated(t)
    const cwd = writeFiles(t, {
      ...files,
      'de.json': '{"web":{"notification":{"deep_link":"/inbox"}}}',
      list: 'ada\ten\n',
    })
    const { code, stderr } = await runCommand(t, ['campaign', '--users', 'list', ...requests], {
      cwd,
      env: createVariables(emulator),
    })
    assert.deepEqual([code, emulator.publishes()], [2, []])
    assert.match(stderr, /^de: refused {3}\/web\/notification\/deep_link /m)
    assert.doesNotMatch(stderr, /^en:/m)
  })
})
