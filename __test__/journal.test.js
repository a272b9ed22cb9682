'use strict'

// A campaign with a journal survives its process: no user is published to twice, and none is lost. JOURNAL_SEEDS says at how
// many random moments it is killed; make audit runs the long form.

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const zlib = require('node:zlib')
const { payload, createClient, emulated, rejection } = require('./helpers/clients.js')
const { createRandom } = require('./helpers/random.js')
const { listen, recordingServer } = require('./helpers/servers.js')
const { BeamsError, readCampaignJournal } = require('..')

const SEEDS = Number(process.env.JOURNAL_SEEDS ?? 20)
const program = path.join(__dirname, 'programs', 'campaign.js')

let folder
before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-journal-'))))
after(() => fs.rmSync(folder, { recursive: true }))

let files = 0
const newJournal = () => path.join(folder, `${files++}.journal`)

const idsOf = (count) => Array.from({ length: count }, (_, index) => `user-${index}`)
const usersOf = (requests) => requests.flatMap(({ body }) => JSON.parse(body).users)
const countUsers = (failures) => failures.reduce((sum, { users }) => sum + users.length, 0)

/**
 * A server that counts how often each user was published to. `onRequest(number)` is called when a request has been processed,
 * and `onResponse(number)` when its response has been sent; `fault()` returns the fault of a request, if it has one.
 */
async function countingServer(t, fault = () => undefined) {
  const publishCounts = new Map()
  const server = { publishCounts, requests: 0, onRequest() {}, onResponse() {} }
  const listener = http.createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const number = ++server.requests
      const what = fault()
      const isProcessed = what !== 'refused' && what !== 'lost before'
      if (isProcessed) {
        for (const user of JSON.parse(Buffer.concat(chunks)).users)
          publishCounts.set(user, (publishCounts.get(user) ?? 0) + 1)
      }
      server.onRequest(number)
      if (what === 'refused') response.writeHead(422).end('{"error":"E","description":"D"}')
      else if (what === 'failed') response.writeHead(500).end()
      else if (what !== undefined) response.destroy()
      else response.end('{"publishId":"pubid-1"}')
      server.onResponse(number)
    })
  })
  await listen(t, listener)
  return Object.assign(server, { port: listener.address().port })
}

/** Runs a campaign in a process of its own. `kill(child)` may arrange that it is killed. */
async function runCampaign(server, { journal, count, concurrency, first = 0 }, kill = () => {}) {
  const child = spawn(process.execPath, [program, server.port, journal, count, concurrency, first].map(String), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  kill(child)
  const [code, signal] = await once(child, 'close')
  server.onRequest = server.onResponse = () => {}
  if (signal === 'SIGKILL') return undefined
  assert.equal(code, 0)
  return JSON.parse(stdout.split('\n')[1])
}

/** Compares a journal with the counts of the server: each user has one outcome, which agrees with the count. */
async function audit({ publishCounts }, journal, count, { isComplete }) {
  const { publishes, publishedCount, failures } = await readCampaignJournal(journal)
  const reported = new Map()
  for (const { users, error } of failures) {
    for (const user of users) {
      assert.ok(!reported.has(user), `${user} is in two places`)
      reported.set(user, error.delivery)
    }
  }
  assert.equal(publishes.reduce((sum, { users }) => sum + users, 0), publishedCount) // prettier-ignore
  let published = 0
  for (const user of idsOf(count)) {
    const times = publishCounts.get(user) ?? 0
    assert.ok(times <= 1, `${user} was published to ${times} times`)
    if (reported.get(user) === 'unknown') continue
    if (reported.has(user)) assert.equal(times, 0, `${user} is reported as ${reported.get(user)}`)
    else if (isComplete) assert.equal(times, 1, `${user} was lost`)
    published += times
  }
  assert.equal(published, publishedCount)
  return { publishedCount, failures }
}

const inFlight = ({ error }) => error.code === 'ERR_BEAMS_INTERRUPTED' && error.delivery === 'unknown'

describe(`a campaign that is killed at random, with ${SEEDS} seeds`, { concurrency: 2 }, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`publishes to each user once or says that it is unknown, seed ${seed}`, async (t) => {
      const random = createRandom(seed)
      const below = (limit) => Math.floor(random() * limit)
      const faults = ['refused', 'failed', 'lost before', 'lost after']
      const server = await countingServer(t, () => (random() < 0.15 ? faults[below(4)] : undefined))
      const campaign = { journal: newJournal(), count: 5000 + below(20_000), concurrency: 1 + below(6) }
      const moments = {
        begun: (child) => child.stdout.once('data', () => child.kill('SIGKILL')),
        request: (child) => (server.onRequest = afterSome(child)),
        response: (child) => (server.onResponse = afterSome(child)),
        turn: (child) => (server.onResponse = afterSome(child, setImmediate)),
      }
      const afterSome = (child, later = (end) => end()) => {
        const last = server.requests + 1 + below(6)
        return (number) => number === last && later(() => child.kill('SIGKILL'))
      }
      let unknownBefore = 0
      let report
      let kills = 0
      do {
        // After some kills, it runs to its end.
        const moment = kills < 6 ? moments[Object.keys(moments)[below(4)]] : undefined
        report = await runCampaign(server, { ...campaign, first: below(campaign.count) }, moment)
        if (report !== undefined) break
        kills++
        // A process that is killed before its journal has a header has not published yet.
        if (!fs.existsSync(campaign.journal) || fs.statSync(campaign.journal).size === 0) {
          assert.equal(server.publishCounts.size, 0)
          continue
        }
        const { failures } = await audit(server, campaign.journal, campaign.count, { isComplete: false })
        const unknown = failures.filter(inFlight).length
        const added = unknown - unknownBefore
        assert.ok(added <= campaign.concurrency, `${added} chunks of ${campaign.concurrency}`)
        unknownBefore = unknown
      } while (report === undefined)
      const { publishedCount, failures } = await audit(server, campaign.journal, campaign.count, { isComplete: true })
      assert.equal(report.publishedCount + report.resumedCount, publishedCount)
      const failed = report.failures.reduce((sum, { users }) => sum + users, 0)
      assert.equal(failed, countUsers(failures))
      assert.equal(publishedCount + failed, campaign.count)
    })
  }
})

