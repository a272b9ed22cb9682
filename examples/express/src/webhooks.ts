import express, { type RequestHandler } from 'express'
import { BeamsError, verifyWebhook, type WebhookEvent } from 'beams-native'

export type EventHandler = (event: WebhookEvent) => unknown

const MAX_REMEMBERED = 10_000

/** Handlers for a webhook of Beams. `onEvent` is called once for each event, after the response. */
export function webhooks(secret: string, onEvent: EventHandler): RequestHandler[] {
  const seen = new Set<string>()

  const receive: RequestHandler = (request, response) => {
    let event: WebhookEvent
    try {
      event = verifyWebhook(request.body, request.get('webhook-signature'), secret)
    } catch (error) {
      if (!(error instanceof BeamsError)) throw error
      return void response.sendStatus(error.code === 'ERR_BEAMS_WEBHOOK_SIGNATURE' ? 401 : 400)
    }

    // Beams waits for three seconds and then sends it again: respond first, work later.
    response.sendStatus(204)

    // A webhook that was sent again is the same event. In several processes, remember them in a store that they share.
    if (seen.has(event.eventId)) return
    seen.add(event.eventId)
    if (seen.size > MAX_REMEMBERED) seen.delete(seen.values().next().value!)
    onEvent(event)
  }

  return [express.raw({ type: 'application/json', limit: '1mb' }), receive]
}
