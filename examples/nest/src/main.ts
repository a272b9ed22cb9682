import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import session from 'express-session'
import { AppModule } from './app.module'
import { Settings } from './settings'

async function main(): Promise<void> {
  // A webhook's signature is over its bytes, not over what a parser makes of them.
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { rawBody: true, logger: ['error', 'warn'] })
  const { sessionSecret, port } = app.get(Settings)
  app.use(session({ secret: sessionSecret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))
  app.enableShutdownHooks()
  await app.listen(port, '127.0.0.1')
  console.log(`listening on ${await app.getUrl()}`)
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
