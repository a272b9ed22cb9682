/** The global AbortSignal, whose typing comes from `@types/node` or from TypeScript's `dom`; without either, the members that are used. */
export type AbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : {
      readonly aborted: boolean
      readonly reason?: unknown
      addEventListener(type: 'abort', listener: () => void): void
      removeEventListener(type: 'abort', listener: () => void): void
    }

/** The global `Request` of `@types/node` or TypeScript's `dom` library; without either, the members that are used. */
export type Request = typeof globalThis extends { Request: { prototype: infer Incoming } }
  ? Incoming
  : {
      readonly method: string
      readonly url: string
      readonly headers: { get(name: string): string | null }
      readonly bodyUsed: boolean
      readonly body: { readonly locked: boolean; getReader(): unknown } | null
    }

/** The global `Response` of `@types/node` or TypeScript's `dom` library; without either, the members that are used. */
export type Response = typeof globalThis extends { Response: { prototype: infer Outgoing } }
  ? Outgoing
  : {
      readonly status: number
      readonly headers: { get(name: string): string | null }
      text(): Promise<string>
    }
