'use strict'

// Reads the users of a campaign from a file or stdin, one per line.

const fs = require('node:fs')
const { UsageError } = require('./exit-codes.js')
const { createDecoder, createEncodingError, createReadError, nameInput } = require('./input.js')

/** Bounds the memory for a file that is not a list of lines. */
const MAX_LINE_LENGTH = 1 << 20

/** The parsers of a line: a user id, or an id with a request. */
const FORMATS = {
  ids: parseId,
  tsv: parseColumns,
  jsonl: parseObject,
}

/**
 * Opens the list of users in a file, or stdin if its name is `-`. A regular file is parsed once in advance, to count the users
 * and to reject an invalid line before anything is sent.
 */
async function openUsers(file, format, names) {
  if (!Object.hasOwn(FORMATS, format)) {
    throw new UsageError(`--format must be one of ${Object.keys(FORMATS).join(', ')}, not "${format}"`)
  }
  const readFrom = (stream) => readBatches(stream, file, (line) => FORMATS[format](line, names))
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
async function* readBatches(stream, file, parse) {
  let number = 0
  const take = (line) => {
    number++
    const text = line.endsWith('\r') ? line.slice(0, -1) : line
    if (text.trim() === '') return []
    try {
      return [parse(text)]
    } catch (error) {
      throw new UsageError(`${nameInput(file)}, line ${number}: ${error.message}`, { cause: error })
    }
  }
  let rest = ''
  for await (const text of decode(stream, file)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    if (rest.length > MAX_LINE_LENGTH) throw new UsageError(`${nameInput(file)} is not a list with one user per line`)
    yield lines.flatMap(take)
  }
  yield take(rest)
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

/** Any text is a user id, so JSON Lines would be published to users that do not exist. */
function parseId(line) {
  if (/^\{.*\}$/.test(line)) throw new Error('it looks like JSON; pass --format jsonl')
  return line
}

/** Parses `user-1<tab>de`. Without a name, the user gets the default request. */
function parseColumns(line, names) {
  const tab = line.lastIndexOf('\t')
  return tab < 0 ? line : createEntry(line.slice(0, tab), line.slice(tab + 1), names)
}

/** Parses `"user-1"`, `{ "userId": "user-1", "request": "de" }` or `{ "userId": "user-1", "publishRequest": { … } }`. */
function parseObject(line, names) {
  const entry = JSON.parse(line)
  if (typeof entry === 'string') return entry
  const { userId, request, publishRequest } = entry ?? {}
  if (typeof userId !== 'string') throw new Error('userId must be a string')
  return publishRequest === undefined ? createEntry(userId, request, names) : { userId, publishRequest }
}

function createEntry(userId, request, names) {
  if (request === undefined || names.includes(request)) return { userId, request }
  if (names.length === 0) throw new Error('unknown request name; --requests defines the names')
  throw new Error(`unknown request name "${request}"; the names are ${names.join(', ')}`)
}

module.exports = { FORMATS, openUsers }
