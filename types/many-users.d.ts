import type { BeamsError } from './errors'
import type { PublishRequest } from './publish'

/**
 * A user of a `publishToManyUsers` call: an id, or an id with a request.
 *
 * An id alone gets the call's request. With several `requests`, it gets the one named `default`. If there
 * is none, it gets the only one; if there is more than one, the user is reported in `failures`.
 */
export type UserEntry<Name extends string = string> = string | UserWithNamedRequest<Name> | UserWithOwnRequest

/** Users in an array, an iterable or an async iterable. */
export type UserEntries<Name extends string = string> =
  UserArray<Name> | Iterable<UserEntry<Name>> | AsyncIterable<UserEntry<Name>>

/** An array, with a type of its own so that compilers report a mistake where it is in the array. */
interface UserArray<Name extends string> extends Iterable<UserEntry<Name>> {
  readonly length: number
  readonly [index: number]: UserEntry<Name>
}

/** A user and the name of one of the call's `requests`. */
export interface UserWithNamedRequest<Name extends string = string> {
  /** The id of the user. */
  readonly userId: string
  /** The name of the request. If it is missing, the user gets the same request as an id alone. */
  readonly request?: Name | undefined
  readonly publishRequest?: undefined
}

/** A user and a request of their own, which is a separate publish. */
export interface UserWithOwnRequest {
  /** The id of the user. */
  readonly userId: string
  /** The request. It is serialized when the user is read, so the object can be changed and reused afterwards. */
  readonly publishRequest: PublishRequest
  readonly request?: undefined
}

/** The named requests of a `publishToManyUsers` call, such as one for each language. */
export interface NamedRequests<Name extends string = string> {
  /**
   * The requests by their names. They are serialized before the first user is read. A publish request alone is the same as
   * `{ requests: { default: publishRequest } }`. Other members beside `requests` are refused.
   */
  readonly requests: { readonly [name in Name]: PublishRequest }
}

/**
 * The type of the names that users have, `Given`: one of the names of the call's `requests`, `Name`. A `string`, whose value is
 * known only when the program runs, is accepted, too.
 */
export type RequestName<Given extends string, Name extends string> = string extends Given ? Given : NotInferred<Name>

/** Keeps a misspelt `request` of a user from being inferred as a name. */
type NotInferred<Name extends string> = [Name][Name extends string ? 0 : never]

/**
 * The outcome of a `publishToManyUsers` call: each id that the call has read is counted once. With a `journal`, `publishes` and
 * `publishedCount` are about this call alone.
 *
 * The report of `readCampaignJournal` is about all users in the journal, over all calls: it counts users in `publishedCount` that
 * the report of a resumed call counts in `resumedCount`, and its `resumedCount` and `duplicateCount` are 0.
 */
export interface ManyUsersReport {
  /** The publishes that the service accepted, and how many users each was for. */
  publishes: { publishId: string; users: number }[]
  /** How many users were published to: the sum of `publishes`. */
  publishedCount: number
  /** How many users were skipped because they were published to before, according to the `journal`. 0 without one. */
  resumedCount: number
  /** How many ids were skipped because they had come before, be it without a valid request. 0 with `dedupe: false`. */
  duplicateCount: number
  /** The users whose publish failed, or who have no valid request. `error.delivery` says whether they may have been notified. */
  failures: { users: string[]; error: BeamsError }[]
}

/**
 * The progress of a `publishToManyUsers` call after a request. A call that needs no request, because all of its users were published
 * to before, reports none.
 */
export interface ManyUsersProgress {
  /** How many users were published to so far. */
  publishedCount: number
  /** How many could not be published to so far. */
  failedCount: number
  /** How many were skipped so far because they were published to before, according to the `journal`. */
  resumedCount: number
  /** How many duplicate ids were skipped so far. */
  duplicateCount: number
  /** The publish that has just been accepted. Absent where one has just failed. */
  publishId?: string | undefined
}
