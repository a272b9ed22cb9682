/**
 * Push notifications with Pusher Beams: `PushNotifications` publishes, makes tokens and deletes users; `BeamsError` says what
 * went wrong and whether the notification was sent; `verifyWebhook` verifies a webhook and returns its event.
 *
 * @module beams-native
 */

/// <reference lib="es2020" />
/// <reference lib="esnext.disposable" />

export * from './types/client'
export * from './types/diagnostics'
export * from './types/errors'
export * from './types/many-users'
export * from './types/message'
export * from './types/payload-checks'
export * from './types/publish'
export * from './types/webhooks'

import type { BeamsLogger, ClientStats, PayloadChecks } from './types/client'
import type { ManyUsersProgress, ManyUsersReport, NamedRequests, RequestName, UserEntries } from './types/many-users'
import type { Message } from './types/message'
import type { PayloadCheckOptions, PayloadFinding } from './types/payload-checks'
import type { PublishRequest, PublishResponse } from './types/publish'
import type { WebhookBody, WebhookEvent } from './types/webhooks'
import type { AbortSignal } from './types/globals'

export interface PushNotifications {
  /** {@link PushNotifications.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
