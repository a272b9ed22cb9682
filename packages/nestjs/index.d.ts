/**
 * A Nest module for `beams-native`.
 *
 * @module @beams-native/nestjs
 */

import type { ArgumentsHost, ConfigurableModuleAsyncOptions, DynamicModule, ExceptionFilter } from '@nestjs/common'
import type { BeamsError, PushNotifications, PushNotificationsOptions, WebhookEvent } from 'beams-native'
import type { AuthEndpointOptions, WebhookEndpointOptions } from 'beams-native/express'
import type { Observable } from 'rxjs'

/** Where an endpoint is. */
export interface BeamsRoute {
  /** The path of the controller, without the application's global prefix. */
  path: string
  /**
   * Decorators for the controller, such as `UseGuards(SessionGuard)`, or the one that marks a route as public for your global
   * guard.
   */
  decorators?: readonly ClassDecorator[] | undefined
}

/** Options of the webhook endpoint: those of `webhookEndpoint`, apart from `after`. */
export interface BeamsWebhookOptions extends Omit<WebhookEndpointOptions, 'after' | 'onError'> {
  /**
   * Called with an error and its event if a handler throws, and if `seen` throws. `handler` is the method that threw, such as
   * `'OrdersService.onOpen'`.
   *
   * @default Nest's Logger
   */
  onError?: ((error: unknown, event?: WebhookEvent, handler?: string) => unknown) | undefined
}

/**
 * Options of the auth endpoint: those of `authEndpoint`. `userId` gets the request of Express or Fastify, after the guards.
 */
export type BeamsAuthOptions = AuthEndpointOptions<any>

/**
 * Where the client comes from: its options, or a client of your own, such as one of `beams-native/testing`. The module also closes
 * a client of your own at the shutdown of the application.
 */
export type BeamsClientOptions = PushNotificationsOptions | { client: PushNotifications }

/** How the client is closed. */
export interface BeamsShutdownOptions {
  /**
   * The number of milliseconds after which a shutdown closes the client: handlers of webhooks are no longer awaited, and calls
   * that have not ended reject with `ERR_BEAMS_CLOSED`. They begin before Nest closes the HTTP server, whose requests may wait
   * for calls, and after the `onModuleDestroy` hooks of other modules.
   *
   * @default no limit
   */
  closeTimeout?: number | undefined
}

/** Options that Nest needs before it creates any provider: a factory cannot return them. */
export interface BeamsModuleExtras {
  /**
   * Names the client, so that an application can have several. Inject it with {@link InjectBeams}. The application does not start
   * if two clients have the same name, or none.
   */
  name?: string | undefined
  /**
   * Whether the client can be injected in every module.
   *
   * @default true
   */
  isGlobal?: boolean | undefined
}

/** Options of {@link BeamsModule.forRoot}. */
export type BeamsModuleOptions = BeamsClientOptions &
  BeamsShutdownOptions &
  BeamsModuleExtras & {
    /** Adds a controller that receives webhooks, and passes their events to the methods with {@link OnBeamsEvent}. */
    webhook?: (BeamsRoute & BeamsWebhookOptions) | undefined
    /** Adds a controller that gives client SDKs their tokens. */
    auth?: (BeamsRoute & BeamsAuthOptions) | undefined
  }

/** What the factory of {@link BeamsModule.forRootAsync} returns. */
export type BeamsFactoryOptions = BeamsClientOptions &
  BeamsShutdownOptions & {
    /** Added to the options of {@link BeamsModuleAsyncOptions.webhook}. */
    webhook?: Partial<BeamsWebhookOptions> | undefined
    /** Added to the options of {@link BeamsModuleAsyncOptions.auth}. */
    auth?: Partial<BeamsAuthOptions> | undefined
  }

/** The class of `useClass` and `useExisting`. */
export interface BeamsOptionsFactory {
  createBeamsOptions(): BeamsFactoryOptions | Promise<BeamsFactoryOptions>
}

/** Options of {@link BeamsModule.forRootAsync}: `imports`, and `useFactory` with `inject`, `useClass` or `useExisting`. */
export interface BeamsModuleAsyncOptions
  extends ConfigurableModuleAsyncOptions<BeamsFactoryOptions, 'createBeamsOptions'>, BeamsModuleExtras {
  /** Adds a controller that receives webhooks. The `secret` may come from the factory. */
  webhook?: (BeamsRoute & Partial<BeamsWebhookOptions>) | undefined
  /** Adds a controller that gives client SDKs their tokens. `userId` may come from the factory. */
  auth?: (BeamsRoute & Partial<BeamsAuthOptions>) | undefined
}

