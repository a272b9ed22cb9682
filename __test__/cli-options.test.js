'use strict'

// A wrong value of any option: the error names the option as it was passed, nothing is sent, and the exit code is 2.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { runCommand, writeFiles } = require('./helpers/cli.js')
const { parseCommandLine } = require('../lib/cli/command-line.js')
const { UsageError } = require('../lib/cli/exit-codes.js')

const env = {
  BEAMS_INSTANCE_ID: 'my-instance',
  BEAMS_SECRET_KEY: 'hunter2',
  BEAMS_ENDPOINT: '127.0.0.1:1',
  BEAMS_WEBHOOK_SECRET: 'hunter2',
}
const request = { web: { notification: { title: 'Sale', body: 'Today only' } } }
const files = {
  'array.json': '[]',
  'empty.txt': '\n',
  'latin1.txt': Buffer.of(0xe9, 0x0a),
  'lines.txt': 'one\ntwo\n',
  'request.json': JSON.stringify(request),
  'users.txt': 'ada\n',
}

/** Valid arguments of each command: its options and its parameter. */
const commands = {
  campaign: [{ users: 'users.txt', request: 'request.json' }],
  publish: [{ user: 'ada', request: 'request.json' }],
  check: [{}, 'request.json'],
  token: [{}, 'ada'],
  'verify-webhook': [{ signature: 'a' }, 'request.json'],
  doctor: [{}],
}

const text = ['--title', 'Sale', '--body', 'Today only']
const list = (count, option) => Array.from({ length: count }, (_, index) => [option, `x${index}`]).flat()

const SECRETS = new Set(['secret-file', 'secret-key-file'])

const unreadable = (option) => [
  ...['none', 'users.txt/none'].map((file) => [
    [`--${option}`, file],
    SECRETS.has(option)
      ? `cannot read --${option}: no such file; the option takes the path of a file that contains only the secret`
      : `cannot read --${option} ${file}: no such file`,
  ]),
  [[`--${option}`, '.'], `cannot read --${option} .: it is a directory`],
  [[`--${option}`, 'latin1.txt'], `--${option} latin1.txt is not valid UTF-8`],
]
const invalidRequests = (option, prefix = '') => [
  [[`--${option}`, `${prefix}lines.txt`], `--${option} lines.txt is not valid JSON: `],
  [[`--${option}`, `${prefix}array.json`], `--${option} array.json must contain a JSON object with apns, fcm or web`],
]

/** Wrong values of each option, with the beginning of the error. */
const wrong = {
  concurrency: [
    [['--concurrency', 'x'], '--concurrency must be a number, not "x"'],
    [['--concurrency', '0'], '--concurrency must be an integer from 1 to 1000'],
    [['--concurrency', '1.5'], '--concurrency must be an integer from 1 to 1000'],
    [['--concurrency=-1'], '--concurrency must be an integer from 1 to 1000'],
  ],
  dotenv: unreadable('dotenv'),
  endpoint: [[['--endpoint', 'a b'], '--endpoint must be a host name, or a full URL']],
  format: [[['--format', 'csv'], '--format must be one of ids, tsv, jsonl, not "csv"']],
  'instance-id': [[['--instance-id', 'a/b'], "--instance-id must be the instance's id from the dashboard"]],
  interest: [
    [['--interest', 'a|b'], '--interest "a|b" contains a forbidden character'],
    [['--interest', 'x'.repeat(165)], `--interest ${'x'.repeat(165)} is longer than the maximum of 164`],
    [['--interest', 'x'.repeat(2000)], `--interest ${'x'.repeat(900)}`],
    [list(101, '--interest'), 'the number of --interest options (101) exceeds maximum of 100.'],
  ],
  journal: [
    [['--journal', 'none/journal'], 'cannot use --journal none/journal: its folder does not exist'],
    [['--journal', 'users.txt/journal'], 'cannot use --journal users.txt/journal: its folder is a file'],
    [['--journal', '.'], 'cannot use --journal .: it is a directory'],
    [['--journal', 'users.txt'], /^--journal \S+users\.txt is a file of another kind, and was not changed; choose/],
    [['--journal', '/dev/null'], '--journal /dev/null is not a regular file'],
  ],
  link: [
    [[...text, '--link', '/inbox'], '--link is relative: write an absolute URL (ERR'],
    [[...text, '--link', 'http://'], '--link is not a valid URL: empty host'],
  ],
  'max-requests-per-second': [
    [['--max-requests-per-second', 'x'], '--max-requests-per-second must be a number, not "x"'],
    [['--max-requests-per-second', '0'], '--max-requests-per-second must be a number from 0.001 up'],
  ],
  request: [...unreadable('request'), ...invalidRequests('request')],
  requests: [
    [['--requests', 'en.json'], '--requests must have the form en=en.json, not "en.json"'],
    [['--requests', 'en=none'], 'cannot read --requests none: no such file'],
    [['--requests', 'en=.'], 'cannot read --requests .: it is a directory'],
    ...invalidRequests('requests', 'en='),
  ],
  'secret-file': [...unreadable('secret-file'), [['--secret-file', 'empty.txt'], '--secret-file empty.txt is empty']],
  'secret-key-file': [
    ...unreadable('secret-key-file'),
    [['--secret-key-file', 'empty.txt'], '--secret-key-file empty.txt is empty'],
    [['--secret-key-file', 'lines.txt'], '--secret-key-file has a character that an HTTP header cannot hold'],
  ],
  targets: [[['--targets', 'everybody'], "--targets must be 'interests' or 'users'"]],
  user: [
    [['--user', 'x'.repeat(165)], `--user ${'x'.repeat(165)} is longer than the maximum of 164`],
    [list(1001, '--user'), 'the number of --user options (1001) exceeds maximum of 1000. The command campaign takes'],
  ],
  users: [
    ...unreadable('users'),
    [['--users', 'users.txt', '--format', 'jsonl'], '--users users.txt, line 1: it is not valid JSON: '],
  ],
}

