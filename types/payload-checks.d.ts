/** What `checkPublishRequest` says about a member of a payload. It holds no value of the payload, so that it may be logged. */
export interface PayloadFinding {
  /** The id of the rule, such as `'web/deep-link-not-absolute'`. */
  rule: string
  /** What becomes of the notification. */
  severity: PayloadSeverity
  /** The platform that the member belongs to. Absent if it belongs to the whole payload. */
  platform?: PayloadPlatform | undefined
  /** Where the member is, or is missing, as a JSON pointer: `'/web/notification/deep_link'`. `''` is the whole payload. */
  path: string
  /** What will happen, and what to write instead. */
  message: string
  /** The member or value to write instead. Present if there is exactly one. */
  suggestion?: string | undefined
  /** A page of Beams, Apple or Google. */
  documentation: string
}

/**
 * - `'refused'`: Beams responds with 4xx, and nobody gets the publish.
 * - `'dropped'`: a platform drops the notification, or shows nothing.
 * - `'degraded'`: a part of the notification has no effect.
 * - `'hint'`: it works, but perhaps not as intended.
 */
export type PayloadSeverity = 'refused' | 'dropped' | 'degraded' | 'hint'

/** The member of a publish that a platform gets. */
export type PayloadPlatform = 'apns' | 'fcm' | 'web'

/** What is known about a payload that is checked. */
export interface PayloadCheckOptions {
  /** What it will be published to: Beams takes 10 KiB for interests and 200 KiB for users. */
  targets?: 'interests' | 'users' | undefined
}
