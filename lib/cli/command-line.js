'use strict'

const { parseArgs } = require('node:util')
const { UsageError } = require('./exit-codes.js')
const { findNearestName } = require('./nearest-name.js')

/** Options that every command has. */
const COMMON_OPTIONS = { help: { type: 'boolean', short: 'h', help: 'show this text' } }

/** Likely names of options for secrets, which are rejected: `ps` shows arguments to all users, and shells store them. */
const SECRETS = {
  key: 'set BEAMS_SECRET_KEY, or pass --secret-key-file',
  'secret-key': 'set BEAMS_SECRET_KEY, or pass --secret-key-file',
  secret: 'set BEAMS_WEBHOOK_SECRET, or pass --secret-file',
}

/** Parses the options and positional arguments of a command. */
function parseCommandLine({ options, parameters = [] }, args) {
  const known = { ...options, ...COMMON_OPTIONS }
  const tokens = tokenize(args, known)
  // First of all, because the other errors may print a value, which could be a secret.
  for (const token of tokens) checkName(token, known)
  for (const token of tokens) checkToken(token, known)
  checkRepeated(tokens, known)
  const { values, positionals } = parseArgs({ args, options: known, allowPositionals: true })
  if (positionals.length > parameters.length) {
    throw new UsageError(`unexpected argument "${positionals.at(-1)}"`)
  }
  return { values, positionals }
}

function tokenize(args, options) {
  return parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true }).tokens
}

/** Rejects unknown options, secrets among them. */
function checkName({ kind, name, rawName }, known) {
  if (kind === 'option' && !Object.hasOwn(known, name)) throw createUnknownOptionError(name, rawName, known)
}

/** Rejects what `parseArgs` rejects, with texts that name a value's form, and values that cannot be right. */
function checkToken({ kind, name, rawName, value, inlineValue }, known) {
  // Node.js replaces invalid bytes, so that a user id would be another one.
  if (value?.includes('\ufffd')) throw new UsageError(`"${value}" is not valid UTF-8`)
  if (kind !== 'option') return
  const { type, value: form } = known[name]
  if (type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`)
  } else if (value === undefined) {
    throw new UsageError(`${rawName} requires a value: ${rawName} ${form}`)
  } else if (value === '') {
    throw new UsageError(`${rawName} must not be empty`)
  } else if (!inlineValue && value.length > 1 && value.startsWith('-')) {
    throw new UsageError(`${rawName} requires a value; if "${value}" is the value, write ${rawName}=${value}`)
  }
}

/** Rejects repeated options unless they are lists: `parseArgs` would use only the last. */
function checkRepeated(tokens, known) {
  const seen = new Set()
  for (const { kind, name, rawName } of tokens) {
    if (kind !== 'option') continue
    if (seen.has(name) && !known[name].multiple) throw new UsageError(`${rawName} must not be repeated`)
    seen.add(name)
  }
}

function createUnknownOptionError(name, rawName, known) {
  if (Object.hasOwn(SECRETS, name))
    return new UsageError(`secrets are not accepted as arguments (${rawName}): ${SECRETS[name]}`)
  const nearest = findNearestName(name, Object.keys(known))
  return new UsageError(`unknown option ${rawName}${nearest ? `; did you mean --${nearest}?` : ''}`)
}

/** The value of a numeric option, `undefined` if it is missing. The addon checks its range. */
function readNumber(values, name) {
  const text = values[name]
  if (text === undefined) return undefined
  const number = Number(text)
  if (text.trim() === '' || Number.isNaN(number)) throw new UsageError(`--${name} must be a number, not "${text}"`)
  return number
}

module.exports = { COMMON_OPTIONS, parseCommandLine, readNumber }
