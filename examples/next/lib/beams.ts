import { BeamsError, PushNotifications } from 'beams-native'

const settings = globalThis as { beams?: PushNotifications }

/** One client for the whole process: in development, modules are loaded again at every change. */
export function beams(): PushNotifications {
  return (settings.beams ??= new PushNotifications({
    instanceId: process.env.BEAMS_INSTANCE_ID!,
    secretKey: process.env.BEAMS_SECRET_KEY!,
    endpoint: process.env.BEAMS_ENDPOINT,
  }))
}

/** What went wrong with Beams is a gateway's failure to our own clients; `delivery` says whether they may try again. */
export function respondWithBeamsError(error: unknown): Response {
  if (!(error instanceof BeamsError)) throw error
  console.error(error)
  const status = error.code === 'ERR_BEAMS_INVALID_ARGUMENT' ? 400 : error.delivery === 'unknown' ? 504 : 503
  return Response.json({ code: error.code, delivery: error.delivery }, { status })
}
