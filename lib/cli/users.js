'use strict'

// The users of a campaign: a file or stdin with an id on each line.

const fs = require('node:fs')
const { UsageError } = require('./exit-codes.js')
const { createDecoder, createEncodingError, createReadError, nameInput } = require('./input.js')

/** No id is nearly as long. Without a bound, a file of another kind would be read into memory as one line. */
const MAX_LINE_LENGTH = 1 << 16

/**
 * The users of a file, or of stdin where its name is `-`. The whole of a regular file is checked first, so that one with a fault
 * in its last line stops a campaign before its first; that is also how their `total` is known.
 */
async function openUsers(file) {
  if (file === '-') return createUsers(process.stdin, file)
  let total
  if (await isRegularFile(file)) {
    total = 0
    for await (const lines of readBatches(fs.createReadStream(file), file)) total += lines.length
  }
  return createUsers(fs.createReadStream(file), file, total)
}

async function isRegularFile(file) {
  try {
    return (await fs.promises.stat(file)).isFile()
  } catch (error) {
    throw createReadError(file, error)
  }
}

function createUsers(stream, file, total) {
  return { ids: readIds(stream, file), total, close: () => stream.destroy() }
}

async function* readIds(stream, file) {
  for await (const lines of readBatches(stream, file)) yield* lines
}

/** The lines of each chunk that are not blank, without `\r`: a file may come from Windows. */
async function* readBatches(stream, file) {
  let rest = ''
  for await (const text of decode(stream, file)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    if (rest.length > MAX_LINE_LENGTH) throw new UsageError(`${nameInput(file)} has no id on each line`)
    yield takeIds(lines)
  }
  yield takeIds([rest])
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

function takeIds(lines) {
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)).filter((line) => line.trim() !== '')
}

module.exports = { openUsers }
