'use strict'

const { test, describe, before, after, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const path = require('node:path')
const readline = require('node:readline')
const { setImmediate } = require('node:timers/promises')
const { Client } = require('pg')
const { startEmulator } = require('beams-emulator')
const { PushNotifications } = require('../..')
const { compile, start, settings } = require('./helpers/server.js')

const { BEAMS_INSTANCE_ID: instanceId, BEAMS_SECRET_KEY: secretKey, BEAMS_WEBHOOK_SECRET: secret } = settings

describe('the postgres example', { timeout: 300_000 }, () => {
  let folder, postgres, url
  before(async () => {
    folder = await compile('postgres')
    postgres = spawn(process.execPath, ['dist/postgres.js'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = readline.createInterface({ input: postgres.stdout })
    const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close')])
    url = /^export DATABASE_URL='(.+)'$/.exec(line)[1]
  })
  after(async () => {
    postgres.kill('SIGTERM')
    assert.deepEqual(await once(postgres, 'exit'), [0, null])
    assert.equal(fs.existsSync(new URL(url.replace('@/', '@localhost/')).searchParams.get('host')), false)
  })

  let database, emulator, servers, signal
  beforeEach(async (t) => {
    signal = t.signal
    database = new Client({ connectionString: url })
    await database.connect()
    t.after(() => database.end())
    await database.query('drop schema public cascade; create schema public')
    await database.query(fs.readFileSync(path.join(folder, 'schema.sql'), 'utf8'))
    emulator = await startEmulator({ instanceId, webhookRetryDelays: [] })
    t.after(() => emulator.close())
    const startServer = () => start(t, folder, ['dist/server.js'], emulator, { DATABASE_URL: url })
    servers = await Promise.all([startServer(), startServer()])
    emulator.addWebhook({ url: `${servers[0].url}/webhooks/beams`, secret })
    emulator.addDevice({ platform: 'web', userId: 'ada' })
  })

  const publish = () =>
    new PushNotifications({ instanceId, secretKey, endpoint: emulator.url }).publishToUsers(['ada'], {
      web: { notification: { title: 'Hello' } },
    })
  const webhook = () => emulator.webhooks().requests[0]
  async function waitForWebhook(state) {
    while (webhook()?.state !== state) await setImmediate(undefined, { signal })
  }
  /** Repeats a query until it returns a row. */
  async function waitForRow(sql) {
    for (;;) {
      signal.throwIfAborted()
      const { rows } = await database.query(sql)
      if (rows.length > 0) return rows[0]
    }
  }
  const waitUntilHandled = () => waitForRow('select * from beams_events where handled_at is not null')
  /** Waits until a server accepts no connection. */
  async function waitUntilStopped({ url: server }) {
    const isRunning = () =>
      fetch(server, { headers: { connection: 'close' }, signal }).then(
        () => true,
        () => false,
      )
    while (await isRunning());
    signal.throwIfAborted()
  }
  const getCounts = async (server) => (await fetch(`${server.url}/publishes`)).json()

  test('accepts an event only once it is stored, and counts it once, even if two processes get it at once', async () => {
    await database.query('alter table beams_events rename to elsewhere')
    const { publishId } = await publish()
    await waitForWebhook('dropped')
    assert.equal(webhook().attempts[0].status, 500)
    await database.query('alter table elsewhere rename to beams_events')

    const { headers, body } = webhook()
    const send = ({ url: server }) => fetch(`${server}/webhooks/beams`, { method: 'POST', headers, body })
    emulator.resendWebhook(webhook().id)
    const responses = await Promise.all(Array.from({ length: 20 }, (_, index) => send(servers[index % 2])))
    assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([204]))
    await waitForWebhook('delivered')
    await waitUntilHandled()
    const { rows } = await database.query('select event_id from beams_events')
    assert.deepEqual(rows, [{ event_id: JSON.parse(body).metadata.event_id }])
    for (const server of servers) {
      assert.deepEqual(await getCounts(server), [{ publish_id: publishId, sent: 1, received: 0, opened: 0 }])
    }
  })

  test('counts an event again whose handler failed, and once in the end', async () => {
    await database.query('alter table publish_counts rename to elsewhere')
    const { publishId } = await publish()
    const { last_error: reason } = await waitForRow('select * from beams_events where failed_attempts > 0')
    assert.match(reason, /"publish_counts" does not exist/)
    // The service need not send it again; if it does, it makes no difference.
    await waitForWebhook('delivered')
    emulator.resendWebhook(webhook().id)
    await waitForWebhook('delivered')
    await database.query('alter table elsewhere rename to publish_counts')
    await waitUntilHandled()
    assert.deepEqual(await getCounts(servers[1]), [{ publish_id: publishId, sent: 1, received: 0, opened: 0 }])
  })

  test('counts an event whose process was killed while it handled it', async () => {
    await database.query('begin; lock table publish_counts in access exclusive mode')
    const { publishId } = await publish()
    await waitForRow('select * from pg_locks where not granted')
    servers[0].child.kill('SIGKILL')
    await servers[0].exit
    await database.query('commit')
    await waitUntilHandled()
    assert.deepEqual(await getCounts(servers[1]), [{ publish_id: publishId, sent: 1, received: 0, opened: 0 }])
  })

  test('exits on SIGTERM', async () => {
    for (const { child } of servers) child.kill('SIGTERM')
    for (const { exit, errors } of servers) assert.deepEqual([await exit, errors()], [[0, null], ''])
  })

  test('exits on SIGTERM also if the database closes the connection of a handler', async () => {
    await database.query('begin; lock table publish_counts in access exclusive mode')
    await publish()
    const { pid } = await waitForRow('select pid from pg_locks where not granted')
    for (const server of servers) {
      server.child.kill('SIGTERM')
      await waitUntilStopped(server)
    }
    await database.query(`select pg_terminate_backend(${pid})`)
    for (const { exit } of servers) assert.deepEqual(await exit, [0, null])
  })
})
