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
  checkOptionNames(args, known)
  const { values, positionals } = parseStrictly(args, known)
  if (positionals.length > parameters.length) {
    throw new UsageError(`unexpected argument "${positionals.at(-1)}"`)
  }
  return { values, positionals }
}

/** Rejects unknown options, and repeated ones unless they are lists: `parseArgs` would use only the last. */
function checkOptionNames(args, known) {
  const { tokens } = parseArgs({ args, options: known, strict: false, allowPositionals: true, tokens: true })
  const seen = new Set()
  for (const { kind, name, rawName } of tokens) {
    if (kind !== 'option') continue
    if (!Object.hasOwn(known, name)) throw createUnknownOptionError(name, rawName, known)
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

function parseStrictly(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error.message, { cause: error })
  }
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
