'use strict'

// `npx beams-native`: one file a command, each loaded only when it is run, so that help and doctor work without the binary.

const { EXIT, UsageError, exitCodeForError } = require('./exit-codes.js')
const { describeError, errorToJson, ignoreStreamErrors, print, printJson, printNote } = require('./output.js')

const NAMES = ['campaign', 'publish', 'check', 'token', 'verify-webhook', 'doctor']

async function main(args) {
  ignoreStreamErrors()
  showWarningsAsLines()
  process.exitCode = await run(args)
}

/** Runs a command, and resolves to its exit code. */
async function run([name, ...args]) {
  let command = {}
  let parsed
  try {
    if (name === '--version' || name === 'version') return await end(print(require('../../package.json').version))
    if (name === undefined) return (printNote(formatOverview()), EXIT.USAGE)
    const isHelp = name === 'help' || name === '--help' || name === '-h'
    if (isHelp && args.length === 0) return await end(print(formatOverview()))

    command = findCommand(isHelp ? args[0] : name)
    parsed = isHelp ? { values: { help: true } } : parse(command, args)
    if (parsed.values.help) return await end(print(formatCommand(command)))
    return await command.run(parsed)
  } catch (error) {
    printNote(`beams-native${command.name ? ` ${command.name}` : ''}: ${describeError(error)}`)
    if (process.env.BEAMS_LOG === 'debug') printNote(error.stack)
    if (parsed?.values.json) await printJson({ error: errorToJson(error) }).catch(() => {})
    return exitCodeForError(error)
  }
}

async function end(printed) {
  await printed
  return EXIT.OK
}

function findCommand(name) {
  if (NAMES.includes(name)) return { name, ...require(`./${name}.js`) }
  const { findNearestName } = require('./nearest-name.js')
  const nearest = findNearestName(name, NAMES)
  const hint = nearest ? `did you mean ${nearest}?` : `the commands are ${NAMES.join(', ')}`
  throw new UsageError(`there is no command "${name}"; ${hint}`)
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

/** Node prints a warning with the id of the process, and an advice that is not about this program. */
function showWarningsAsLines() {
  if (process.listenerCount('warning') === 0) return
  process.removeAllListeners('warning')
  process.on('warning', ({ message }) => printNote(`beams-native: warning: ${message}`))
}

module.exports = { main }