test('a campaign of 100 000 users that is killed five times accounts for every user', async (t) => {
  const server = await countingServer(t)
  const campaign = { journal: newJournal(), count: 100_000, concurrency: 8 }
  for (let kill = 1; kill <= 5; kill++) {
    const last = server.requests + 12
    const killed = await runCampaign(server, campaign, (child) => {
      server.onRequest = (number) => number === last && child.kill('SIGKILL')
    })
    assert.equal(killed, undefined)
    const { failures } = await audit(server, campaign.journal, campaign.count, { isComplete: false })
    assert.ok(failures.length <= kill * campaign.concurrency && failures.every(inFlight))
  }
  const report = await runCampaign(server, campaign)
  const { publishedCount, failures } = await audit(server, campaign.journal, campaign.count, { isComplete: true })
  const unknown = countUsers(failures)
  assert.equal(publishedCount + unknown, campaign.count)
  assert.equal(report.publishedCount + report.resumedCount, publishedCount)
  assert.ok(report.resumedCount >= 5 * 4000 - unknown && report.publishedCount >= 40_000 - unknown)
  t.diagnostic(`${publishedCount} published, ${unknown} unknown`)
})

describe('a resumed campaign', () => {
  const silent = { status: 500 }
  const refusal = { status: 422, body: '{"error":"Bad Request","description":"no"}' }

  /** A journal after a call in which the second thousand was refused and the third is unknown. */
  async function begun(t, options) {
    const responses = [undefined, refusal, silent]
    const { requests, port } = await recordingServer(t, (_request, number) => responses[number - 1])
    const beams = createClient({ port }, { maxRetries: 0, maxRequestsPerSecond: Infinity, ...options })
    const journal = newJournal()
    const ids = idsOf(3500)
    const report = await beams.publishToManyUsers(ids, payload, { journal, concurrency: 1 })
    assert.deepEqual([report.publishedCount, report.resumedCount, report.failures.length], [1500, 0, 2])
    return {
      beams,
      journal,
      ids,
      requests,
      again: (onProgress) => beams.publishToManyUsers([...ids, 'user-0', 'new'], payload, { journal, onProgress }),
    }
  }

  test('skips published users, retries refused ones, and reports those with an unknown outcome', async (t) => {
    const { again, ids, requests } = await begun(t)
    const { publishedCount, resumedCount, duplicateCount, failures } = await again()
    assert.deepEqual([publishedCount, resumedCount, duplicateCount], [1001, 1500, 1])
    assert.deepEqual(usersOf(requests.slice(4)).sort(), [...ids.slice(1000, 2000), 'new'].sort())
    assert.deepEqual(failures.map(({ users }) => users), [ids.slice(2000, 3000)]) // prettier-ignore
    const [{ error }] = failures
    assert.ok(error instanceof BeamsError)
    assert.deepEqual([error.code, error.delivery, error.status], ['ERR_BEAMS_SERVER', 'unknown', 500])
  })

  test('is reported by itself, and the journal over all calls', async (t) => {
    const { again, journal, ids } = await begun(t)
    const report = await again()
    const { publishes, failures, ...counts } = await readCampaignJournal(journal)
    assert.deepEqual(counts, { publishedCount: 2501, resumedCount: 0, duplicateCount: 0 })
    assert.equal(counts.publishedCount, report.publishedCount + report.resumedCount)
    const sum = (list) => list.reduce((total, { users }) => total + users, 0)
    assert.deepEqual([sum(publishes), sum(report.publishes)], [2501, 1001])
    assert.deepEqual([failures, report.failures].map((list) => list.flatMap(({ users }) => users)), [ids.slice(2000, 3000), ids.slice(2000, 3000)]) // prettier-ignore
  })

  test('makes no request if all users were published to', async (t) => {
    const { again, requests } = await begun(t)
    await again()
    const { length } = requests
    const progress = []
    const { publishedCount, resumedCount } = await again((reported) => progress.push(reported))
    assert.deepEqual([publishedCount, resumedCount, requests.length, progress], [0, 2501, length, []])
  })

  test('publishes to users with an unknown outcome only with retryUnknown, and keeps it unknown if that fails', async (t) => {
    const { again, journal, ids, requests } = await begun(t, { retryUnknown: true })
    requests.push = (
      (push) => (request) =>
        push.call(requests, request)
    )(requests.push)
    const { publishedCount, failures } = await again()
    assert.deepEqual([publishedCount, failures], [2001, []])
    assert.deepEqual(usersOf(requests.slice(4)).sort(), [...ids.slice(1000, 3000), 'new'].sort())
    const { publishedCount: all, failures: none } = await readCampaignJournal(journal)
    assert.deepEqual([all, none], [3501, []])

    const { requests: refused, port } = await recordingServer(t, (_request, number) =>
      number === 1 ? silent : refusal,
    )
    const beams = createClient({ port }, { maxRetries: 0, retryUnknown: true, maxRequestsPerSecond: Infinity })
    const other = newJournal()
    for (const users of [['a'], ['a', 'b']]) {
      const report = await beams.publishToManyUsers(users, payload, { journal: other })
      assert.deepEqual(report.failures.map(({ error }) => error.delivery).sort(), ['unknown', 'refused'].slice(0, users.length).sort()) // prettier-ignore
    }
    assert.deepEqual(usersOf(refused).sort(), ['a', 'a', 'b'])
    const reported = (await readCampaignJournal(other)).failures.map(({ users, error }) => [users, error.delivery])
    assert.deepEqual(reported.sort(), [[['a'], 'unknown'], [['b'], 'refused']]) // prettier-ignore
  })

  test('continues after a call that was stopped', async (t) => {
    const { requests, port } = await recordingServer(t)
    const beams = createClient({ port }, { maxRequestsPerSecond: Infinity })
    const controller = new AbortController()
    const journal = newJournal()
    const ids = idsOf(50_000)
    const onProgress = ({ publishedCount }) => publishedCount >= 3000 && controller.abort()
    const error = await rejection(
      beams.publishToManyUsers(ids, payload, { journal, onProgress, signal: controller.signal }),
    )
    const { publishedCount } = error.report
    const resumed = []
    const report = await beams.publishToManyUsers(ids, payload, {
      journal,
      onProgress: (reported) => resumed.push(reported.resumedCount),
    })
    assert.deepEqual([report.publishedCount, report.resumedCount], [50_000 - publishedCount, publishedCount])
    assert.deepEqual(usersOf(requests).sort(), ids.sort())
    assert.ok(resumed.at(-1) > 0)
  })
})

