import type { BeamsError } from './errors'

/** What became of the users of one `publishToManyUsers`. Each id that was read is counted once. */
export interface ManyUsersReport {
  /** The publishes that the service accepted, and how many users each was for. */
  publishes: { publishId: string; users: number }[]
  /** How many users were published to: the sum of `publishes`. */
  publishedCount: number
  /** How many ids had come before, and were left out. 0 with `dedupe: false`. */
  duplicateCount: number
  /** The users that were not published to, or not for certain: `error.delivery` tells, and so whether to try again. */
  failures: { users: string[]; error: BeamsError }[]
}

/** How far a `publishToManyUsers` has come. */
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
