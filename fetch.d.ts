/**
 * The endpoints that client SDKs and webhooks need, as functions from a `Request` to a `Response`: for Next.js, Hono, Remix,
 * Bun and Deno.
 *
 * @module beams-native/fetch
 */

export * from './types/endpoints'

import type { AuthEndpointOptions, TokenSource, WebhookEndpointOptions, WebhookHandlers } from './types/endpoints'
import type { Request, Response } from './types/globals'

/** The members of a `Request` that are used. */
export interface FetchRequest {
  readonly method: string
  readonly url: string
  readonly headers: { get(name: string): string | null }
  readonly bodyUsed: boolean
  readonly body: { readonly locked: boolean; getReader(): unknown } | null
}

/** A function from a `Request` to a `Response`. */
export type FetchHandler<Incoming extends FetchRequest = Request> = (request: Incoming) => Promise<Response>

/**
 * The endpoint that the client SDKs ask for a token: `new TokenProvider({ url: '/beams-auth' })`.
 *
 * It compares the query's `user_id` with the session's user and responds with `{ token }`; with 401 if no user is logged
 * in, with 403 if `user_id` is another user's, with 400 if it is missing, and with 405 unless the method is GET or HEAD.
 * Responses are never cached. If `options.userId` throws, it rejects with that error.
 *
 * ### Example
 *
 * ```ts
 * export const GET = authEndpoint(beams, { userId: async () => (await getSession()).userId })
 * ```
 *
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if an argument is missing or has the wrong type.
 */
export function authEndpoint<Incoming extends FetchRequest = Request>(
  beams: TokenSource,
  options: AuthEndpointOptions<Incoming>,
): FetchHandler<Incoming>

/**
 * The endpoint that receives webhooks: it verifies the signature, responds with 204, and then calls the handlers.
 *
 * The response is 401 to a request that was not signed with the secret, 400 if it was, but is not a Beams event, 413 to a
 * body above `maxBytes`, 405 unless the method is POST, and 500 if the server is misconfigured, for example if the body has been
 * read already or without a secret. It never rejects.
 *
 * ### Example
 *
 * ```ts
 * export const POST = webhookEndpoint({ secret: process.env.BEAMS_WEBHOOK_SECRET!, after }, {
 *   'v1.UserNotificationOpen': ({ payload }) => console.log(payload.user_id),
 * })
 * ```
 *
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if a handler is not a function or not for an event type, or if an option
 * has the wrong type.
 */
export function webhookEndpoint(
  options: WebhookEndpointOptions,
  handlers: WebhookHandlers,
): <Incoming extends FetchRequest>(request: Incoming) => Promise<Response>
