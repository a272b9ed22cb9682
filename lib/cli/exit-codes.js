'use strict'

/** The exit codes of all commands. A code has the same meaning in each of them. */
const EXIT = {
  OK: 0,
  /** It failed, and nobody was notified: running it again is safe. Also if the service refused it. */
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

/** An input was changed while it was used. */
class ChangedInputError extends Error {}

/** A signal stopped the command. `delivery` is that of its request. */
class InterruptedError extends Error {
  constructor(signal, delivery, message) {
    super(`stopped by ${signal}: ${message}`)
    this.signal = signal
    this.delivery = delivery
  }
}

/** The exit code of a command that ends with an error. */
function exitCodeForError(error) {
  if (isUsageError(error)) return EXIT.USAGE
  if (error instanceof InterruptedError) return EXIT[error.signal]
  return error.delivery === 'unknown' ? EXIT.UNKNOWN : EXIT.FAILED
}

/** Whether the cause is an invalid argument, configuration or input. The code alone may also stand for a response of the service. */
function isUsageError(error) {
  return error instanceof UsageError || (error.code === 'ERR_BEAMS_INVALID_ARGUMENT' && error.status === undefined)
}

module.exports = { ChangedInputError, EXIT, InterruptedError, UsageError, exitCodeForError, isUsageError }
