import { getIronSession, type IronSession } from 'iron-session'
import { cookies } from 'next/headers'

/** Stands for your own sessions: an encrypted cookie. */
export async function session(): Promise<IronSession<{ userId?: string }>> {
  return getIronSession(await cookies(), {
    cookieName: 'session',
    password: process.env.SESSION_SECRET!,
    cookieOptions: { secure: process.env.INSECURE_COOKIES === undefined },
  })
}
