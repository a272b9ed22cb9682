'use strict'

// A string that is far too long is refused by its length, before anything copies it or looks at its characters.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { runProgram } = require('./helpers/run-program.js')
const { names } = require('./programs/long-strings.js')

/** `JSON.stringify` and V8 make some copies of a payload, at a byte a character; one in UTF-16 would be two more. */
const STRINGIFIED = 3

describe('a string of 500 MiB is refused without being copied', { concurrency: 2 }, () => {
  for (const name of names) {
    test(`as ${name}`, async () => {
      const { stdout, stderr, signal } = await runProgram('long-strings.js', [name])
      assert.deepEqual([stderr, signal], ['', null])
      const { code, copies } = JSON.parse(stdout)
      assert.match(code, /^ERR_BEAMS_(INVALID_ARGUMENT|WEBHOOK_SIGNATURE)$/)
      assert.ok(copies < (name.startsWith('payload') ? STRINGIFIED : 0.5), `${copies} copies`)
    })
  }
})