describe('a journal', () => {
  test('is readable text, in a file that only its owner can read', async (t) => {
    const { beams } = await emulated(t)
    const journal = newJournal()
    const odd = ['é', '"\n', 'a\ud83d', '😀'.repeat(82)]
    await beams.publishToManyUsers(odd, payload, { journal })
    if (process.platform !== 'win32') assert.equal(fs.statSync(journal).mode & 0o777, 0o600)
    const lines = fs.readFileSync(journal, 'utf8').trimEnd().split('\n')
    for (const line of lines) {
      const { crc32 } = JSON.parse(line)
      const sealed = line.slice(0, line.lastIndexOf(',"crc32"'))
      assert.equal(crc32, zlib.crc32(sealed).toString(16).padStart(8, '0'))
    }
    const [header, sending, published] = lines.map((line) => JSON.parse(line))
    assert.deepEqual(
      [header.journal, header.version, header.instanceId, Object.keys(header.requests)],
      ['beams-native', 1, 'my-instance', ['default']],
    )
    assert.deepEqual([sending.record, sending.users, sending.request], ['sending', odd, header.requests.default])
    assert.deepEqual([published.record, published.chunk], ['published', sending.chunk])
    const { resumedCount } = await beams.publishToManyUsers(odd, payload, { journal })
    assert.equal(resumedCount, odd.length)
  })

  test('can be read while it is in use, and agrees with the report of the call', async (t) => {
    const { beams } = await emulated(t)
    const journal = newJournal()
    let running
    const users = (async function* () {
      yield* idsOf(2000)
      // Chunks in flight are unknown to a reader.
      running = await readCampaignJournal(journal)
      yield* idsOf(2500)
    })()
    const report = await beams.publishToManyUsers(users, payload, { journal })
    assert.ok(running.publishedCount + countUsers(running.failures) <= 2000)
    const { publishes, duplicateCount, ...rest } = await readCampaignJournal(journal)
    assert.deepEqual(new Set(publishes.map(({ publishId }) => publishId)), new Set(report.publishes.map(({ publishId }) => publishId))) // prettier-ignore
    assert.deepEqual([rest, duplicateCount], [{ publishedCount: 2500, resumedCount: 0, failures: [] }, 0])
    assert.equal(report.duplicateCount, 2000)
  })

  test('that does not exist cannot be read', async () => {
    const error = await rejection(readCampaignJournal(path.join(folder, 'none')))
    assert.ok(error instanceof BeamsError)
    assert.deepEqual([error.code, error.delivery, error.cause.code], ['ERR_BEAMS_JOURNAL', 'not-sent', 'ENOENT'])
    for (const value of [undefined, 5, {}, 'a\ud800']) {
      assert.equal((await rejection(readCampaignJournal(value))).code, 'ERR_BEAMS_INVALID_ARGUMENT')
    }
    assert.equal((await rejection(readCampaignJournal(''))).code, 'ERR_BEAMS_INVALID_ARGUMENT')
  })
})

