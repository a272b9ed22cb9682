// Starts a Redis that forgets nothing: `npm run redis`. It needs Debian's `redis-server`, or any other on the PATH.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'

const folder = resolve(process.env.REDIS_FOLDER ?? 'redis-data')
mkdirSync(folder, { recursive: true })

const options = {
  port: process.env.REDIS_PORT ?? '6379',
  bind: '127.0.0.1',
  dir: folder,
  // Redis writes to disk before it responds. With `everysec`, the last second can be lost, and published again.
  appendonly: 'yes',
  appendfsync: 'always',
  // A queue's keys must never make room for others.
  'maxmemory-policy': 'noeviction',
}

const redis = spawn(
  'redis-server',
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
  {
    stdio: 'inherit',
  },
)
redis.on('error', ({ message }) => {
  console.error(`redis-server does not start: ${message}. On Debian: apt-get install redis-server`)
  process.exitCode = 1
})
redis.on('exit', (code) => (process.exitCode = code ?? 1))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => redis.kill(signal))
