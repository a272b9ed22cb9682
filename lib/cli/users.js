'use strict'

// Reads the users of a campaign from a file or stdin, one per line.

const fs = require('node:fs')
const { UsageError } = require('./exit-codes.js')
const { createDecoder, createEncodingError, createReadError, nameInput } = require('./input.js')

/** Bounds the memory for a file that is not a list of lines. */
const MAX_LINE_LENGTH = 1 << 20

/**
 * Opens the list of users in a file, or stdin if its name is `-`. A regular file is parsed once in advance, to count the users
 * and to reject an invalid line before anything is sent.
 */
async function openUsers(file) {
  const readFrom = (stream) => readBatches(stream, file)
  if (file === '-') return createUsers(process.stdin, readFrom)
  let total
  if (await isRegularFile(file)) {
    total = 0
    for await (const users of readFrom(fs.createReadStream(file))) total += users.length
  }
  return createUsers(fs.createReadStream(file), readFrom, total)
}

async function isRegularFile(file) {
  try {
    return (await fs.promises.stat(file)).isFile()
  } catch (error) {
    throw createReadError(file, error)
  }
}

function createUsers(stream, readFrom, total) {
  return { users: flatten(readFrom(stream)), total, close: () => stream.destroy() }
}

async function* flatten(batches) {
  for await (const batch of batches) yield* batch
}

/** Yields the users of each chunk of a stream. Blank lines are skipped, and CRLF is accepted. */
async function* readBatches(stream, file) {
  let rest = ''
  for await (const text of decode(stream, file)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    if (rest.length > MAX_LINE_LENGTH) throw new UsageError(`${nameInput(file)} is not a list with one user per line`)
    yield takeIds(lines)
  }
  yield takeIds([rest])
}

function takeIds(lines) {
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)).filter((line) => line.trim() !== '')
}

async function* decode(stream, file) {
  const decoder = createDecoder()
  try {
    for await (const chunk of stream) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  } catch (error) {
    throw error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
      ? createEncodingError(file, error)
      : createReadError(file, error)
  }
}

module.exports = { openUsers }
