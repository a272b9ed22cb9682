import { Global, Module } from '@nestjs/common'
import { AccountController } from './account.controller'
import { BeamsModule } from './beams.module'
import { OrdersController } from './orders.controller'
import { Settings } from './settings'
import { WebhooksController } from './webhooks.controller'

@Global()
@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Module({
  imports: [
    SettingsModule,
    BeamsModule.forRootAsync({
      inject: [Settings],
      useFactory: ({ instanceId, secretKey, endpoint }: Settings) => ({ instanceId, secretKey, endpoint }),
    }),
  ],
  controllers: [AccountController, OrdersController, WebhooksController],
})
export class AppModule {}
