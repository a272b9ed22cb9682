'use strict'

const { test, describe, before, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const { startEmulator } = require('beams-emulator')
const { readCampaignJournal } = require('../..')
const { compile, settings } = require('./helpers/server.js')

const CUSTOMERS = 60_000

describe('the campaign example', () => {
  let program, folder, emulator
  before(async () => (program = path.join(await compile('campaign'), 'dist', 'campaign.js')))
  beforeEach(async (t) => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-campaign-'))
    emulator = await startEmulator()
    t.after(async () => {
      await emulator.close()
      fs.rmSync(folder, { recursive: true })
    })
  })

  /** Runs the campaign, and sends it a signal once it has made progress. */
  async function run(t, signal) {
    const env = { ...process.env, ...settings, BEAMS_ENDPOINT: emulator.url, CUSTOMERS: String(CUSTOMERS) }
    const child = spawn(process.execPath, [program, 'sale'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => child.kill('SIGKILL'))
    const lines = []
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (signal && lines.length === 1) child.kill(signal)
    })
    const [code] = await once(child, 'close')
    return { code, lines }
  }

  /** How often each customer was published to, and in which languages. */
  function countPublishes() {
    const times = new Map()
    for (const { users, web } of emulator.publishes()) {
      const language = /verkauf/.test(web.notification.title) ? 'de' : 'en'
      for (const user of users) times.set(user, [...(times.get(user) ?? []), language])
    }
    return times
  }
  const delayPublishes = () => emulator.failNext({ operation: 'publishToUsers', delay: 1000, times: 1000 })

  test('publishes to each customer in their language, and shows its progress', async (t) => {
    const { code, lines } = await run(t)
    assert.equal(code, 0)
    assert.equal(lines.at(-1), `published to ${CUSTOMERS} customers, and to 0 before`)
    assert.equal(lines.at(-2), `100 %: ${CUSTOMERS} published, 0 published before, 0 failed`)
    const publishes = countPublishes()
    assert.equal(publishes.size, CUSTOMERS)
    assert.deepEqual(publishes.get('customer-000000003'), ['de'])
    assert.deepEqual(publishes.get('customer-000000004'), ['en'])
  })

  test('continues after Ctrl-C with the customers who remain, so that each is notified once', async (t) => {
    delayPublishes()
    const stopped = await run(t, 'SIGINT')
    assert.equal(stopped.code, 1)
    assert.match(stopped.lines.at(-1), /The same command continues\.$/)
    const notified = countPublishes().size
    assert.ok(notified > 0 && notified < CUSTOMERS, `${notified}`)

    const { code, lines } = await run(t)
    assert.equal(code, 0)
    assert.equal(lines.at(-1), `published to ${CUSTOMERS - notified} customers, and to ${notified} before`)
    const publishes = countPublishes()
    assert.equal(publishes.size, CUSTOMERS)
    for (const [user, languages] of publishes) assert.equal(languages.length, 1, user)
  })

  test('continues after a crash, notifies nobody twice, and says who may have been notified', async (t) => {
    delayPublishes()
    assert.equal((await run(t, 'SIGKILL')).code, null)
    const { code, lines } = await run(t)
    assert.equal(code, 1)
    assert.match(lines.at(-1), /^\d+ customers, from customer-\d+ on, may have been notified: /)
    const { failures } = await readCampaignJournal(path.join(folder, 'sale.journal'))
    const unknown = new Set(failures.flatMap(({ users }) => users))
    const publishes = countPublishes()
    for (let number = 1; number <= CUSTOMERS; number++) {
      const user = `customer-${String(number).padStart(9, '0')}`
      const times = publishes.get(user)?.length ?? 0
      assert.ok(times === 1 || (times === 0 && unknown.has(user)), `${user}: ${times}`)
    }
  })
})
