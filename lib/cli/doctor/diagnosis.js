'use strict'

/** The result of a check: its name, a message, and advice if there is a problem. */
const diagnosis = {
  ok: (name, message) => ({ name, status: 'ok', message }),
  skip: (name, message) => ({ name, status: 'skip', message }),
  warn: (name, message, advice) => ({ name, status: 'warn', message, advice }),
  fail: (name, message, advice) => ({ name, status: 'fail', message, advice }),
}

module.exports = diagnosis
