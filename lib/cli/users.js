'use strict'

// Reads the users of a campaign from a file or stdin, one per line.

const { ChangedInputError, UsageError } = require('./exit-codes.js')
const { Fingerprint } = require('./fingerprint.js')
const { checkInput, createDecoder, createEncodingError, createReadError, nameInput, openInput } = require('./input.js')
const { printNote } = require('./output.js')

const OPTION = 'users'

/** Control characters and byte order marks, which UTF-16, line breaks of one CR or joined files put into a line. */
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u001f\u007f\ufeff]/

/** White space around an id is layout. Tabs are excluded, because they separate columns. */
const SURROUNDING_SPACE = /^\p{Zs}+|(?<!\p{Zs})\p{Zs}+$/gu

/** Usual names of the first column of exported tables. */
const HEADER = /^"?((user|customer|external)[ _-]?)?(ids?|uuid|users?|name|email)"?\s*($|[,;])/i

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
 * and to reject an invalid line before anything is sent. If the file is changed afterwards, reading its users throws.
 */
async function openUsers(file, format, names) {
  if (!Object.hasOwn(FORMATS, format)) {
    throw new UsageError(`--format must be one of ${Object.keys(FORMATS).join(', ')}, not "${format}"`)
  }
  const hint = createHint(file, format)
  const readFrom = (stream) =>
    readBatches(stream, file, (line, number) => {
      hint(line, number)
      return FORMATS[format](line, names)
    })
  const isRegular = await checkInput(file, OPTION)
  if (!isRegular) {
    const stream = openInput(file)
    return createUsers(stream, readFrom(stream))
  }
  const fingerprint = new Fingerprint()
  let total = 0
  for await (const users of readFrom(fingerprint.record(openInput(file)))) total += users.length
  const stream = openInput(file)
  return createUsers(stream, readFrom(fingerprint.verify(stream, () => createChangeError(file))), total)
}

function createChangeError(file) {
  return new ChangedInputError(
    `${nameInput(file, OPTION)} was changed during the campaign, which has stopped: only users of the validated list were published to`,
  )
}

/** Returns a function that prints a hint at the first line that looks like CSV: any text may be an id, so it is not refused. */
function createHint(file, format) {
  let isPending = format !== 'jsonl'
  return (line, number) => {
    const reason = isPending && describeCsv(line, number)
    if (!reason) return
    isPending = false
    printNote(`beams-native campaign: warning: ${nameInput(file, OPTION)}, line ${number}: ${reason}`)
  }
}

function describeCsv(line, number) {
  if (number === 1 && HEADER.test(line)) return 'it looks like a table header, but is used as a user id'
  return line.includes(',') && 'it has a comma, but is used as one user id; a list has one id per line'
}

function createUsers(stream, batches, total) {
  return { users: flatten(batches), total, close: () => stream.destroy() }
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
      return [parse(text, number)]
    } catch (error) {
      throw new UsageError(`${nameInput(file, OPTION)}, line ${number}: ${error.message}`, { cause: error })
    }
  }
  let rest = ''
  for await (const text of decode(stream, file)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    if (rest.length > MAX_LINE_LENGTH)
      throw new UsageError(`${nameInput(file, OPTION)} is not a list with one user per line`)
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
    if (error instanceof ChangedInputError) throw error
    throw error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
      ? createEncodingError(file, OPTION, error)
      : createReadError(file, OPTION, error)
  }
}

/** Any text is a user id, so a list of another format would be published to users that do not exist. */
function parseId(text) {
  const line = text.replaceAll(SURROUNDING_SPACE, '')
  if (line.includes('\t')) {
    throw new Error(
      'it has a tab; if a request name follows it, pass --requests, and if it is part of the id, use --format jsonl',
    )
  }
  if (/^\s*(\{.*\}|\[.*\]|".*")\s*$/.test(line)) throw new Error('it looks like JSON; pass --format jsonl')
  const [invisible] = INVISIBLE.exec(line) ?? []
  if (invisible !== undefined) {
    const name = `U+${invisible.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`
    throw new Error(`it has the invisible character ${name}; is the list UTF-8, with LF or CRLF line breaks?`)
  }
  return line
}

/** Parses `user-1<tab>de`. Without a name, the user gets the default request. */
function parseColumns(line, names) {
  const [userId, name, ...others] = line.split('\t')
  if (others.length > 0) {
    throw new Error(`it has ${others.length + 2} columns instead of two, the user id and the name of a request`)
  }
  return name === undefined
    ? parseId(userId)
    : createEntry(parseId(userId), name.replaceAll(SURROUNDING_SPACE, ''), names)
}

const MEMBERS = ['userId', 'request', 'publishRequest']

/** Parses `"user-1"`, `{ "userId": "user-1", "request": "de" }` or `{ "userId": "user-1", "publishRequest": { … } }`. */
function parseObject(line, names) {
  const entry = parseJson(line)
  if (typeof entry === 'string') return entry
  const { userId, request, publishRequest } = entry ?? {}
  if (typeof userId !== 'string') throw new Error('userId must be a string')
  const unknown = Object.keys(entry).find((name) => !MEMBERS.includes(name))
  if (unknown !== undefined) {
    throw new Error(`unknown member ${JSON.stringify(unknown)}; the members are ${MEMBERS.join(', ')}`)
  }
  if (request !== undefined && publishRequest !== undefined) throw new Error('it has both request and publishRequest')
  return publishRequest === undefined ? createEntry(userId, request, names) : { userId, publishRequest }
}

function parseJson(line) {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new Error(`it is not valid JSON: ${error.message}`, { cause: error })
  }
}

function createEntry(userId, request, names) {
  if (request === undefined || names.includes(request)) return { userId, request }
  if (names.length === 0) throw new Error('unknown request name; --requests defines the names')
  throw new Error(`unknown request name "${request}"; the names are ${names.join(', ')}`)
}

module.exports = { FORMATS, openUsers }
