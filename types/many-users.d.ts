import type { BeamsError } from './errors'

/** The outcome of a `publishToManyUsers` call. Each id that was read is counted once. */
export interface ManyUsersReport {
  /** The publishes that the service accepted, and how many users each was for. */
  publishes: { publishId: string; users: number }[]
  /** How many users were published to: the sum of `publishes`. */
  publishedCount: number
  /** How many duplicate ids were skipped. 0 with `dedupe: false`. */
  duplicateCount: number
  /** The users whose publish failed. `error.delivery` says whether they may have been notified all the same. */
  failures: { users: string[]; error: BeamsError }[]
}

/** The progress of a `publishToManyUsers` call. */
export interface ManyUsersProgress {
  /** How many users were published to so far. */
  publishedCount: number
  /** How many could not be published to so far. */
  failedCount: number
  /** How many ids had come before, so far. */
  duplicateCount: number
  /** The publish that has just been accepted. Absent where one has just failed. */
  publishId?: string | undefined
}
