'use strict'

// The users of a bulk publish as the caller passes them: an iterable, an async iterable or a stream.

const { createArgumentError, describeValue } = require('./errors.js')

/** The users and the method that opens their iterator, which is looked up once, as `for await` does. */
function readSource(users) {
  if (users === undefined || users === null) throw createArgumentError('users argument is required')
  if (typeof users === 'object') {
    const openAsync = users[Symbol.asyncIterator] ?? undefined
    const open = openAsync ?? users[Symbol.iterator]
    if (typeof open === 'function') return { users, open, isAsync: openAsync !== undefined }
  }
  throw createArgumentError('users argument must be an array, an iterable or an async iterable')
}

/** Returns what an iterator's `next()` has returned. Throws as a loop does if it is not an object. */
function checkIteratorResult(result) {
  if (!isObjectOrFunction(result)) throw new TypeError(`Iterator result ${describeValue(result)} is not an object`)
  return result
}

function isObjectOrFunction(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Closes an iterator without waiting for what `return()` may promise. */
async function closeSync(iterator) {
  try {
    await iterator.return?.()
  } catch {
    // The reason for stopping is already recorded; errors while closing are ignored.
  }
}

/** A stream that waits for data does not end by `return()` alone, which queues behind the read. */
async function closeAsync(users, iterator) {
  try {
    if (typeof users.destroy === 'function' && typeof users.pipe === 'function') users.destroy()
  } finally {
    await iterator?.return?.()
  }
}

/** Closes users that will not be read: a stream, or an iterator that the caller has opened. */
async function closeUnread({ users }) {
  try {
    await closeAsync(users, typeof users.next === 'function' ? users : undefined)
  } catch {
    // The reason for stopping is already recorded; errors while closing are ignored.
  }
}

module.exports = { checkIteratorResult, closeAsync, closeSync, closeUnread, isObjectOrFunction, readSource }
