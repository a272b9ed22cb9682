'use strict'

// `npx beams-native`: one file per command. The addon is loaded only by commands that need it, so that help and doctor work
// without a binary.

const { EXIT, UsageError, exitCodeForError } = require('./exit-codes.js')
const { nameOption } = require('./option-names.js')
const {
  describeError,
  errorToJson,
  formatStack,
  ignoreStreamErrors,
  print,
  printJson,
  printNote,
  toOneLine,
} = require('./output.js')

const HELP = new Set(['help', '--help', '-h'])
const NAMES = ['campaign', 'publish', 'check', 'token', 'verify-webhook', 'doctor']

async function main(args) {
  ignoreStreamErrors()
  showWarningsAsLines()
  // If a promise never settles, the process ends with this exit code.
  process.exitCode = EXIT.FAILED
  process.exitCode = await run(args)
}

/** Runs a command line, and resolves to the exit code. */
async function run([name, ...args]) {
  let command
  let isJson = false
  try {
    if (name === undefined) return showUsage()
    if (name === '--version') return await show(require('../../package.json').version)
    if (HELP.has(name)) return await show(args.length === 0 ? formatOverview() : formatCommand(findCommand(args[0])))

    command = findCommand(name)
    const parsed = parse(command, args)
    isJson = parsed.values.json === true
    return parsed.values.help ? await show(formatCommand(command)) : await command.run(parsed)
  } catch (error) {
    return reportError(command, isJson, nameOption(error))
  }
}

async function show(text) {
  await print(text)
  return EXIT.OK
}

/** A missing command is a usage error. */
function showUsage() {
  printNote(formatOverview())
  return EXIT.USAGE
}

async function reportError(command, isJson, error) {
  printNote(`beams-native${command ? ` ${command.name}` : ''}: ${describeError(error)}`)
  if (process.env.BEAMS_LOG === 'debug') printNote(formatStack(error))
  if (isJson) await printJson({ error: errorToJson(error) }).catch(() => {})
  return exitCodeForError(error)
}

function findCommand(name) {
  if (NAMES.includes(name)) return { name, ...require(`./${name}.js`) }
  const { findNearestName } = require('./nearest-name.js')
  const nearest = findNearestName(name, NAMES)
  const hint = nearest ? `did you mean ${nearest}?` : `the commands are ${NAMES.join(', ')}`
  throw new UsageError(`unknown command "${name}"; ${hint}`)
}

function parse(command, args) {
  const { parseCommandLine } = require('./command-line.js')
  try {
    return parseCommandLine(command, args)
  } catch (error) {
    if (error instanceof UsageError) error.message += ` (see npx beams-native ${command.name} --help)`
    throw error
  }
}

function formatCommand(command) {
  return require('./help.js').formatCommandHelp(command.name, command)
}

function formatOverview() {
  return require('./help.js').formatHelp(Object.fromEntries(NAMES.map((name) => [name, require(`./${name}.js`)])))
}

/** Prints warnings on one line, without the process id and the hint on `--trace-warnings` that Node.js adds. */
function showWarningsAsLines() {
  if (process.listenerCount('warning') === 0) return
  process.removeAllListeners('warning')
  process.on('warning', ({ message }) => printNote(`beams-native: warning: ${toOneLine(message)}`))
}

module.exports = { main }
