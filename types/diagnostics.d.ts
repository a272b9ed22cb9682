import type { BeamsDelivery, BeamsErrorCode } from './errors'
import type { PayloadFinding } from './payload-checks'
import type { PublishResponse } from './publish'

/**
 * The message of the [tracing channel](https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel)
 * `beams-native:request`: one call. The events `start`, `end`, `error`, `asyncStart` and `asyncEnd` have the same object; its
 * members about the outcome are set from `error` or `asyncStart` on. It never contains the payload, the users or the key.
 */
export interface BeamsRequestMessage {
  /** Which method was called. */
  operation: 'publishToInterests' | 'publishToUsers' | 'publishToManyUsers' | 'deleteUser'
  /**
   * How many targets it has. Absent at the start of a `publishToManyUsers` that reads its users from an iterable, and if the arguments
   * could not be read.
   */
  targets?: number | undefined
  /** The client's instance. */
  instanceId: string
  /** The host that requests are sent to. */
  serverAddress: string
  /** The port that requests are sent to. */
  serverPort: number
  /** The HTTP method of its requests. */
  method: 'POST' | 'DELETE'
  /** The URL of its requests. In that of a deletion, `REDACTED` stands for the user id. */
  url: string
  /** When the call started, in milliseconds since the epoch. */
  startTime: number
  /** How long the call took, in milliseconds. Present when it has ended, like all that follow. */
  duration?: number | undefined
  /** How many requests were made. Absent if a signal was aborted before the call. */
  attempts?: number | undefined
  /** Each request that was made, in the order in which they started: the first 10 000 of a `publishToManyUsers`. */
  requests?: BeamsRequestTrace[] | undefined
  /** The HTTP status of the last response. Absent if there was none. */
  status?: number | undefined
  /** A copy of what the call resolves to. Absent from a deletion and a `publishToManyUsers`. */
  result?: PublishResponse | undefined
  /** A summary of the error, without user ids. Present if the call failed; empty if it was aborted by a reason without a name. */
  error?: BeamsErrorSummary | undefined
}

/** One request of a call. */
export interface BeamsRequestTrace {
  /** 1 for the first attempt, 2 for the first retry, and so on. `publishToManyUsers` counts the attempts of each chunk. */
  attempt: number
  /** When it started, in milliseconds since the epoch. */
  startTime: number
  /** How long it took, in milliseconds: from having a permit to the last byte of the response, or to the failure. */
  duration: number
  /** The HTTP status. Absent if there was no response. */
  status?: number | undefined
  /** The code of the error; `ABORT_ERR` if the call was aborted in the meantime. Absent if the request was accepted. */
  errorCode?: BeamsErrorCode | 'ABORT_ERR' | undefined
}

/** A summary of an error. If a signal aborted the call, it has only the `name` of the reason. */
export interface BeamsErrorSummary {
  name?: string | undefined
  code?: BeamsErrorCode | undefined
  delivery?: BeamsDelivery | undefined
  status?: number | undefined
}

/**
 * The message of the diagnostics channel `beams-native:payload`: the findings for a payload. There is one for each payload of a
 * call that has findings, hints included. See {@link PushNotificationsOptions.payloadChecks}.
 */
export interface BeamsPayloadMessage {
  /** The client's instance. */
  instanceId: string
  /** Which method was called. */
  operation: 'publishToInterests' | 'publishToUsers' | 'publishToManyUsers'
  /** The findings, the worst first. They contain no value of the payload. */
  findings: PayloadFinding[]
}
