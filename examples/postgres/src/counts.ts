// Counts how many users each publish was sent to, and how many received and opened it. Replace it by what you do with events.
import type { WebhookEvent } from 'beams-native'
import type { PoolClient } from 'pg'

export async function countEvent(client: PoolClient, event: WebhookEvent): Promise<void> {
  switch (event.eventType) {
    case 'v1.PublishToUsersAttempt':
      return add(client, 'sent', event.payload.publish_id, event.payload.users_delivered_to_gateway.length)
    case 'v1.UserNotificationAcknowledgement':
      return add(client, 'received', event.payload.publish_id, 1)
    case 'v1.UserNotificationOpen':
      return add(client, 'opened', event.payload.publish_id, 1)
  }
}

/** Not idempotent: that each event is added only once is due to its transaction. */
async function add(
  client: PoolClient,
  column: 'sent' | 'received' | 'opened',
  publishId: string,
  count: number,
): Promise<void> {
  const sql = `
    insert into publish_counts (publish_id, ${column}) values ($1, $2)
    on conflict (publish_id) do update set ${column} = publish_counts.${column} + excluded.${column}`
  await client.query(sql, [publishId, count])
}
