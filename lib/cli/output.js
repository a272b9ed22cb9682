'use strict'

// Output of the commands: results on stdout, everything else on stderr.

const { inspect, stripVTControlCharacters } = require('node:util')

const counts = new Intl.NumberFormat('en')

/** A message may quote an invalid value of any length. */
const MAX_MESSAGE_LENGTH = 1000

/** The variables whose values are never printed. */
const SECRET_VARIABLES = ['BEAMS_SECRET_KEY', 'BEAMS_WEBHOOK_SECRET']

/** Shorter values, as for the emulator, also occur in other words. */
const MIN_SECRET_LENGTH = 8

/** A reader such as `head` closes the pipe early, which must neither stop a campaign nor print a stack. {@link print} rejects. */
function ignoreStreamErrors() {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

const WRITE_ERRORS = {
  EDQUOT: 'the disk quota is exceeded',
  ENOSPC: 'no space left on the device',
  EPIPE: 'its reader has closed the pipe',
}

/** The result cannot be written to stdout. */
class OutputError extends Error {
  constructor(cause, delivery) {
    super(`the result cannot be written: ${WRITE_ERRORS[cause.code] ?? cause.message}`, { cause })
    if (delivery !== undefined) this.delivery = delivery
  }
}

/**
 * Writes a line to stdout. Rejects with an {@link OutputError} if it cannot be written, also because the reader has closed the
 * pipe. After a publish, `delivery` is `'unknown'`: without the result, its caller does not know what was published.
 */
function print(text, delivery) {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => {
      if (!error) resolve()
      else reject(new OutputError(error, delivery))
    })
  })
}

/** `JSON.stringify` does not escape U+007F to U+009F; U+009B begins a terminal escape sequence. */
function printJson(value, delivery) {
  return print(escapeInLines(JSON.stringify(value, null, 2)), delivery)
}

/** Writes a line to stderr. */
function printNote(text) {
  process.stderr.write(`${redactSecrets(text)}\n`)
}

/** Replaces the secrets of the environment, which may have been passed as an argument by mistake and are quoted in an error. */
function redactSecrets(text) {
  const secrets = SECRET_VARIABLES.map((name) => process.env[name]?.trim() ?? '')
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    // JSON escapes quotes and backslashes.
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    // The longest first, because one may begin with another.
    .sort((one, other) => other.length - one.length)
    .map((secret) => secret.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
  // Without regard to case, because host names are printed in lower case.
  return secrets.length === 0 ? text : text.replaceAll(new RegExp(secrets.join('|'), 'gi'), '[secret]')
}

/** Escapes the control characters of text from other sources, so that it cannot control the terminal. */
function escapeControls(text) {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** {@link escapeControls} for text of several lines. */
function escapeInLines(text) {
  return text.split('\n').map(escapeControls).join('\n')
}

/**
 * Text from other sources, such as a response, on one line. Line breaks and escape sequences are removed, because they could
 * forge output of this program.
 */
function toOneLine(text) {
  return (
    stripVTControlCharacters(String(text))
      // eslint-disable-next-line no-control-regex
      .replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .trim()
  )
}

/** An error on one line, with its code and delivery. */
function describeError({ message, code, delivery }) {
  const details = [code, delivery].filter(Boolean)
  // First, because a part of a secret would not be found.
  const redacted = redactSecrets(message)
  const text = redacted.length > MAX_MESSAGE_LENGTH ? `${redacted.slice(0, MAX_MESSAGE_LENGTH)}…` : redacted
  return toOneLine(details.length > 0 ? `${text} (${details.join(', ')})` : text)
}

/** The frames of an error's stack, without its message, which may have line breaks. */
function formatStack({ stack }) {
  const frames = String(stack)
    .split('\n')
    .filter((line) => line.startsWith('    at '))
  return escapeInLines(frames.join('\n'))
}

/** An error for `--json`, without its report, which is printed separately. */
function errorToJson(error) {
  const { report: _report, remaining: _remaining, ...details } = error
  return { message: redactSecrets(error.message), ...details }
}

/** Colours text if the stream is a terminal with colours, unless `NO_COLOR` or `TERM=dumb` disables them. */
function paint(stream, color, text) {
  if (!stream.isTTY || !stream.hasColors()) return text
  const [start, end] = inspect.colors[color]
  return `\u001b[${start}m${text}\u001b[${end}m`
}

/** A number with thousands separators. */
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
  escapeControls,
  formatCount,
  formatStack,
  ignoreStreamErrors,
  paint,
  print,
  printJson,
  printNote,
  redactSecrets,
  toOneLine,
}
