'use strict'

/** What a check of `doctor` has found: its name, a sentence, and what to do where something is wrong. */
const diagnosis = {
  ok: (name, message) => ({ name, status: 'ok', message }),
  skip: (name, message) => ({ name, status: 'skip', message }),
  warn: (name, message, advice) => ({ name, status: 'warn', message, advice }),
  fail: (name, message, advice) => ({ name, status: 'fail', message, advice }),
}

module.exports = diagnosis
