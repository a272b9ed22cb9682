'use strict'

const CODES = new Set(['ERR_BEAMS_INVALID_ARGUMENT', 'ERR_BEAMS_JOURNAL'])

/** How the shell names what the addon's errors begin with. */
const NAMES = {
  concurrency: '--concurrency',
  interest: '--interest',
  maxRequestsPerSecond: '--max-requests-per-second',
  'message.body': '--body',
  'message.link': '--link',
  'message.title': '--title',
  targets: '--targets',
  user: '--user',
  userId: 'the user id',
}

/** Texts for programs, and their replacements for the shell. */
const REWORDINGS = [
  [/^the journal /, '--journal '],
  [/ \(os error \d+\)$/, ''],
  [/, or give message\.baseUrl$/, ''],
  [/^Number of (interest|user)s /, 'the number of --$1 options '],
  [/ publishToManyUsers takes any number of them\.$/, ' The command campaign takes any number of users.'],
]

/**
 * Names the option in the message of an error of the addon, which names the argument of a program. `sources` has the option or
 * variable that each setting was read from. Returns the error.
 */
function nameOption(error, sources = {}) {
  if (!CODES.has(error.code)) return error
  const message = REWORDINGS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), error.message)
  error.message = message.replace(/^"?([\w.]+)"?(?= )/, (text, name) => sources[name] ?? NAMES[name] ?? text)
  return error
}

module.exports = { nameOption }