/**
 * Provides a `PushNotifications`, and closes it at the shutdown of the application, after the HTTP server. Nest shuts down on
 * signals only after `app.enableShutdownHooks()`.
 *
 * ### Example
 *
 * ```ts
 * @Module({
 *   imports: [
 *     BeamsModule.forRootAsync({
 *       inject: [ConfigService],
 *       useFactory: (config: ConfigService) => ({
 *         instanceId: config.getOrThrow('BEAMS_INSTANCE_ID'),
 *         secretKey: config.getOrThrow('BEAMS_SECRET_KEY'),
 *         webhook: { secret: config.getOrThrow('BEAMS_WEBHOOK_SECRET') },
 *       }),
 *       webhook: { path: 'webhooks/beams', seen: seenInMemory() },
 *       auth: { path: 'beams-auth', userId: (request: Request) => request.user?.id },
 *     }),
 *   ],
 * })
 * export class AppModule {}
 * ```
 */
export declare class BeamsModule {
  /**
   * @throws {Error} If an endpoint has no path. When the application starts, Nest reports what else is wrong with the options.
   */
  static forRoot(options: BeamsModuleOptions): DynamicModule
  /** As {@link BeamsModule.forRoot}, with options from a factory, which may have dependencies. */
  static forRootAsync(options: BeamsModuleAsyncOptions): DynamicModule
}

/**
 * Returns the token of a client, for `app.get`, `inject` and `overrideProvider`. Without a name, it is the class
 * `PushNotifications`.
 */
export declare function getBeamsToken(): typeof PushNotifications
/** Returns the token of the client with a name. */
export declare function getBeamsToken(name: string): string

/** Injects the client with a name. The one without a name needs no decorator: `constructor(beams: PushNotifications)`. */
export declare function InjectBeams(name?: string): PropertyDecorator & ParameterDecorator

/** The type of an event, or `'*'` for every type. */
export type BeamsEventType = WebhookEvent['eventType'] | '*'

/** The event that a handler of a type gets. */
export type BeamsEvent<Type extends BeamsEventType = '*'> = '*' extends Type
  ? WebhookEvent
  : Extract<WebhookEvent, { eventType: Type }>

/** Options of {@link OnBeamsEvent}. */
export interface OnBeamsEventOptions {
  /** The name of the client whose webhook the event has come to. */
  name?: string | undefined
}

/**
 * Lets a method of a provider or controller handle the events of webhooks, once the response has been sent. An error that it
 * throws is logged.
 *
 * A provider in the scope of a request is created anew for each event.
 *
 * @param type One or several types of events, or `'*'` for all.
 * @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if there is no such type.
 *
 * ### Example
 *
 * ```ts
 * @Injectable()
 * export class NotificationLog {
 *   @OnBeamsEvent('v1.UserNotificationOpen')
 *   onOpen({ payload }: BeamsEvent<'v1.UserNotificationOpen'>) {
 *     console.log(payload.publish_id)
 *   }
 * }
 * ```
 */
export declare function OnBeamsEvent<Type extends BeamsEventType>(
  type: Type | readonly Type[],
  options?: OnBeamsEventOptions,
): <Handler extends (event: BeamsEvent<Type>) => unknown>(
  prototype: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void

/**
 * Responds to requests that a `BeamsError` has ended, with `{ code, delivery }`, and logs both, with the status of the response
 * of Beams. The message may quote a user's id, so it is in neither.
 *
 * The caller of a microservice gets `{ code, delivery }` as an error, the client of a WebSocket gateway as an `exception`. Errors in
 * GraphQL are rethrown.
 *
 * The status of an HTTP response is 504 if the request may have been processed; 400, 401 or 422 for the errors of arguments, webhooks and payloads;
 * otherwise 503, also for a 408 of Beams, with a `Retry-After` if Beams has sent one.
 *
 * ### Example
 *
 * ```ts
 * app.useGlobalFilters(new BeamsExceptionFilter())
 * ```
 */
export declare class BeamsExceptionFilter implements ExceptionFilter<BeamsError> {
  catch(error: BeamsError, host: ArgumentsHost): Observable<never> | void
}

/** Options of {@link BeamsHealthIndicator.isHealthy}. */
export interface BeamsHealthOptions {
  /**
   * The number of waiting requests above which the status is `'down'`.
   *
   * @default 1000
   */
  maxRequestsWaiting?: number | undefined
}

/** The result of a health check, in the form of `@nestjs/terminus`. */
export type BeamsHealthResult<Key extends string = string> = Record<Key, BeamsHealth>

/** The status and the counts of `beams.stats()`. */
export type BeamsHealth = { status: 'up' | 'down' } & ReturnType<PushNotifications['stats']>

/**
 * A health indicator for `@nestjs/terminus`, which it does not need. The module provides the one of the client without a name.
 *
 * ### Example
 *
 * ```ts
 * health.check([() => beamsHealth.isHealthy('beams')])
 * ```
 */
export declare class BeamsHealthIndicator {
  constructor(beams: PushNotifications)
  /**
   * The status is `'down'` while a 429 of Beams pauses all requests, and while too many requests wait to start. It makes no
   * request.
   *
   * @param key The name in the result; `'beams'` by default.
   */
  isHealthy<Key extends string = 'beams'>(key?: Key, options?: BeamsHealthOptions): BeamsHealthResult<Key>
}