describe('a journal that cannot be used rejects before a user is read', () => {
  const written = (content) => {
    const journal = newJournal()
    fs.writeFileSync(journal, content)
    return journal
  }
  const newer = '{"journal":"beams-native","version":2}\n'
  for (const [name, text, make, code] of [
    ['a file of another kind', /is a file of another kind/, () => written('user-1\nuser-2\n')],
    ['one line of another kind', /is a file of another kind/, () => written('[]')],
    ['a journal of a newer version', /was written by a newer beams-native/, () => written(newer)],
    ['no folder', /cannot be used/, () => path.join(folder, 'none', 'journal'), 'ENOENT'],
    ['a file for a folder', /cannot be used/, () => path.join(written(''), 'journal'), 'ENOTDIR'],
    ['a folder', /cannot be used/, () => folder, 'EISDIR'],
    ['a device', /is not a regular file/, () => '/dev/null'],
    ['a folder that takes no files', /cannot be used/, () => '/proc/journal', 'ENOENT'],
    ['a name with a NUL', /cannot be used/, () => 'a\0b'],
  ]) {
    const isOfUnix = name === 'a device'
    const isOfLinux = name === 'a folder that takes no files'
    const skip = (isOfUnix && process.platform === 'win32') || (isOfLinux && process.platform !== 'linux')
    test(name, { skip }, async (t) => {
      const error = await attempt(t, make())
      assert.match(error.message, text)
      assert.equal(error.cause?.code, code)
    })
  }

  /** Why a call with this journal rejects, without having read or sent anything. The client can be closed then. */
  async function attempt(t, journal, { request = payload, instanceId = 'my-instance' } = {}) {
    const { requests, port } = await recordingServer(t)
    const beams = createClient({ port }, { instanceId })
    let isRead = false
    const users = { [Symbol.iterator]() { isRead = true; return [].values() } } // prettier-ignore
    const content = fs.existsSync(journal) && fs.statSync(journal).isFile() && fs.readFileSync(journal)
    const error = await rejection(beams.publishToManyUsers(users, request, { journal }))
    assert.ok(error instanceof BeamsError)
    assert.deepEqual([error.code, error.delivery, error.attempts], ['ERR_BEAMS_JOURNAL', 'not-sent', 0])
    assert.deepEqual([isRead, requests.length, 'report' in error], [false, 0, false])
    if (content) assert.deepEqual(fs.readFileSync(journal), content)
    await beams.close()
    return error
  }

  test('one that another call has open, until that has ended', async (t) => {
    const { beams } = await emulated(t)
    const journal = newJournal()
    let error
    const users = (async function* () {
      yield 'user-1'
      error = await attempt(t, journal)
    })()
    await beams.publishToManyUsers(users, payload, { journal })
    assert.match(error.message, /is in use by another process, or by another call/)
    assert.equal(error.cause?.code, 'EBUSY')
    assert.equal((await beams.publishToManyUsers(['user-1'], payload, { journal })).resumedCount, 1)
  })

  test('one that another process has open', async (t) => {
    const server = await countingServer(t)
    const journal = newJournal()
    let error
    const report = await runCampaign(server, { journal, count: 20_000, concurrency: 1 }, (child) => {
      server.onRequest = () => {
        server.onRequest = () => {}
        child.kill('SIGSTOP')
        attempt(t, journal)
          .then((thrown) => (error = thrown))
          .finally(() => child.kill('SIGCONT'))
      }
    })
    assert.equal(report.publishedCount, 20_000)
    assert.match(error.message, /is in use by another process/)
    assert.equal(error.cause?.code, 'EBUSY')
  })

  test('one of another instance, or of other requests', async (t) => {
    const { beams } = await emulated(t)
    const journal = newJournal()
    const [de, en] = [payload, { web: { notification: { title: 'Hi' } } }]
    await beams.publishToManyUsers(['user-1'], { requests: { default: de, en } }, { journal })
    for (const [options, text] of [
      [
        { request: { requests: { default: de, en } }, instanceId: 'other' },
        /belongs to the instance my-instance, not to other/,
      ],
      [{ request: { requests: { default: en, en } } }, /its request "default" had another content/],
      [{ request: { requests: { default: de, en, fr: de } } }, /it had no request "fr"/],
      [{ request: de }, /it also had a request "en"/],
    ]) {
      assert.match((await attempt(t, journal, options)).message, text)
    }
    const { resumedCount } = await beams.publishToManyUsers(['user-1'], { requests: { en, default: de } }, { journal })
    assert.equal(resumedCount, 1)
  })

  for (const [options, text] of [
    [{ journal: 5 }, 'journal must be a string'],
    [{ journal: 'a\ud800' }, 'journal must be a well-formed string'],
    [{ journal: '' }, 'journal must be the path of a file: cannot make an empty path absolute'],
    [{ journal: 'j', dedupe: false }, 'a journal publishes to each user once, so dedupe cannot be false'],
  ]) {
    test(`as an argument: ${text}`, async () => {
      const error = await rejection(createClient({ port: 1 }).publishToManyUsers([], payload, options))
      assert.deepEqual([error.message, error.code], [text, 'ERR_BEAMS_INVALID_ARGUMENT'])
    })
  }
})

