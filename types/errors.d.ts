import type { ManyUsersReport } from './many-users'

/**
 * What went wrong with a call, and what became of the request. Every error of this package is one.
 *
 * ```js
 * try {
 *   await beams.publishToInterests(['hello'], request)
 * } catch (error) {
 *   if (error instanceof BeamsError && error.delivery !== 'unknown') queue.retryLater(request)
 *   else throw error
 * }
 * ```
 */
export class BeamsError extends Error {
  constructor(message: string, details: BeamsErrorDetails)
  /** Always `'BeamsError'`. */
  name: 'BeamsError'
  /** What went wrong, for programs. */
  code: BeamsErrorCode
  /**
   * What became of the request. The service has no idempotency key, so sending a publish again can notify somebody twice:
   *
   * - `'not-sent'`: no server has it, since it never left this process, or not to its end. Sending it again is safe.
   * - `'refused'`: the service itself answered that it did not take it: a 4xx, or a 503 with the service's own JSON. Sending it
   *   again is safe.
   * - `'unknown'`: everything else, such as a 503 from something in between. It may or may not have been processed.
   */
  delivery: BeamsDelivery
  /** How often it was tried. 0 where the arguments were refused. */
  attempts: number
  /** The HTTP status. Present where the service answered. */
  status?: number | undefined
  /** The service's own short title, such as `'Unauthorized'`. Present where its answer held one. */
  error?: string | undefined
  /** The service's own explanation, such as `'Incorrect Secret Key'`. Present where its answer held one. */
  description?: string | undefined
  /** How many seconds the service asked to wait. Present where it did. */
  retryAfter?: number | undefined
  /** The error beneath, with Node's own `code` (`'ECONNREFUSED'`, …) where it has one. Present where there is one. */
  cause?: unknown
  /** What had become of the users by then. Present where `publishToManyUsers` was stopped before the end. */
  report?: ManyUsersReport | undefined
  /** The users that were read and not sent. Present where `publishToManyUsers` was stopped before the end. */
  remaining?: string[] | undefined
}

/** The properties of a {@link BeamsError} beside its message, as its constructor takes them: for tests of your own. */
export type BeamsErrorDetails = Pick<BeamsError, 'code' | 'delivery' | 'attempts'> &
  Partial<Pick<BeamsError, 'status' | 'error' | 'description' | 'retryAfter' | 'cause' | 'report' | 'remaining'>>

/** See {@link BeamsError.delivery}. */
export type BeamsDelivery = 'not-sent' | 'refused' | 'unknown'

/**
 * | code | when |
 * |---|---|
 * | `ERR_BEAMS_INVALID_ARGUMENT` | an argument or option breaks a documented rule, or the service answered 400 or another 4xx |
 * | `ERR_BEAMS_UNAUTHORIZED` | 401 or 403: the secret key is not this instance's |
 * | `ERR_BEAMS_PAYMENT_REQUIRED` | 402: the plan's limit is exceeded |
 * | `ERR_BEAMS_NOT_FOUND` | 404: there is no such instance |
 * | `ERR_BEAMS_UNPROCESSABLE` | 422: the payload does not fit the service's schema |
 * | `ERR_BEAMS_RATE_LIMITED` | 429: too many requests |
 * | `ERR_BEAMS_SERVER` | 5xx: the service failed |
 * | `ERR_BEAMS_BAD_RESPONSE` | an invalid response: a redirect, or 2xx without a publish id |
 * | `ERR_BEAMS_TIMEOUT` | `connectTimeout`, `timeout` or `deadline` was reached |
 * | `ERR_BEAMS_CONNECTION` | no connection could be made, or it broke |
 * | `ERR_BEAMS_CLOSED` | the client was closed before the call, or before `publishToManyUsers` came to its end |
 * | `ERR_BEAMS_INTERRUPTED` | `publishToManyUsers` was stopped: `signal` was aborted, or reading the users or `onProgress` threw (see `cause`) |
 * | `ERR_BEAMS_WEBHOOK_SIGNATURE` | a webhook was not signed with the secret |
 * | `ERR_BEAMS_WEBHOOK_PAYLOAD` | a webhook was signed with the secret, but is not a Beams event |
 * | `ERR_BEAMS_INTERNAL` | a defect of this package: please report it |
 */
export type BeamsErrorCode =
  | 'ERR_BEAMS_INVALID_ARGUMENT'
  | 'ERR_BEAMS_UNAUTHORIZED'
  | 'ERR_BEAMS_PAYMENT_REQUIRED'
  | 'ERR_BEAMS_NOT_FOUND'
  | 'ERR_BEAMS_UNPROCESSABLE'
  | 'ERR_BEAMS_RATE_LIMITED'
  | 'ERR_BEAMS_SERVER'
  | 'ERR_BEAMS_BAD_RESPONSE'
  | 'ERR_BEAMS_TIMEOUT'
  | 'ERR_BEAMS_CONNECTION'
  | 'ERR_BEAMS_CLOSED'
  | 'ERR_BEAMS_INTERRUPTED'
  | 'ERR_BEAMS_WEBHOOK_SIGNATURE'
  | 'ERR_BEAMS_WEBHOOK_PAYLOAD'
  | 'ERR_BEAMS_INTERNAL'
