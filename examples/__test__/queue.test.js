'use strict'

const { test, before } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const { setTimeout: wait } = require('node:timers/promises')
const { Queue } = require('bullmq')
const { startEmulator } = require('beams-emulator')
const { unusedPort } = require('../../__test__/helpers/servers.js')
const { compile, settings } = require('./helpers/server.js')

before(() => compile('queue'))

/** The example's programs, with a Redis and an emulator of this test's own. */
async function stage(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-queue-'))
  const children = []
  t.after(async () => {
    // Redis is a child of its program, which has to be asked to end it.
    const ends = children.map((child) => child.exitCode === null && child.signalCode === null && once(child, 'exit'))
    for (const child of children) child.kill(child.spawnargs[1].endsWith('redis.js') ? 'SIGTERM' : 'SIGKILL')
    await Promise.all(ends)
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const emulator = await startEmulator({ rateLimit: true })
  t.after(() => emulator.close())
  const port = await unusedPort()
  const env = {
    ...process.env,
    ...settings,
    BEAMS_ENDPOINT: emulator.url,
    REDIS_PORT: String(port),
    REDIS_FOLDER: folder,
    LOCK_DURATION: '1000',
  }

  const run = (program, args = [], more = {}) => {
    const file = path.join(__dirname, '..', 'queue', 'dist', `${program}.js`)
    const options = { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'inherit'] }
    const child = spawn(process.execPath, [file, ...args], options)
    children.push(child)
    return Object.assign(child, { lines: readline.createInterface({ input: child.stdout }) })
  }
  const until = async (child, pattern) => {
    for await (const line of child.lines) if (pattern.test(line)) return
    throw new Error(`the program ended before it said ${pattern}`)
  }
  const output = async (program, args, more) => {
    const child = run(program, args, more)
    const lines = []
    child.lines.on('line', (line) => lines.push(line))
    const [code] = await once(child, 'close')
    assert.equal(code, 0, lines.join('\n'))
    return lines
  }
  const startRedis = async () => {
    const redis = run('redis')
    await until(redis, /Ready to accept connections/)
    return redis
  }
  const startWorker = async () => {
    const worker = run('worker')
    await until(worker, /^ready$/)
    // What it says later is not looked at, but it must be able to say it.
    worker.stdout.resume()
    return worker
  }
  const produce = async (users) => {
    const lines = await output('producer', ['spring', 'Hello'], { CUSTOMERS: String(users) })
    return lines.at(-1)
  }
  const queue = () => {
    return new Queue('beams', { connection: { host: '127.0.0.1', port, maxRetriesPerRequest: null } })
  }
  return { emulator, produce, output, startRedis, startWorker, queue }
}

/** How often each user was published to, by the emulator's book. */
function timesPublished(emulator) {
  const times = new Map()
  for (const { users } of emulator.publishes()) for (const user of users) times.set(user, (times.get(user) ?? 0) + 1)
  return times
}

test(
  'each user is published to once, or parked, even if a worker and Redis are killed',
  { timeout: 300_000 },
  async (t) => {
    const { emulator, produce, output, startRedis, startWorker, queue } = await stage(t)
    let redis = await startRedis()
    assert.equal(await produce(100_000), '100 batches')

    const fault = (more) => emulator.failNext({ operation: 'publishToUsers', ...more })
    fault({ status: 401 })
    fault({ reset: true })
    fault({ reset: true, afterwards: true })
    fault({ status: 503, body: 'empty', times: 3 })
    const workers = [await startWorker(), await startWorker(), await startWorker()]
    await emulator.waitForPublish(() => emulator.publishes().length >= 25, { timeout: 60_000 })

    // As many responses are slow as the workers have requests in flight, so that each worker is waiting for some.
    const catchInTheMiddle = async (users, batches) => {
      fault({ delay: 2000, times: 24 })
      // A producer that is started again adds nothing twice.
      assert.equal(await produce(users), `${batches} batches`)
      while (emulator.failures().length > 0) await wait(20)
    }
    await catchInTheMiddle(150_000, 150)
    workers[0].kill('SIGKILL')
    await startWorker()

    await catchInTheMiddle(199_500, 200)
    redis.kill('SIGTERM')
    await once(redis, 'exit')
    redis = await startRedis()

    let summary
    do summary = await output('summary')
    while (!summary.includes('still to do: 0 users'))

    const jobs = queue()
    const [completed, failed] = [await jobs.getJobs(['completed']), await jobs.getJobs(['failed'])]
    t.diagnostic(summary.join('\n'))
    assert.equal(completed.length + failed.length, 200)
    assert.ok(failed.length >= 3, summary.join('\n'))
    await jobs.close()
    const times = timesPublished(emulator)
    const published = new Map(emulator.publishes().map(({ publishId, users }) => [publishId, users]))
    for (const { data, returnvalue } of completed) {
      assert.deepEqual(published.get(returnvalue.publishId), data.users)
      for (const user of data.users) assert.equal(times.get(user), 1, user)
    }
    for (const { id, data } of failed) {
      const line = summary.find((text) => text.startsWith(`  ${id}: `))
      const most = line.includes('may have been published') ? 1 : 0
      for (const user of data.users) assert.ok((times.get(user) ?? 0) <= most, `${user}: ${line}`)
    }

    // A person has looked at the one that was refused.
    const { id, data } = failed.find(({ failedReason }) => failedReason.startsWith('401'))
    await output('summary', ['--again', id])
    await emulator.waitForPublish(({ users }) => users[0] === data.users[0], { timeout: 30_000 })
    assert.equal(timesPublished(emulator).get(data.users[0]), 1)
  },
)
