import { ConfigurableModuleBuilder, Inject, Module, type OnApplicationShutdown } from '@nestjs/common'
import { PushNotifications, type PushNotificationsOptions } from 'beams-native'

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<PushNotificationsOptions>()
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build()

/** `BeamsModule.forRoot(options)` or `forRootAsync({ inject, useFactory })`; then inject `PushNotifications` anywhere. */
@Module({
  providers: [
    {
      provide: PushNotifications,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: PushNotificationsOptions) => new PushNotifications(options),
    },
  ],
  exports: [PushNotifications],
})
export class BeamsModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(PushNotifications) private readonly beams: PushNotifications) {
    super()
  }

  /** Runs once no request can come in any more. Completes publishes in flight. */
  async onApplicationShutdown(): Promise<void> {
    await this.beams.close()
  }
}
