// The module as its users write it.

import { Controller, Get, Injectable, Module, SetMetadata, UseGuards } from '@nestjs/common'
import type { CanActivate } from '@nestjs/common'
import { APP_FILTER } from '@nestjs/core'
import type { HealthCheckService, HealthIndicatorResult } from '@nestjs/terminus'
import { PushNotifications, type UserNotificationOpenEvent, type WebhookEvent } from 'beams-native'
import { seenInMemory } from 'beams-native/express'
import { beamsOrFake } from 'beams-native/testing'
import {
  BeamsExceptionFilter,
  BeamsHealthIndicator,
  BeamsModule,
  InjectBeams,
  OnBeamsEvent,
  getBeamsToken,
  type BeamsEvent,
  type BeamsFactoryOptions,
  type BeamsOptionsFactory,
} from '@beams-native/nestjs'

const keys = { instanceId: 'my-instance', secretKey: 'my-key' }

@Injectable()
class Settings {
  readonly secretKey: string = 'my-key'
}

@Injectable()
class SettingsFactory implements BeamsOptionsFactory {
  async createBeamsOptions(): Promise<BeamsFactoryOptions> {
    return { ...keys, timeout: 1000, closeTimeout: 5000 }
  }
}

@Injectable()
class SessionGuard implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

@Injectable()
class Listener {
  constructor(
    readonly beams: PushNotifications,
    @InjectBeams('marketing') readonly marketing: PushNotifications,
  ) {}

  @OnBeamsEvent('v1.UserNotificationOpen')
  opened(event: UserNotificationOpenEvent): string {
    return event.payload.user_id
  }

  @OnBeamsEvent(['v1.UserNotificationOpen', 'v1.UserNotificationAcknowledgement'], { name: 'marketing' })
  async received({ payload }: BeamsEvent<'v1.UserNotificationOpen' | 'v1.UserNotificationAcknowledgement'>) {
    return payload.user_id
  }

  @OnBeamsEvent('*')
  all(event: WebhookEvent): void {
    void event.eventId
  }

  @OnBeamsEvent('unknown')
  withoutEvent(): void {}

  // @ts-expect-error it gets another event
  @OnBeamsEvent('v1.PublishToUsersAttempt')
  misled(event: UserNotificationOpenEvent): void {
    void event
  }

  // @ts-expect-error there is no such type
  @OnBeamsEvent('v1.UserNotificationOpened')
  misspelt(): void {}
}

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly beamsHealth: BeamsHealthIndicator,
    @InjectBeams('marketing') private readonly marketing: PushNotifications,
  ) {}

  @Get()
  async check(): Promise<string> {
    const result: HealthIndicatorResult<'beams'> = this.beamsHealth.isHealthy()
    const marketing = new BeamsHealthIndicator(this.marketing)
    const { status } = await this.health.check([
      () => this.beamsHealth.isHealthy('beams', { maxRequestsWaiting: 10 }),
      () => marketing.isHealthy('marketing'),
    ])
    return `${status} ${result.beams.status}`
  }
}

@Module({
  imports: [
    BeamsModule.forRoot(keys),
    BeamsModule.forRoot({
      ...keys,
      endpoint: undefined,
      closeTimeout: undefined,
      name: 'marketing',
      isGlobal: false,
      webhook: { path: 'webhooks/marketing', secret: ['old', 'new'], decorators: [SetMetadata('isPublic', true)] },
      auth: {
        path: 'beams-auth',
        decorators: [UseGuards(SessionGuard)],
        userId: (request: { user: { id: string } }) => request.user.id,
      },
    }),
    BeamsModule.forRoot({ client: beamsOrFake({ instanceId: process.env.BEAMS_INSTANCE_ID }) }),
    BeamsModule.forRootAsync({
      imports: [],
      inject: [Settings],
      useFactory: ({ secretKey }: Settings) => ({ instanceId: 'my-instance', secretKey, webhook: { secret: 'hush' } }),
      webhook: { path: 'webhooks/beams', seen: seenInMemory() },
      auth: { path: 'beams-auth', userId: async () => 'ada' },
    }),
    BeamsModule.forRootAsync({ name: 'class', useClass: SettingsFactory }),
    BeamsModule.forRootAsync({ name: 'existing', useExisting: SettingsFactory }),
    BeamsModule.forRootAsync({ useFactory: async () => ({ client: new PushNotifications(keys) }) }),
    // @ts-expect-error there is no secret key
    BeamsModule.forRoot({ instanceId: 'my-instance' }),
    // @ts-expect-error an endpoint needs a path
    BeamsModule.forRoot({ ...keys, webhook: { secret: 'hush' } }),
    // @ts-expect-error a webhook needs a secret
    BeamsModule.forRoot({ ...keys, webhook: { path: 'webhooks/beams' } }),
    // @ts-expect-error Nest calls the handlers after the response
    BeamsModule.forRoot({ ...keys, webhook: { path: 'webhooks/beams', secret: 'hush', after: setImmediate } }),
  ],
  controllers: [HealthController],
  providers: [Listener, Settings, SettingsFactory, { provide: APP_FILTER, useClass: BeamsExceptionFilter }],
})
export class AppModule {}

export const token: typeof PushNotifications = getBeamsToken()
export const tokenOfMarketing: string = getBeamsToken('marketing')
