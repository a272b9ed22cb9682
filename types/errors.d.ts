import type { ManyUsersReport } from './many-users'
import type { PayloadFinding } from './payload-checks'

/**
 * What went wrong with a call, and whether the request was processed. Every error of this package is one.
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
  /** `'BeamsError'`; `'Error'` for errors of `beams-native/compat`. */
  name: 'BeamsError' | 'Error'
  /** What went wrong, for programs. */
  code: BeamsErrorCode
  /**
   * Whether the request was processed. The service has no idempotency keys, so a second publish may notify users twice:
   *
   * - `'not-sent'`: no server has received the complete request. Sending it again is safe.
   * - `'refused'`: the service itself rejected the request: a 4xx, or a 503 with the service's own JSON body. Sending it
   *   again is safe.
   * - `'unknown'`: any other failure, such as a timeout, or a 503 from a load balancer. The request may have been processed.
   *
   * Of `deleteUser`, it says whether the user may have been deleted; repeating a deletion is always safe. Functions that make
   * no request, such as `generateToken` and `verifyWebhook`, fail with `'not-sent'`.
   */
  delivery: BeamsDelivery
  /** How many requests were made. 0 if the arguments were invalid. */
  attempts: number
  /** The HTTP status. Present if there was a response. */
  status?: number | undefined
  /** The `error` of the response body, such as `'Unauthorized'`. Present if the body has one. */
  error?: string | undefined
  /** The `description` of the response body, such as `'Incorrect Secret Key'`. Present if the body has one. */
  description?: string | undefined
  /** The response's `Retry-After`, in seconds. Present if the response has one. */
  retryAfter?: number | undefined
  /**
   * The underlying error, if there is one: a {@link BeamsErrorCause}. If your own code threw it (a getter, an iterable,
   * `onProgress`, the reason of a signal), it is the same value, unchanged, which need not be an error.
   */
  cause?: unknown
  /** Why nothing would be shown. Present if `payloadChecks: 'reject'` has rejected the payload. */
  findings?: PayloadFinding[] | undefined
  /** The report so far. Present if `publishToManyUsers` was stopped early. */
  report?: ManyUsersReport | undefined
  /** The users that were read but not sent. Present if `publishToManyUsers` was stopped early. */
  remaining?: string[] | undefined
}

/** The properties that the {@link BeamsError} constructor takes besides the message, for tests of your own. */
export type BeamsErrorDetails = Pick<BeamsError, 'code' | 'delivery' | 'attempts'> &
  Partial<Pick<BeamsError, 'status' | 'error' | 'description' | 'retryAfter' | 'findings' | 'report' | 'remaining'>> & {
    cause?: unknown
  }

/** The `cause` of a failed connection or journal, for a type assertion: `(error.cause as BeamsErrorCause).code`. */
export interface BeamsErrorCause extends Error {
  /** Node's code, such as `'ECONNREFUSED'`. */
  code?: string | undefined
}

/** See {@link BeamsError.delivery}. */
export type BeamsDelivery = 'not-sent' | 'refused' | 'unknown'

/**
 * The codes of a {@link BeamsError}.
 *
 * | code | when |
 * |---|---|
 * | `ERR_BEAMS_INVALID_ARGUMENT` | an argument or option breaks a documented rule, or the service responded 400 or another 4xx |
 * | `ERR_BEAMS_UNAUTHORIZED` | 401 or 403: the secret key is not this instance's |
 * | `ERR_BEAMS_PAYMENT_REQUIRED` | 402: the plan's limit is exceeded |
 * | `ERR_BEAMS_NOT_FOUND` | 404: there is no such instance |
 * | `ERR_BEAMS_UNPROCESSABLE` | 422: the payload does not match the service's schema |
 * | `ERR_BEAMS_RATE_LIMITED` | 429: too many requests |
 * | `ERR_BEAMS_SERVER` | 5xx: the service failed |
 * | `ERR_BEAMS_BAD_RESPONSE` | an invalid response: a redirect, or 2xx without a publish id |
 * | `ERR_BEAMS_TIMEOUT` | `connectTimeout`, `timeout` or `deadline` was reached |
 * | `ERR_BEAMS_CONNECTION` | the connection could not be established, or was lost |
 * | `ERR_BEAMS_CLOSED` | the client was closed before the call, or before it was complete |
 * | `ERR_BEAMS_INTERRUPTED` | `publishToManyUsers` was stopped: `signal` was aborted, or reading the users or `onProgress` threw (see `cause`) |
 * | `ERR_BEAMS_JOURNAL` | the `journal` cannot be used: it is locked, belongs to other requests, or the disk failed (see `cause`) |
 * | `ERR_BEAMS_WEBHOOK_SIGNATURE` | a webhook was not signed with the secret |
 * | `ERR_BEAMS_WEBHOOK_PAYLOAD` | a webhook was signed with the secret, but is not a Beams event |
 * | `ERR_BEAMS_INTERNAL` | a bug in this package (please report it), or a patched `Promise.prototype.then` that threw (see `cause`) |
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
  | 'ERR_BEAMS_JOURNAL'
  | 'ERR_BEAMS_WEBHOOK_SIGNATURE'
  | 'ERR_BEAMS_WEBHOOK_PAYLOAD'
  | 'ERR_BEAMS_INTERNAL'
