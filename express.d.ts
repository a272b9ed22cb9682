/**
 * The endpoints that client SDKs and webhooks need, for Express 4 and 5, Connect and plain `node:http`.
 *
 * @module beams-native/express
 */

export * from './types/endpoints'

import type { AuthEndpointOptions, TokenSource, WebhookEndpointOptions, WebhookHandlers } from './types/endpoints'

/** A request of `node:http`, or of a framework that extends it. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined }
  on(event: string, listener: (...args: any[]) => void): unknown
}

/** A response of `node:http`, or of a framework that extends it. */
export interface NodeResponse {
  readonly headersSent: boolean
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(...body: any[]): unknown
}

/** A handler for `app.get`, `app.post`, `app.use` or `http.createServer`. It never rejects. */
export type NodeHandler<Request extends NodeRequest = NodeRequest> = (
  request: Request,
  response: NodeResponse,
  next?: (error?: any) => void,
) => Promise<void>

/**
 * The endpoint that the client SDKs ask for a token: `new TokenProvider({ url: '/beams-auth' })`.
 *
 * It compares the query's `user_id` with the session's user and responds with `{ token }`; with 401 if no user is logged
 * in, with 403 if `user_id` is another user's, with 400 if it is missing, and with 405 unless the method is GET or HEAD.
 * Responses are never cached. If `options.userId` throws, the error goes to `next`; without a `next`,
 * it is logged and the response is 500.
 *
 * ### Example
 *
 * ```ts
 * app.get('/beams-auth', authEndpoint(beams, { userId: (request: Request) => request.session.userId }))
 * ```
 *
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if an argument is missing or has the wrong type.
 */
export function authEndpoint<Request extends NodeRequest = NodeRequest>(
  beams: TokenSource,
  options: AuthEndpointOptions<Request>,
): NodeHandler<Request>

/**
 * The endpoint that receives webhooks: it verifies the signature, responds with 204, and then calls the handlers.
 *
 * It reads the raw body itself, or takes `request.rawBody` or `request.body` if a body parser has kept it there as a
 * `Buffer` or a string. The response is 401 to a request that was not signed with the secret, 400 if it was, but is not a
 * Beams event, 413 to a body above `maxBytes`, 405 unless the method is POST, and 500 if the server is misconfigured, for
 * example by a body parser that did not keep the bytes, or without a secret.
 *
 * ### Example
 *
 * ```ts
 * app.post('/webhooks/beams', webhookEndpoint({ secret: process.env.BEAMS_WEBHOOK_SECRET! }, {
 *   'v1.UserNotificationOpen': ({ payload }) => console.log(payload.user_id),
 * }))
 * ```
 *
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if a handler is not a function or not for an event type, or if an option
 * has the wrong type.
 */
export function webhookEndpoint(options: WebhookEndpointOptions, handlers: WebhookHandlers): NodeHandler
