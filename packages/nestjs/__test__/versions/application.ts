// An application with all that the package has. versions.test.js compiles it to CommonJS and to ESM.

import 'reflect-metadata'
import { Controller, Get, Injectable, Module, Post, UseGuards } from '@nestjs/common'
import type { CanActivate, ExecutionContext } from '@nestjs/common'
import { APP_FILTER, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { HealthCheckService, TerminusModule } from '@nestjs/terminus'
import { PushNotifications, type WebhookEvent } from 'beams-native'
import { seenInMemory } from 'beams-native/express'
import {
  BeamsExceptionFilter,
  BeamsHealthIndicator,
  BeamsModule,
  InjectBeams,
  OnBeamsEvent,
} from '@beams-native/nestjs'

@Injectable()
class Settings {
  readonly client = {
    instanceId: process.env['BEAMS_INSTANCE_ID']!,
    secretKey: process.env['BEAMS_SECRET_KEY']!,
    endpoint: process.env['BEAMS_ENDPOINT'],
  }
  readonly webhookSecret = process.env['BEAMS_WEBHOOK_SECRET']!
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class SessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest().headers['x-user'] !== undefined
  }
}

@Injectable()
class Listener {
  @OnBeamsEvent('*')
  print({ eventType, payload }: WebhookEvent): void {
    console.log(eventType, JSON.stringify(payload))
  }
}

@Controller()
class AppController {
  constructor(
    private readonly beams: PushNotifications,
    @InjectBeams('marketing') private readonly marketing: PushNotifications,
    private readonly health: HealthCheckService,
    private readonly beamsHealth: BeamsHealthIndicator,
  ) {}

  @Post('greeting')
  greet() {
    return this.beams.publishToUsers(['ada'], { web: { notification: { title: 'Hello' } } })
  }

  @Post('failure')
  fail() {
    return this.marketing.publishToUsers(['ada'], { web: { notification: { title: 'Hello' } } })
  }

  @Get('health')
  check() {
    return this.health.check([() => this.beamsHealth.isHealthy()])
  }
}

@Module({
  imports: [
    TerminusModule,
    BeamsModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ client, webhookSecret }: Settings) => ({ ...client, webhook: { secret: webhookSecret } }),
      webhook: { path: 'webhooks/beams', seen: seenInMemory() },
      auth: {
        path: 'beams-auth',
        decorators: [UseGuards(SessionGuard)],
        userId: (request: { headers: Record<string, string> }) => request.headers['x-user'],
      },
    }),
    // Nothing listens on this port.
    BeamsModule.forRoot({
      name: 'marketing',
      instanceId: 'any',
      secretKey: 'any',
      endpoint: 'localhost:9',
      maxRetries: 0,
    }),
  ],
  controllers: [AppController],
  providers: [Listener, { provide: APP_FILTER, useClass: BeamsExceptionFilter }],
})
class AppModule {}

async function main(): Promise<void> {
  const adapter = process.argv[2] === 'Fastify' ? new FastifyAdapter() : new ExpressAdapter()
  const app = await NestFactory.create(AppModule, adapter, { rawBody: true, logger: ['error'] })
  app.enableShutdownHooks()
  await app.listen(0, '127.0.0.1')
  console.log(`listening on ${await app.getUrl()}`)
}

void main()
