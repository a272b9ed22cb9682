import { BadRequestException, Body, Controller, Get, HttpCode, Post, Req, Res, Session } from '@nestjs/common'
import type { Request, Response } from 'express'
import type { SessionData } from 'express-session'
import { PushNotifications } from 'beams-native'
import { authEndpoint, type NodeHandler } from 'beams-native/express'

declare module 'express-session' {
  interface SessionData {
    userId: string
  }
}

@Controller()
export class AccountController {
  private readonly auth: NodeHandler<Request>

  constructor(beams: PushNotifications) {
    this.auth = authEndpoint(beams, { userId: ({ session }: Request) => session.userId })
  }

  /** Stands for your own login. */
  @Post('login')
  @HttpCode(204)
  login(@Body('userId') userId: unknown, @Session() session: SessionData): void {
    if (typeof userId !== 'string' || userId === '') throw new BadRequestException()
    session.userId = userId
  }

  /** The client SDKs ask here who they are: `new TokenProvider({ url: '/beams-auth' })`. */
  @Get('beams-auth')
  token(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.auth(request, response)
  }
}