/** The valid options that exclude an option. */
const excluded = { interest: ['user'], link: ['request'], requests: ['request'] }

const definitions = Object.fromEntries(Object.keys(commands).map((name) => [name, require(`../lib/cli/${name}.js`)]))

/** The arguments of a command: wrong ones for an option, valid ones otherwise. */
function complete(name, option, args) {
  const [valid, ...parameters] = commands[name]
  const others = Object.keys(valid).filter((other) => other !== option && !excluded[option]?.includes(other))
  return [name, ...parameters, ...others.flatMap((other) => [`--${other}`, valid[other]]), ...args]
}

for (const [name, { options }] of Object.entries(definitions)) {
  describe(`${name} names the option that has a wrong value:`, { concurrency: 2 }, () => {
    for (const option of Object.keys(wrong).filter((wrongOption) => wrongOption in options)) {
      for (const [args, expected] of wrong[option]) {
        const what = args.join(' ')
        test(what.length > 100 ? `${what.slice(0, 100)}…` : what, async (t) => {
          const cwd = writeFiles(t, files)
          const { code, stdout, stderr } = await runCommand(t, complete(name, option, args), { cwd, env })
          const isDiagnosis = name === 'doctor' && /^fail /m.test(stdout)
          assert.equal(code, isDiagnosis ? 1 : 2, stdout + stderr)
          if (!isDiagnosis) assert.equal(stdout, '')
          const pattern = isDiagnosis ? /^fail {2}configuration {2}(.+)$/m : /^beams-native \S+: (.{1,1200})\n$/
          const [, error] = pattern.exec(isDiagnosis ? stdout : stderr) ?? assert.fail(stdout + stderr)
          if (expected instanceof RegExp) assert.match(error, expected)
          else assert.equal(error.slice(0, expected.length), expected)
          assert.doesNotMatch(error, /hunter2|os error/)
        })
      }
    }
  })

  describe(`${name} names the option`, () => {
    const rejects = (args, message) =>
      assert.throws(() => parseCommandLine(definitions[name], args), { constructor: UsageError, message })

    for (const [option, { type, value }] of Object.entries(options)) {
      if (type === 'boolean') {
        test(`--${option}, which takes no value`, () => rejects([`--${option}=yes`], `--${option} takes no value`))
        continue
      }
      test(`--${option} whose value is missing, empty, another option or invalid UTF-8`, () => {
        rejects([`--${option}`], `--${option} requires a value: --${option} ${value}`)
        rejects([`--${option}`, ''], `--${option} must not be empty`)
        rejects([`--${option}=`], `--${option} must not be empty`)
        rejects([`--${option}`, '-x'], `--${option} requires a value; if "-x" is the value, write --${option}=-x`)
        rejects([`--${option}`, 'a\ufffd'], '"a\ufffd" is not valid UTF-8')
      })
    }
  })
}

describe('the environment variable that has a wrong value is named:', { concurrency: 2 }, () => {
  for (const [variables, expected] of [
    [{ BEAMS_INSTANCE_ID: 'a/b' }, "BEAMS_INSTANCE_ID must be the instance's id"],
    [{ BEAMS_SECRET_KEY: 'a\nb' }, 'BEAMS_SECRET_KEY has a character that an HTTP header cannot hold'],
    [{ BEAMS_ENDPOINT: 'a b' }, 'BEAMS_ENDPOINT must be a host name'],
    [{ HTTP_PROXY: 'ftp://a', BEAMS_ENDPOINT: 'http://beams.test' }, 'the environment variable HTTP_PROXY must hold'],
  ]) {
    for (const name of ['publish', 'campaign']) {
      test(`${Object.keys(variables)[0]}, by ${name}`, async (t) => {
        const options = { cwd: writeFiles(t, files), env: { ...env, ...variables } }
        const { code, stdout, stderr } = await runCommand(t, complete(name, undefined, []), options)
        assert.equal(code, 2)
        assert.ok((stdout + stderr).includes(`: ${expected}`), stdout + stderr)
      })
    }
  }
})

test('a user id of a token that is too long, empty or invalid UTF-8 is refused', { concurrency: 2 }, async (t) => {
  for (const [id, expected] of [
    ['x'.repeat(165), 'the user id is longer than the maximum length of 164'],
    ['x'.repeat(100_000), 'the user id is longer than the maximum length of 164'],
    ['', 'the user id cannot be the empty string'],
    ['a\ufffd', '"a\ufffd" is not valid UTF-8'],
  ]) {
    const { code, stdout, stderr } = await runCommand(t, ['token', id], { env })
    assert.deepEqual([code, stdout], [2, ''])
    assert.ok(stderr.startsWith(`beams-native token: ${expected}`), stderr)
  }
})

test('stdin that is a directory is refused', { skip: process.platform === 'win32' }, async (t) => {
  const folder = fs.openSync(__dirname)
  t.after(() => fs.closeSync(folder))
  for (const args of [
    ['check', '-'],
    ['campaign', '--users', '-', ...text],
    ['publish', '--user', 'ada', '--request', '-'],
    ['doctor', '--secret-key-file', '-'],
  ]) {
    const { code, stderr } = await runCommand(t, args, { env, stdio: [folder, 'pipe', 'pipe'] })
    assert.deepEqual([code, stderr], [2, `beams-native ${args[0]}: cannot read stdin: it is a directory\n`])
  }
})