/** Runs a campaign whose files can have so many blocks of 512 bytes; more is as if the disk were full. */
async function runWithLimit(server, journal, blocks, count) {
  const args = [server.port, journal, count, 2].map(String)
  const child = spawn(
    'sh',
    ['-c', `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`, 'sh', process.execPath, program, ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const stdout = (await child.stdout.setEncoding('utf8').toArray()).join('')
  return JSON.parse(stdout.split('\n')[1])
}

describe('a disk that is full', { skip: process.platform === 'win32' }, () => {
  test('rejects before anything is sent', async (t) => {
    const server = await countingServer(t)
    const outcome = await runWithLimit(server, newJournal(), 0, 1000)
    assert.deepEqual([outcome.code, outcome.cause, outcome.report], ['ERR_BEAMS_JOURNAL', 'EFBIG', undefined])
    assert.equal(server.requests, 0)
  })

  test('in the middle stops the call, with a report that is exact', async (t) => {
    const server = await countingServer(t)
    const journal = newJournal()
    const outcome = await runWithLimit(server, journal, 100, 20_000)
    assert.deepEqual([outcome.code, outcome.cause], ['ERR_BEAMS_JOURNAL', 'EFBIG'])
    assert.match(outcome.message, /cannot be written/)
    assert.ok(outcome.publishedCount > 0 && outcome.publishedCount < 20_000)
    assert.deepEqual([outcome.publishedCount, outcome.failures], [server.publishCounts.size, []])
    // A batch holds 4 000, so that more than these are not read.
    assert.ok(outcome.remaining > 0 && (outcome.publishedCount + outcome.remaining) % 4000 === 0)
    // With room again, it goes on.
    const { failures, publishedCount, resumedCount } = await runCampaign(server, {
      journal,
      count: 20_000,
      concurrency: 2,
    })
    const unknown = failures.reduce((sum, { users }) => sum + users, 0)
    assert.equal(publishedCount + resumedCount + unknown, 20_000)
    await audit(server, journal, 20_000, { isComplete: true })
  })
})
