/**
 * OpenTelemetry spans and metrics for `beams-native`.
 *
 * @module @beams-native/opentelemetry
 */

import type { Span } from '@opentelemetry/api'
import { InstrumentationBase, type InstrumentationConfig } from '@opentelemetry/instrumentation'
import type { BeamsRequestMessage } from 'beams-native'

/** Options of a {@link BeamsInstrumentation}. */
export interface BeamsInstrumentationConfig extends InstrumentationConfig {
  /**
   * Make spans only for calls that are made within a span. The metric counts all requests in any case.
   *
   * @default false
   */
  requireParentSpan?: boolean | undefined
  /**
   * Called with the span of each call before it ends, to set attributes of your own. The message says how the call ended; its
   * `error` is present if it has failed. It runs in the context of the caller. If it throws, OpenTelemetry's `diag` logs the
   * error.
   */
  responseHook?: ((span: Span, message: BeamsRequestMessage) => void) | undefined
}

/**
 * Instruments all clients of `beams-native` and of `beams-native/compat` in the process, whether they are made before or after.
 *
 * When a call ends, it makes an `INTERNAL` span for the call, named `beams.` and the method, in the context of the caller; below
 * that a `CLIENT` span for each request, retries included, with the stable HTTP semantic conventions; and adds each request to
 * the histogram `http.client.request.duration`. Spans and metrics never contain user ids, payloads or the secret key.
 *
 * The requests of a `publishToManyUsers` are traces of their own, each with a link to the span of the call.
 *
 * ### Example
 *
 * ```js
 * registerInstrumentations({ instrumentations: [new BeamsInstrumentation()] })
 * ```
 */
export declare class BeamsInstrumentation extends InstrumentationBase<BeamsInstrumentationConfig> {
  constructor(config?: BeamsInstrumentationConfig)
  /** There is no module to patch. */
  protected init(): void
}
