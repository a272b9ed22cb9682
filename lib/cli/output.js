'use strict'

// What commands print: results on stdout, all else on stderr.

const { inspect, stripVTControlCharacters } = require('node:util')

const counts = new Intl.NumberFormat('en')

/**
 * Readers such as `head` close a pipe early, which must neither end a campaign nor print a stack. Other errors reach those who
 * await {@link print}.
 */
function ignoreStreamErrors() {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/**
 * Writes a line to stdout. Resolves as well if nobody reads it any more. If it cannot be written, on a full disk, whoever would
 * have read it does not know what became of the command.
 */
function print(text) {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => {
      if (!error || error.code === 'EPIPE') return resolve()
      const failure = new Error(`the result cannot be written: ${error.message}`, { cause: error })
      reject(Object.assign(failure, { delivery: 'unknown' }))
    })
  })
}

function printJson(value) {
  return print(JSON.stringify(value, null, 2))
}

/** Writes a line to stderr. */
function printNote(text) {
  process.stderr.write(`${text}\n`)
}

/**
 * Text from elsewhere, such as a response's, in one line: a line break or an escape sequence in it could pass for output of
 * this program.
 */
function toOneLine(text) {
  return (
    stripVTControlCharacters(String(text))
      // eslint-disable-next-line no-control-regex
      .replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .trim()
  )
}

/** An error in one line, with what programs know it by. */
function describeError({ message, code, delivery }) {
  const details = [code, delivery].filter(Boolean)
  return toOneLine(details.length > 0 ? `${message} (${details.join(', ')})` : message)
}

/** An error for `--json`. Its report is printed beside it. */
function errorToJson(error) {
  const { report: _report, remaining: _remaining, ...details } = error
  return { message: error.message, ...details }
}

/** Colours text, unless the stream is no terminal or its user wants none (`NO_COLOR`, `TERM=dumb`). */
function paint(stream, color, text) {
  if (!stream.isTTY || !stream.hasColors()) return text
  const [start, end] = inspect.colors[color]
  return `\u001b[${start}m${text}\u001b[${end}m`
}

/** A number with its thousands separated. */
function formatCount(count) {
  return counts.format(count)
}

/** `1 user`, `2 users`. */
function formatQuantity(count, noun) {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

module.exports = {
  formatQuantity,
  describeError,
  errorToJson,
  formatCount,
  ignoreStreamErrors,
  paint,
  print,
  printJson,
  printNote,
  toOneLine,
}
