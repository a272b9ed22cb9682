import { Injectable } from '@nestjs/common'
import type { WebhookEvent } from 'beams-native'

const MAX_REMEMBERED = 10_000

/** Takes each event once: a webhook that was sent again is the same event. In several processes, share what was seen. */
@Injectable()
export class EventLog {
  private readonly seen = new Set<string>()

  add({ eventId, eventType, payload }: WebhookEvent): void {
    if (this.seen.has(eventId)) return
    this.seen.add(eventId)
    if (this.seen.size > MAX_REMEMBERED) this.seen.delete(this.seen.values().next().value!)
    console.log(eventType, JSON.stringify(payload))
  }
}
