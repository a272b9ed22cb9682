'use strict'

/** What the exit codes of all commands mean. A code means the same wherever it occurs, so that one script can read them all. */
const EXIT = {
  OK: 0,
  /** It failed, and certainly reached nobody: running it again is safe. */
  FAILED: 1,
  /** The command line, the configuration or an input is wrong. Nothing was done, and running it again would not help. */
  USAGE: 2,
  /** It failed, and somebody may have been notified all the same. */
  UNKNOWN: 3,
  /** The worst that `check` has found. */
  DEGRADED: 4,
  DROPPED: 5,
  REFUSED: 6,
  /** Stopped by a signal: 128 and its number, as in shells. */
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
}

/** The command line, the configuration or an input is wrong, and nothing was done. */
class UsageError extends Error {}

/** The exit code for an error with which a command ends. */
function exitCodeForError(error) {
  if (error instanceof UsageError) return EXIT.USAGE
  if (error.code === 'ERR_BEAMS_INVALID_ARGUMENT' && error.attempts === 0) return EXIT.USAGE
  return error.delivery === 'unknown' ? EXIT.UNKNOWN : EXIT.FAILED
}

module.exports = { EXIT, UsageError, exitCodeForError }
