/** How to start an emulator. */
export interface EmulatorOptions {
  /**
   * The port to listen on. 0 takes any that is free.
   *
   * @default 0
   */
  port?: number
  /**
   * The address to listen on.
   *
   * @default '127.0.0.1'
   */
  host?: string
  /** Accept only this instance. Any, unless given. */
  instanceId?: string
  /** Accept only this secret key. Any, unless given. */
  secretKey?: string
  /** Called with a line of text for every publish and deletion. */
  log?: (line: string) => void
}

/** A publish as it came in. */
export interface ReceivedPublish {
  /** The id that the sender was given. */
  publishId: string
  /** The instance it was for. */
  instanceId: string
  /** When it came in, in ISO 8601. */
  receivedAt: string
  /** Its interests, if it was to interests. */
  interests?: string[]
  /** Its users, if it was to users. */
  users?: string[]
  /** The payload for Apple devices. */
  apns?: Record<string, any>
  /** The payload for Android devices. */
  fcm?: Record<string, any>
  /** The payload for browsers. */
  web?: Record<string, any>
  [key: string]: any
}

/** A deletion of a user as it came in. */
export interface ReceivedDeletion {
  /** The instance it was for. */
  instanceId: string
  /** The user. */
  userId: string
  /** When it came in, in ISO 8601. */
  receivedAt: string
}

/** A running emulator. */
export interface Emulator {
  /** Where it listens, such as `http://127.0.0.1:8081`. Use it as the client's `endpoint`. */
  url: string
  /** The port it listens on. */
  port: number
  /** All publishes so far, oldest first. */
  publishes(): ReceivedPublish[]
  /** All deletions of users so far, oldest first. */
  deletions(): ReceivedDeletion[]
  /** Stops listening and drops all connections. */
  close(): Promise<void>
}

/** Starts an emulator of the Beams service on this machine. */
export function startEmulator(options?: EmulatorOptions): Promise<Emulator>
