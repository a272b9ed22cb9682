import { Injectable } from '@nestjs/common'
import type { WebhookEvent } from 'beams-native'
import { OnBeamsEvent } from '@beams-native/nestjs'

@Injectable()
export class NotificationLog {
  /** Called once for each event of the webhook. */
  @OnBeamsEvent('*')
  print({ eventType, payload }: WebhookEvent): void {
    console.log(eventType, JSON.stringify(payload))
  }
}
