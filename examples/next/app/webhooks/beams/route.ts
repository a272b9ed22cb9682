import { after } from 'next/server'
import { BeamsError, verifyWebhook, type WebhookEvent } from 'beams-native'

const MAX_REMEMBERED = 10_000
const seen = new Set<string>()

export async function POST(request: Request): Promise<Response> {
  let event: WebhookEvent
  try {
    // The bytes as they came: parsed JSON is not what was signed.
    const body = new Uint8Array(await request.arrayBuffer())
    event = verifyWebhook(body, request.headers.get('webhook-signature'), process.env.BEAMS_WEBHOOK_SECRET!)
  } catch (error) {
    if (!(error instanceof BeamsError)) throw error
    return new Response(null, { status: error.code === 'ERR_BEAMS_WEBHOOK_SIGNATURE' ? 401 : 400 })
  }

  // A webhook that was sent again is the same event. In several processes, remember them in a store that they share.
  if (!seen.has(event.eventId)) {
    seen.add(event.eventId)
    if (seen.size > MAX_REMEMBERED) seen.delete(seen.values().next().value!)
    // Beams waits for three seconds and then sends it again: respond first, work later.
    after(() => console.log(event.eventType, JSON.stringify(event.payload)))
  }
  return new Response(null, { status: 204 })
}
