/**
 * A client for unit tests: `fakeBeams` returns the real client with an in-memory service.
 *
 * @module beams-native/testing
 */

import type {
  BeamsDelivery,
  BeamsErrorCode,
  PublishRequestBase,
  PushNotifications,
  PushNotificationsOptions,
} from './index'

/**
 * Creates a client with an in-memory service. It opens no connection and never waits.
 *
 * Everything else is the real client: validation, limits, duplicates, tokens, `publishToManyUsers`, `signal`, `close`. A
 * publish that Beams is known to refuse (no platform, a `deep_link` that is not absolute, …) rejects with
 * `ERR_BEAMS_UNPROCESSABLE`. Rate limits, timeouts, `deadline` and retries have no effect.
 *
 * @param options The options of a client; `instanceId` and `secretKey` may be omitted.
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if an option is invalid.
 *
 * ### Example
 *
 * ```js
 * const beams = fakeBeams()
 * await beams.publishToUsers(['user-1'], { web: { notification: { title: 'Hello' } } })
 * console.log(beams.publishes()[0]?.users)
 *
 * beams.failNext({ code: 'ERR_BEAMS_TIMEOUT', delivery: 'unknown' })
 * await beams.deleteUser('user-1').catch((error) => console.log(error.code))
 * ```
 */
export declare function fakeBeams(options?: OptionalKeys): FakeBeams

/**
 * Creates a real client, or, if both `instanceId` and `secretKey` are unset or empty, one that checks notifications and
 * discards them. It then emits a warning. If only one of them is unset, it throws, as the constructor does.
 *
 * @param options The options of a client.
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if an option is invalid.
 *
 * ### Example
 *
 * ```js
 * const beams = beamsOrFake({ instanceId: process.env.BEAMS_INSTANCE_ID, secretKey: process.env.BEAMS_SECRET_KEY })
 * ```
 */
export declare function beamsOrFake(options: OptionalKeys): PushNotifications

/** The options of a client, all of them optional. */
export type OptionalKeys = { [Name in keyof PushNotificationsOptions]?: PushNotificationsOptions[Name] | undefined }

/** A client with an in-memory service. */
export interface FakeBeams extends PushNotifications {
  /** All calls since the last {@link FakeBeams.reset}, including rejected ones, oldest first. */
  readonly calls: FakeCall[]
  /**
   * The accepted publishes, oldest first, as the service would have received them: without duplicate targets, and parsed
   * from JSON. `publishToManyUsers` makes one for every 1 000 users.
   */
  publishes(): FakePublish[]
  /**
   * Makes the next request fail. Several failures are used in the order in which they were planned. The fake does not retry,
   * so the failure is the outcome of the call. A call with invalid arguments makes no request, and uses none.
   *
   * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if no request can fail like that.
   */
  failNext(failure: FakeFailure): void
  /** Clears calls, publishes and planned failures. */
  reset(): void
}

/** A recorded call. */
export type FakeCall = {
  [Method in FakeMethod]: {
    /** The name of the method. */
    method: Method
    /** The arguments themselves, not copies. */
    args: Parameters<PushNotifications[Method]>
    /** The value that it returned or resolved to. Absent while it is pending. */
    result?: Awaited<ReturnType<PushNotifications[Method]>> | undefined
    /** The error that it threw or rejected with. */
    error?: unknown
  }
}[FakeMethod]

/** The methods whose calls are recorded. */
export type FakeMethod = 'publishToInterests' | 'publishToUsers' | 'publishToManyUsers' | 'generateToken' | 'deleteUser'

/** An accepted publish. */
export interface FakePublish extends PublishRequestBase {
  /** The id that the call resolved to. Ids are numbered from 1. */
  publishId: string
  /** Its interests, if it was to interests. */
  interests?: string[] | undefined
  /** Its users, if it was to users. */
  users?: string[] | undefined
}

/** How a request fails: the code of its error, or the status of the response. */
export type FakeFailure = FakeFailureDetails &
  ({ code: FakeFailureCode } | { status: number; code?: FakeFailureCode | undefined })

/** Details of a failure. Omitted ones are derived from the others, as they are for real responses. */
export interface FakeFailureDetails {
  /**
   * Whether the request was processed. `'refused'` turns `ERR_BEAMS_SERVER` into a 503 of the service itself; `'not-sent'` is
   * for timeouts and connections.
   */
  delivery?: BeamsDelivery | undefined
  /** The status of the response. */
  status?: number | undefined
  /** The response's `Retry-After`, in seconds. */
  retryAfter?: number | undefined
}

/** The codes with which a request can fail. To test others, close the client or abort the signal. */
export type FakeFailureCode = Exclude<
  BeamsErrorCode,
  | 'ERR_BEAMS_CLOSED'
  | 'ERR_BEAMS_INTERRUPTED'
  | 'ERR_BEAMS_JOURNAL'
  | 'ERR_BEAMS_WEBHOOK_SIGNATURE'
  | 'ERR_BEAMS_WEBHOOK_PAYLOAD'
  | 'ERR_BEAMS_INTERNAL'
>
