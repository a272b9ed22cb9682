// The types that `beams-native/express` and `beams-native/fetch` share.

import type { WebhookEvent } from './webhooks'

/** The client that generates the tokens, of `beams-native` or of `beams-native/compat`. */
export interface TokenSource {
  generateToken(userId: string): string | { token: string }
}

/** Options of `authEndpoint`. */
export interface AuthEndpointOptions<Request> {
  /**
   * Returns the id of the user to whom the session, cookie or access token of a request belongs; `undefined`, `null` or `''` if
   * no user is logged in. Never take it from the query: any user could then receive the notifications of any other.
   *
   * It must be the string that you publish to: turn numbers into strings.
   */
  userId: (request: Request) => UserId | PromiseLike<UserId>
}

/** The result of {@link AuthEndpointOptions.userId}. */
export type UserId = string | null | undefined

/** Options of `webhookEndpoint`. */
export interface WebhookEndpointOptions {
  /**
   * The webhook's secret from the dashboard, or several of them, one of which must match, while you rotate it. Without one,
   * the response to each request is 500, and it is reported to {@link WebhookEndpointOptions.onError}.
   */
  secret: string | readonly string[]
  /**
   * Returns whether an event was received before. It must check and record the event in one atomic step, so that it returns
   * `false` for only one of two simultaneous requests. Events for which it returns `true` are not handled again.
   *
   * It runs before the response: if it rejects, the response is 500 and the service sends the event again. The service
   * waits for 3 seconds, and the endpoint for as long as it takes: set a time limit in the client of your database. By default,
   * the handlers run for each request.
   */
  seen?: ((event: WebhookEvent) => boolean | PromiseLike<boolean>) | undefined
  /**
   * Called with an error and its event if a handler throws, in which case the service does not send the event again; if `seen`
   * or `after` throws; and if the server is misconfigured, for example without a secret. Requests that are not signed by the
   * service are not reported.
   *
   * @default console.error
   */
  onError?: ((error: unknown, event?: WebhookEvent) => unknown) | undefined
  /**
   * Runs the handlers after the response. `run` never rejects. For platforms that stop a process once it has responded,
   * such as `after` of Next.js. A promise that it returns is awaited before the response.
   *
   * @default setImmediate
   */
  after?: ((run: () => Promise<void>) => unknown) | undefined
  /**
   * The maximum number of bytes in a body. The response to a larger one is 413. A body parser has a limit of its own.
   *
   * @default 1048576
   */
  maxBytes?: number | undefined
}

/** A handler for each type of event, each with the event in its type. Events without a handler are acknowledged. */
export type WebhookHandlersByType = {
  [Type in WebhookEvent['eventType']]?: ((event: Extract<WebhookEvent, { eventType: Type }>) => unknown) | undefined
}

/** Handlers by event type, or one handler for all events. */
export type WebhookHandlers = WebhookHandlersByType | ((event: WebhookEvent) => unknown)

/**
 * Creates a {@link WebhookEndpointOptions.seen} in the memory of this process. Several processes need a shared store.
 *
 * @param options.maxEvents The maximum number of events to remember; the oldest are dropped. 10 000 by default.
 */
export function seenInMemory(options?: { maxEvents?: number | undefined }): (event: WebhookEvent) => boolean
