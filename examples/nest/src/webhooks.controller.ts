import { Controller, Post, Req, Res } from '@nestjs/common'
import type { Request, Response } from 'express'
import { seenInMemory, webhookEndpoint, type NodeHandler } from 'beams-native/express'
import { Settings } from './settings'

@Controller('webhooks')
export class WebhooksController {
  private readonly endpoint: NodeHandler

  constructor({ webhookSecret }: Settings) {
    // In several processes, remember what was seen in a store that they share.
    const options = { secret: webhookSecret, seen: seenInMemory() }
    this.endpoint = webhookEndpoint(options, ({ eventType, payload }) =>
      console.log(eventType, JSON.stringify(payload)),
    )
  }

  @Post('beams')
  receive(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.endpoint(request, response)
  }
}
