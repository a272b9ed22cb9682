import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  Post,
  Query,
  Session,
  UnauthorizedException,
} from '@nestjs/common'
import type { SessionData } from 'express-session'
import { PushNotifications } from 'beams-native'

declare module 'express-session' {
  interface SessionData {
    userId: string
  }
}

@Controller()
export class AccountController {
  constructor(private readonly beams: PushNotifications) {}

  /** Stands for your own login. */
  @Post('login')
  @HttpCode(204)
  login(@Body('userId') userId: unknown, @Session() session: SessionData): void {
    if (typeof userId !== 'string' || userId === '') throw new BadRequestException()
    session.userId = userId
  }

  /** The client SDKs ask here who they are: `new TokenProvider({ url: '/beams-auth' })`. */
  @Get('beams-auth')
  token(@Query('user_id') userId: unknown, @Session() session: SessionData): { token: string } {
    if (session.userId === undefined || userId !== session.userId) {
      throw new UnauthorizedException({ error: 'Unauthorized', description: 'Log in as this user first' })
    }
    return { token: this.beams.generateToken(session.userId) }
  }
}
