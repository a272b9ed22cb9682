'use strict'

// `npx beams-native` prints no secret, wherever it is passed by mistake.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { runCommand, createVariables } = require('./helpers/cli.js')

const key = 'Hunter2$Hunter2'
const env = { ...createVariables({ port: 1 }), BEAMS_SECRET_KEY: key, BEAMS_WEBHOOK_SECRET: 'hush-hush' }
const hello = ['--title', 'Hello', '--body', 'Hello, world!']

describe('the secret of the environment is not printed', { concurrency: 2 }, () => {
  for (const [what, args, expected, variables] of [
    ['as a command', [key], /unknown command "\[secret\]"/],
    [
      'as a parameter',
      ['token', 'user-1', `BEAMS_SECRET_KEY=${key}`],
      /unexpected argument "BEAMS_SECRET_KEY=\[secret\]"/,
    ],
    ['as a file', ['check', key], /cannot read \[secret\]: no such file/],
    ['of a webhook, as a file', ['check', 'hush-hush'], /cannot read \[secret\]: no such file/],
    ['as an endpoint, which is printed in lower case', ['doctor', '--no-publish', '--endpoint', 'HUNTER2HUNTER2.invalid'], /\[secret\]\.invalid/, { BEAMS_SECRET_KEY: 'HUNTER2HUNTER2' }], // prettier-ignore
    ['as JSON', ['publish', '--interest', 'a"b|c"d"e', ...hello, '--json'], /"message": "--interest \\"\[secret\]\\" /, { BEAMS_SECRET_KEY: 'a"b|c"d"e' }], // prettier-ignore
    ['with a line break at its end', ['check', key], /cannot read \[secret\]: no such file/, { BEAMS_SECRET_KEY: `${key}\n` }], // prettier-ignore
    ['where a long message is cut', ['token', 'x'.repeat(970), `${'x'.repeat(970)}${key}`], /x\[secret\]/],
  ]) {
    test(what, async (t) => {
      const { stdout, stderr } = await runCommand(t, args, { env: { ...env, ...variables } })
      assert.match(stdout + stderr, expected)
      assert.doesNotMatch(stdout + stderr, /hunter2|hush/i)
    })
  }
})

test('a short value of a variable is printed', async (t) => {
  const { stderr } = await runCommand(t, ['check', 'my-key'], { env: { BEAMS_SECRET_KEY: 'my-key' } })
  assert.equal(stderr, 'beams-native check: cannot read my-key: no such file\n')
})

for (const [option, args] of [
  ['--secret-key-file', ['token', 'user-1', '--instance-id', 'my-instance']],
  ['--secret-file', ['verify-webhook', '--signature', 'a']],
]) {
  for (const secret of ['hunter2', 'hunter2/hunter2', 'hunter2'.repeat(1000)]) {
    test(`a secret of ${secret.length} characters that is not in the environment is not printed if it is passed to ${option}`, async (t) => {
      const { code, stderr } = await runCommand(t, [...args, option, secret])
      assert.equal(code, 2)
      assert.match(stderr, /: (no such file|the name is too long); the option takes the path of a file/)
      assert.doesNotMatch(stderr, /hunter2/)
    })
  }
}
