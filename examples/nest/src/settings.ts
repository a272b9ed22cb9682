import { Injectable } from '@nestjs/common'

/** What the environment says. Your own project may have `@nestjs/config` for this. */
@Injectable()
export class Settings {
  readonly instanceId = required('BEAMS_INSTANCE_ID')
  readonly secretKey = required('BEAMS_SECRET_KEY')
  readonly webhookSecret = required('BEAMS_WEBHOOK_SECRET')
  readonly sessionSecret = required('SESSION_SECRET')
  readonly endpoint = process.env.BEAMS_ENDPOINT
  readonly port = Number(process.env.PORT ?? 3000)
}

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}
