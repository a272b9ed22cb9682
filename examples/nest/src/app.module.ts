import { Module } from '@nestjs/common'
import { APP_FILTER } from '@nestjs/core'
import type { Request } from 'express'
import { seenInMemory } from 'beams-native/express'
import { BeamsExceptionFilter, BeamsModule } from '@beams-native/nestjs'
import { AccountController } from './account.controller'
import { NotificationLog } from './notification-log'
import { OrdersController } from './orders.controller'
import { Settings } from './settings'

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Module({
  imports: [
    BeamsModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ instanceId, secretKey, endpoint, webhookSecret }: Settings) => ({
        instanceId,
        secretKey,
        endpoint,
        webhook: { secret: webhookSecret },
      }),
      // In several processes, remember what was seen in a store that they share.
      webhook: { path: 'webhooks/beams', seen: seenInMemory() },
      // The client SDKs ask here who they are: `new TokenProvider({ url: '/beams-auth' })`.
      auth: { path: 'beams-auth', userId: ({ session }: Request) => session.userId },
    }),
  ],
  controllers: [AccountController, OrdersController],
  providers: [NotificationLog, { provide: APP_FILTER, useClass: BeamsExceptionFilter }],
})
export class AppModule {}
