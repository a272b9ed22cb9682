/** When payloads are checked, and what follows; see {@link PushNotificationsOptions.payloadChecks}. */
export type PayloadChecks = 'off' | 'warn' | 'reject'

/** What a client is doing at the moment. */
export interface ClientStats {
  /** How many calls have not ended, whatever they wait for. A `publishToManyUsers` is one. */
  calls: number
  /** How many requests have started and not ended. */
  requestsInFlight: number
  /**
   * How many requests wait to start: for `maxRequestsPerSecond`, for `maxConcurrentRequests`, or for the end of a pause. A call
   * that waits before it repeats its request has none.
   */
  requestsWaiting: number
  /** Until when no request starts, because the service has responded with 429. Absent if it has not. */
  pausedUntil?: Date | undefined
}
