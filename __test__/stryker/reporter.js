'use strict'

/** Outcomes as TAP, without the names of tests: Stryker's parser takes some of those that Node.js writes for syntax. */
module.exports = async function* report(events) {
  let count = 0
  for await (const { type } of events) {
    if (type === 'test:pass') yield `ok ${++count}\n`
    if (type === 'test:fail') yield `not ok ${++count}\n`
  }
  yield `1..${count}\n`
}
