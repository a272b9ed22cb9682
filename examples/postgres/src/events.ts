// Stores each event once, before it is acknowledged, and handles it once, in a transaction.
import type { WebhookEvent } from 'beams-native'
import type { Pool, PoolClient } from 'pg'

/** Uses only the given client, so that its effects are part of the transaction. */
export type Handler = (client: PoolClient, event: WebhookEvent) => Promise<void>

/**
 * Stores an event. Returns whether it was stored before. The primary key makes this atomic: of simultaneous requests, to any of
 * your processes, only one gets `false`. If it throws, the service sends the event again.
 */
export async function storeEvent(pool: Pool, event: WebhookEvent): Promise<boolean> {
  const sql = 'insert into beams_events (event_id, event) values ($1, $2) on conflict do nothing'
  return (await pool.query(sql, [event.eventId, JSON.stringify(event)])).rowCount === 0
}

/** Handles all events that are due. Any number of processes may do so at the same time. */
export async function handleEvents(pool: Pool, handler: Handler): Promise<void> {
  while (await handleNextEvent(pool, handler));
}

/** Returns whether there was one. */
async function handleNextEvent(pool: Pool, handler: Handler): Promise<boolean> {
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query('begin')
    // The row is locked until the transaction ends, also by the end of this process, and others skip it.
    const { rows } = await client.query<{ event: WebhookEvent }>(`
      select event from beams_events where handled_at is null and due_at <= now()
      order by due_at limit 1 for update skip locked`)
    for (const { event } of rows) await handleEvent(client, handler, event)
    await client.query('commit')
    return rows.length > 0
  } catch (error) {
    failure = error as Error
    throw error
  } finally {
    // A client that is released with an error is closed, which rolls its transaction back.
    client.release(failure)
  }
}

/** Commits the effects together with `handled_at`, or neither. */
async function handleEvent(client: PoolClient, handler: Handler, event: WebhookEvent): Promise<void> {
  await client.query('savepoint before_handler')
  try {
    await handler(client, { ...event, createdAt: new Date(event.createdAt) })
    await client.query('update beams_events set handled_at = now() where event_id = $1', [event.eventId])
  } catch (error) {
    console.error(`the handler of ${event.eventId} failed, and will be called again:`, error)
    await client.query('rollback to savepoint before_handler')
    // After 1, 2, 4, … seconds, at most about an hour
    const sql = `
      update beams_events set failed_attempts = failed_attempts + 1, last_error = $2,
        due_at = now() + interval '1 second' * 2 ^ least(failed_attempts, 12)
      where event_id = $1`
    await client.query(sql, [event.eventId, String(error)])
  }
}
