'use strict'

// Users that are not read to their end are closed, as a loop would: a cursor or a connection may be behind them.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const os = require('node:os')
const { Readable } = require('node:stream')
const { payload, emulated, rejection } = require('./helpers/clients.js')

const oops = new Error('oops')
const unreadable = {
  get userId() {
    throw oops
  },
}

/** Users without end, and whether they were closed. */
const sources = {
  iterator(read) {
    let isClosed = false
    const users = {
      next: () => ({ value: read(), done: false }),
      return: () => ((isClosed = true), {}),
      [Symbol.iterator]: () => users,
    }
    return { users, isClosed: () => isClosed }
  },
  'async iterator'(read) {
    let isClosed = false
    const users = {
      next: async () => ({ value: read(), done: false }),
      return: async () => ((isClosed = true), {}),
      [Symbol.asyncIterator]: () => users,
    }
    return { users, isClosed: () => isClosed }
  },
  generator(read) {
    let isClosed = false
    function* generate() {
      try {
        for (;;) yield read()
      } finally {
        isClosed = true
      }
    }
    const users = generate()
    // A generator that was never started has nothing to close; it only ends.
    return { users, isClosed: () => isClosed || users.next().done }
  },
  stream(read) {
    const users = new Readable({ objectMode: true, read: () => users.push(read()) })
    return { users, isClosed: () => users.destroyed }
  },
}

for (const [name, create] of Object.entries(sources)) {
  describe(`the ${name} of a publishToManyUsers is closed`, () => {
    test('if reading a user throws', async (t) => {
      const { beams } = await emulated(t)
      const { users, isClosed } = create(() => unreadable)
      const error = await rejection(beams.publishToManyUsers(users, payload))
      assert.deepEqual([error.code, error.cause, isClosed()], ['ERR_BEAMS_INTERRUPTED', oops, true])
    })

    test('if reading a user throws after thousands that did not', async (t) => {
      const { beams } = await emulated(t)
      let count = 0
      const { users, isClosed } = create(() => (count++ < 4500 ? `user-${count}` : unreadable))
      const error = await rejection(beams.publishToManyUsers(users, payload))
      assert.deepEqual([error.code, error.cause, isClosed()], ['ERR_BEAMS_INTERRUPTED', oops, true])
      assert.equal(error.report.publishedCount + error.remaining.length, 4500)
    })

    for (const [reason, code, options, request] of [
      ['its signal was aborted before', 'ERR_BEAMS_INTERRUPTED', { signal: AbortSignal.abort(oops) }, payload],
      ['its journal cannot be opened', 'ERR_BEAMS_JOURNAL', { journal: os.tmpdir() }, payload],
      [
        'its payload is rejected',
        'ERR_BEAMS_INVALID_ARGUMENT',
        {},
        { web: { notification: { title: 'Hello', deep_link: '/inbox' } } },
      ],
    ]) {
      test(`if ${reason}`, async (t) => {
        const { beams } = await emulated(t, {}, { payloadChecks: 'reject' })
        const { users, isClosed } = create(() => assert.fail('no user is read'))
        const error = await rejection(beams.publishToManyUsers(users, request, options))
        assert.deepEqual([error.code, isClosed()], [code, true])
      })
    }
  })
}

for (const kind of [Symbol.iterator, Symbol.asyncIterator]) {
  test(`the iterator of a ${kind.description} is not closed if it throws itself, as in a loop`, async (t) => {
    const { beams } = await emulated(t)
    const iterator = {
      next: () => {
        throw oops
      },
      return: () => assert.fail('it has ended by throwing'),
    }
    const error = await rejection(beams.publishToManyUsers({ [kind]: () => iterator }, payload))
    assert.deepEqual([error.code, error.cause], ['ERR_BEAMS_INTERRUPTED', oops])
  })
}
