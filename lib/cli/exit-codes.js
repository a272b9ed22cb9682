'use strict'

/** The exit codes of all commands. A code has the same meaning in each of them. */
const EXIT = {
  OK: 0,
  /** It failed, and nobody was notified: running it again is safe. */
  FAILED: 1,
  /** The command line, the configuration or an input is invalid. Nothing was sent, and running it again would not help. */
  USAGE: 2,
  /** It failed, and users may have been notified. */
  UNKNOWN: 3,
  /** The worst severity that `check` has found. */
  DEGRADED: 4,
  DROPPED: 5,
  REFUSED: 6,
  /** Stopped by a signal: 128 plus its number, as in shells. */
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
}

/** An invalid command line, configuration or input. Nothing was sent. */
class UsageError extends Error {}

/** The exit code of a command that ends with an error. */
function exitCodeForError(error) {
  if (error instanceof UsageError) return EXIT.USAGE
  if (error.code === 'ERR_BEAMS_INVALID_ARGUMENT' && error.attempts === 0) return EXIT.USAGE
  return error.delivery === 'unknown' ? EXIT.UNKNOWN : EXIT.FAILED
}

module.exports = { EXIT, UsageError, exitCodeForError }
