// What producer, workers and summary agree on.
import type { PublishRequest } from 'beams-native'
import { Queue, type Job } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'

/** One publish: up to 1 000 users, as the service allows. */
export interface Batch {
  users: string[]
  publishRequest: PublishRequest
}

/** What a worker leaves of a batch that it has published. */
export interface Published {
  publishId: string
}

export const queueName = 'beams'

export const connection: RedisOptions = {
  host: '127.0.0.1',
  port: Number(process.env.REDIS_PORT ?? 6379),
  // Wait for a Redis that is being restarted, however long it takes.
  maxRetriesPerRequest: null,
  retryStrategy: (attempt) => Math.min(attempt * 50, 1000),
}

export function openQueue(): Queue<Batch, Published> {
  return new Queue(queueName, { connection })
}

/**
 * Claims make sure that a batch is published by one worker, once. Whoever wants to publish a batch claims it first; a claim
 * that was not released means that the batch has been published, or may have been.
 */
export class Claims {
  readonly #redis = new Redis({ ...connection, lazyConnect: true })

  constructor() {
    // Redis is away; the connection comes back by itself.
    this.#redis.on('error', () => {})
  }

  /** Whether the batch is `worker`'s to publish. */
  async claim(job: Job<Batch>, worker: string): Promise<boolean> {
    const holder = await this.#redis.set(makeClaimKey(job), worker, 'NX', 'GET')
    // The response may have been lost and the command repeated: then the claim is our own.
    return holder === null || holder === worker
  }

  async release(job: Job<Batch>): Promise<void> {
    await this.#redis.del(makeClaimKey(job))
  }

  async isClaimed(job: Job<Batch>): Promise<boolean> {
    return (await this.#redis.exists(makeClaimKey(job))) === 1
  }

  async close(): Promise<void> {
    await this.#redis.quit()
  }
}

function makeClaimKey({ id }: Job<Batch>): string {
  return `${queueName}-claim:${id}`
}
