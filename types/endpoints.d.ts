// What `beams-native/express` and `beams-native/fetch` have in common.

import type { WebhookEvent } from './webhooks'

/** What makes the tokens: a client of `beams-native` or of `beams-native/compat`. */
export interface TokenSource {
  generateToken(userId: string): string | { token: string }
}

/** Options of `authEndpoint`. */
export interface AuthEndpointOptions<Request> {
  /**
   * The id of the user whom the session, the cookie or the access token of a request belongs to; `undefined`, `null` or `''`
   * if nobody is logged in. Never take it from the query: everybody could then receive everybody's notifications.
   *
   * It must be the string that you publish to: turn numbers into strings.
   */
  userId: (request: Request) => UserId | PromiseLike<UserId>
}

/** What {@link AuthEndpointOptions.userId} returns. */
export type UserId = string | null | undefined

/** Options of `webhookEndpoint`. */
export interface WebhookEndpointOptions {
  /**
   * The webhook's secret from the dashboard, or several of them, one of which must match, while you rotate it. Without one,
   * the response to each request is 500, and it is reported to {@link WebhookEndpointOptions.onError}.
   */
  secret: string | readonly string[]
  /**
   * Whether an event was received before. It must remember the event in the same step, so that of two requests at the same
   * time only one gets `false`. Events for which it returns `true` are not handled again.
   *
   * It runs before the response: if it rejects, the response is 500 and the service sends the event again. The service
   * waits for 3 seconds. By default, the handlers run for each request.
   */
  seen?: ((event: WebhookEvent) => boolean | PromiseLike<boolean>) | undefined
  /**
   * Called with what a handler threw and its event, which the service will not send again; with what `seen` or `after`
   * threw; and with mistakes in the server's set-up, such as a secret that is not set. Requests that are not signed by the
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
   * How many bytes the body may have. The response to a larger one is 413. A body parser has a limit of its own.
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
 * A {@link WebhookEndpointOptions.seen} in the memory of this process. Several processes need a store that they share.
 *
 * @param options.maxEvents How many events are remembered; the oldest make room. 10 000 by default.
 */
export function seenInMemory(options?: { maxEvents?: number | undefined }): (event: WebhookEvent) => boolean
