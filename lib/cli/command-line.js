'use strict'

const { parseArgs } = require('node:util')
const { UsageError } = require('./exit-codes.js')
const { findNearestName } = require('./nearest-name.js')

/** Options that every command has. */
const COMMON_OPTIONS = { help: { type: 'boolean', short: 'h', help: 'show this text' } }

/** What people try in place of the environment. Arguments are shown by `ps`, to everybody, and stay in the shell's history. */
const SECRETS = {
  key: 'set BEAMS_SECRET_KEY, or pass --secret-key-file',
  'secret-key': 'set BEAMS_SECRET_KEY, or pass --secret-key-file',
  secret: 'set BEAMS_WEBHOOK_SECRET, or pass --secret-file',
}

/** The values of a command's options, and its other arguments. */
function parseCommandLine({ options, parameters = [] }, args) {
  const known = { ...options, ...COMMON_OPTIONS }
  checkOptionNames(args, known)
  const { values, positionals } = parseStrictly(args, known)
  if (positionals.length > parameters.length) {
    throw new UsageError(`there is no argument after ${['the options', ...parameters].at(-1)}: "${positionals.at(-1)}"`)
  }
  return { values, positionals }
}

/** Each option has to be known, and may be repeated only where that has a meaning: the first would be ignored. */
function checkOptionNames(args, known) {
  const { tokens } = parseArgs({ args, options: known, strict: false, allowPositionals: true, tokens: true })
  const seen = new Set()
  for (const { kind, name, rawName } of tokens) {
    if (kind !== 'option') continue
    if (!Object.hasOwn(known, name)) throw createUnknownOptionError(name, rawName, known)
    if (seen.has(name) && !known[name].multiple) throw new UsageError(`${rawName} is given twice`)
    seen.add(name)
  }
}

function createUnknownOptionError(name, rawName, known) {
  if (Object.hasOwn(SECRETS, name)) return new UsageError(`a secret is not passed as ${rawName}: ${SECRETS[name]}`)
  const nearest = findNearestName(name, Object.keys(known))
  return new UsageError(`there is no option ${rawName}${nearest ? `; did you mean --${nearest}?` : ''}`)
}

function parseStrictly(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error.message, { cause: error })
  }
}

/** The value of an option that takes a number, `undefined` where it is left out. Its range is for the addon to check. */
function readNumber(values, name) {
  const text = values[name]
  if (text === undefined) return undefined
  const number = Number(text)
  if (text.trim() === '' || Number.isNaN(number)) throw new UsageError(`--${name} must be a number, not "${text}"`)
  return number
}

module.exports = { COMMON_OPTIONS, parseCommandLine, readNumber }
