import { BadRequestException, Body, Controller, HttpCode, Post, Session } from '@nestjs/common'
import type { SessionData } from 'express-session'

declare module 'express-session' {
  interface SessionData {
    userId: string
  }
}

@Controller()
export class AccountController {
  /** Stands for your own login. */
  @Post('login')
  @HttpCode(204)
  login(@Body('userId') userId: unknown, @Session() session: SessionData): void {
    if (typeof userId !== 'string' || userId === '') throw new BadRequestException()
    session.userId = userId
  }
}
