/** Whether payloads are checked, and the effect of findings; see {@link PushNotificationsOptions.payloadChecks}. */
export type PayloadChecks = 'off' | 'warn' | 'reject'

/**
 * A logger: `console`, or one of pino, winston and the like. A pino logger is called with `(fields, message)`, any other with
 * `(message, fields)`. If it fails, the call goes on, and a process warning says so once.
 */
export interface BeamsLogger {
  debug(...args: any[]): unknown
  warn(...args: any[]): unknown
  error(...args: any[]): unknown
}

/** Counts of a client's calls and requests at the moment. */
export interface ClientStats {
  /** How many calls have not ended. A `publishToManyUsers` counts as one. */
  calls: number
  /** How many requests have started and not ended. */
  requestsInFlight: number
  /**
   * How many requests wait to start: for `maxRequestsPerSecond`, for `maxConcurrentRequests`, or for the end of a pause. A call
   * that waits for a retry is not counted.
   */
  requestsWaiting: number
  /** The end of the pause that a 429 has started: no request starts before. Absent if there is no pause. */
  pausedUntil?: Date | undefined
}
