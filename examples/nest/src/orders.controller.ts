import { Controller, HttpCode, Param, Post, Session, UnauthorizedException } from '@nestjs/common'
import type { SessionData } from 'express-session'
import { PushNotifications, type PublishResponse } from 'beams-native'

@Controller('orders')
export class OrdersController {
  constructor(private readonly beams: PushNotifications) {}

  @Post(':order/shipped')
  @HttpCode(202)
  shipped(@Param('order') order: string, @Session() { userId }: SessionData): Promise<PublishResponse> {
    if (userId === undefined) throw new UnauthorizedException()
    const words = { title: 'Your order has shipped', body: `Order ${order} is on its way.` }
    return this.beams.publishToUsers([userId], {
      apns: { aps: { alert: words } },
      fcm: { notification: words },
      web: { notification: words },
    })
  }
}
