import {
  BadRequestException,
  Controller,
  Headers,
  HttpCode,
  Post,
  Req,
  UnauthorizedException,
  type RawBodyRequest,
} from '@nestjs/common'
import type { Request } from 'express'
import { BeamsError, verifyWebhook, type WebhookEvent } from 'beams-native'
import { EventLog } from './event-log'
import { Settings } from './settings'

@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly settings: Settings,
    private readonly log: EventLog,
  ) {}

  /** Answered at once: Beams waits for three seconds and then sends it again. The work comes after. */
  @Post('beams')
  @HttpCode(204)
  receive(
    @Req() { rawBody }: RawBodyRequest<Request>,
    @Headers('webhook-signature') signature: string | undefined,
  ): void {
    const event = this.verify(rawBody ?? '', signature)
    setImmediate(() => this.log.add(event))
  }

  private verify(rawBody: string | Uint8Array, signature: string | undefined): WebhookEvent {
    try {
      return verifyWebhook(rawBody, signature, this.settings.webhookSecret)
    } catch (error) {
      if (!(error instanceof BeamsError)) throw error
      throw error.code === 'ERR_BEAMS_WEBHOOK_SIGNATURE' ? new UnauthorizedException() : new BadRequestException()
    }
  }
}
