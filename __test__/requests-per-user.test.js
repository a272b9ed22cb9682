'use strict'

// publishToManyUsers with different requests for different users.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { recordingServer } = require('./helpers/servers.js')
const { createClient, emulated, rejection } = require('./helpers/clients.js')
const { BeamsError, readCampaignJournal } = require('..')

const titled = (title) => ({ web: { notification: { title } } })
const [de, en, fr] = ['Hallo', 'Hello', 'Bonjour'].map(titled)

/** A server, and a client without a rate limit. */
async function started(t, respond, options) {
  const { requests, port } = await recordingServer(t, respond)
  const beams = createClient({ port }, { maxRequestsPerSecond: Infinity, maxRetries: 0, ...options })
  const bodies = () => requests.map(({ body }) => JSON.parse(body))
  return { beams, requests, titles: () => titlesOf(bodies()) }
}

/** The users of each title. */
function titlesOf(bodies) {
  const users = {}
  for (const { web, users: ids } of bodies) (users[web.notification.title] ??= []).push(...ids)
  for (const ids of Object.values(users)) ids.sort()
  return users
}

/** The users of each failure and its text. */
const textsOf = ({ failures }) => failures.map(({ users, error }) => [users, error.message])

async function* later(entries) {
  for (const entry of entries) yield await entry
}

describe('publishToManyUsers with several requests', () => {
  for (const [kind, from] of [
    ['an array', (entries) => entries],
    ['an async iterable', later],
  ]) {
    test(`publishes to each user of ${kind} the one that is named, in shared requests`, async (t) => {
      const { emulator, beams } = await emulated(t)
      const languages = ['de', 'en', 'fr']
      const entries = Array.from({ length: 4500 }, (_, index) => ({
        userId: `user-${index}`,
        request: languages[index % 3],
      }))
      const report = await beams.publishToManyUsers(from(entries), { requests: { de, en, fr } })
      assert.deepEqual([report.publishedCount, report.failures], [4500, []])
      const publishes = emulator.publishes()
      assert.deepEqual(publishes.map(({ users }) => users.length).sort(), [1000, 1000, 1000, 500, 500, 500].sort())
      const expected = (index) => entries.filter((_, entry) => entry % 3 === index).map(({ userId }) => userId)
      assert.deepEqual(titlesOf(publishes), { Hallo: expected(0).sort(), Hello: expected(1).sort(), Bonjour: expected(2).sort() }) // prettier-ignore
    })
  }

  test('publishes to a user the request of their own, as it was when the user was read', async (t) => {
    const { beams, requests, titles } = await started(t)
    const reused = { web: { notification: { title: '' } } }
    function* entries() {
      for (const name of ['Ada', 'Bob', 'Cleo']) {
        reused.web.notification.title = `Hello ${name}`
        yield { userId: name, publishRequest: reused }
        yield `${name} junior`
      }
      reused.web.notification.title = 'too late'
    }
    const { publishedCount } = await beams.publishToManyUsers(entries(), en)
    assert.deepEqual([publishedCount, requests.length], [6, 4])
    assert.deepEqual(titles(), {
      'Hello Ada': ['Ada'],
      'Hello Bob': ['Bob'],
      'Hello Cleo': ['Cleo'],
      Hello: ['Ada junior', 'Bob junior', 'Cleo junior'],
    })
  })

  test('serializes the named ones before the first user is read', async (t) => {
    const { beams, titles } = await started(t)
    const changed = titled('before')
    function* entries() {
      changed.web.notification.title = 'after'
      yield { userId: 'a', request: 'changed' }
    }
    await beams.publishToManyUsers(entries(), { requests: { changed, en } })
    assert.deepEqual(titles(), { before: ['a'] })
  })

  for (const [what, requests, entries, expected] of [
    ['the only one', { de }, ['a', { userId: 'b' }], { Hallo: ['a', 'b'] }],
    ['the one named default', { de, default: en }, ['a', { userId: 'b', request: undefined }], { Hello: ['a', 'b'] }],
    ['the default by its name', { de, default: en }, [{ userId: 'a', request: 'default' }], { Hello: ['a'] }],
  ]) {
    test(`publishes ${what} to an id alone`, async (t) => {
      const { beams, titles } = await started(t)
      await beams.publishToManyUsers(entries, { requests })
      assert.deepEqual(titles(), expected)
    })
  }

  test('ignores members beside them that are undefined', async (t) => {
    const { beams, titles } = await started(t)
    await beams.publishToManyUsers(['a'], { requests: { de }, web: undefined })
    assert.deepEqual(titles(), { Hallo: ['a'] })
  })

  test('treats a single request as the one named default', async (t) => {
    const { beams, titles } = await started(t)
    const report = await beams.publishToManyUsers(['a', { userId: 'b', request: 'default' }, { userId: 'c' }], en)
    assert.deepEqual([report.publishedCount, titles()], [3, { Hello: ['a', 'b', 'c'] }])
  })

  test('may have no named request at all', async (t) => {
    const { beams, titles } = await started(t)
    const report = await beams.publishToManyUsers([{ userId: 'a', publishRequest: fr }, 'b'], { requests: {} })
    assert.deepEqual([titles(), report.failures[0].users], [{ Bonjour: ['a'] }, ['b']])
  })

  test('publishes once to a user who comes with two requests: the first', async (t) => {
    const { beams, titles } = await started(t)
    const entries = [
      { userId: 'a', request: 'de' },
      { userId: 'a', publishRequest: fr },
      { userId: 'a', request: 'en' },
    ]
    const { duplicateCount } = await beams.publishToManyUsers(entries, { requests: { de, en } })
    assert.deepEqual([titles(), duplicateCount], [{ Hallo: ['a'] }, 2])
    const twice = await beams.publishToManyUsers(entries, { requests: { de, en } }, { dedupe: false })
    assert.deepEqual([twice.publishedCount, twice.duplicateCount], [3, 0])
  })

  test('reads entries that are instances of a class, and none of what is added to Object.prototype', async (t) => {
    const { beams, titles } = await started(t)
    class User {
      constructor(id) {
        this.id = id
      }
      get userId() {
        return this.id
      }
      get request() {
        return 'fr'
      }
    }
    Object.prototype.publishRequest = de // eslint-disable-line no-extend-native
    t.after(() => delete Object.prototype.publishRequest)
    await beams.publishToManyUsers([new User('a'), { userId: 'b', request: 'en' }], { requests: { en, fr } })
    delete Object.prototype.publishRequest
    assert.deepEqual(titles(), { Bonjour: ['a'], Hello: ['b'] })
  })

  test('publishes some megabytes of requests, in more than one batch', async (t) => {
    const { beams, requests } = await started(t)
    const publishRequest = { ...en, filling: 'x'.repeat(100_000) }
    const entries = Array.from({ length: 60 }, (_, index) => ({ userId: `user-${index}`, publishRequest }))
    const { publishedCount } = await beams.publishToManyUsers(entries, en)
    assert.deepEqual([publishedCount, requests.length], [60, 60])
  })

  test('reads no more than some megabytes of requests ahead of those that are sent', async (t) => {
    const { beams } = await started(t, () => ({ status: 401 }))
    const publishRequest = { ...en, filling: 'x'.repeat(100_000) }
    let read = 0
    function* entries() {
      while (read < 1000) yield { userId: `user-${read++}`, publishRequest }
    }
    const { code } = await rejection(beams.publishToManyUsers(entries(), en, { concurrency: 1 }))
    assert.equal(code, 'ERR_BEAMS_UNAUTHORIZED')
    assert.ok(read < 500, `${read}`)
  })

  test('records the requests in its journal, and resumes from it', async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-requests-'))
    t.after(() => fs.rmSync(folder, { recursive: true }))
    const journal = path.join(folder, 'journal')
    const refusal = { status: 422, body: '{"error":"E","description":"D"}' }
    const { beams, titles } = await started(t, ({ body }) => (body.includes('Hallo') ? refusal : undefined))
    const entries = [
      { userId: 'a', request: 'de' },
      { userId: 'b', request: 'en' },
      { userId: 'c', publishRequest: fr },
      { userId: 'd', request: 'none' },
    ]
    const requests = { de, en }
    const first = await beams.publishToManyUsers(entries, { requests }, { journal })
    assert.deepEqual([first.publishedCount, first.failures.map(({ users }) => users)], [2, [['a'], ['d']]])
    const again = await beams.publishToManyUsers(entries, { requests }, { journal })
    assert.deepEqual([again.publishedCount, again.resumedCount], [0, 2])
    assert.deepEqual(again.failures.map(({ users }) => users), [['a'], ['d']]) // prettier-ignore
    assert.deepEqual(titles(), { Hallo: ['a', 'a'], Hello: ['b'], Bonjour: ['c'] })
    const lines = fs.readFileSync(journal, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line)) // prettier-ignore
    assert.deepEqual(Object.keys(lines[0].requests), ['de', 'en'])
    const hashes = Object.fromEntries(
      lines.filter(({ users }) => users).map(({ users, request }) => [users[0], request]),
    )
    assert.deepEqual([hashes.a, hashes.b], [lines[0].requests.de, lines[0].requests.en])
    assert.ok(/^[\da-f]{64}$/.test(hashes.c) && hashes.c !== hashes.a)
    assert.deepEqual(
      (await readCampaignJournal(journal)).failures.map(({ users }) => users),
      [['a']],
    )
  })
})

describe('a user without a valid request is in the failures, and named in their text', () => {
  const circle = { ...en }
  circle.circle = circle
  const oops = new Error('oops')
  const throwing = { get web() { throw oops } } // prettier-ignore
  const several = { requests: { de, en } }
  for (const [text, entry, requests = several] of [
    ['it has no request, and none of the requests is named "default"', 'a'],
    ['it has no request, and none of the requests is named "default"', { userId: 'a' }],
    ['no request is named "fr"', { userId: 'a', request: 'fr' }],
    ['no request is named 5', { userId: 'a', request: 5 }],
    ['no request is named null', { userId: 'a', request: null }],
    ['no request is named "toString"', { userId: 'a', request: 'toString' }],
    ['it has both request and publishRequest', { userId: 'a', request: 'de', publishRequest: en }],
    ['publishRequest must be a plain object', { userId: 'a', publishRequest: null }],
    ['publishRequest must be a plain object', { userId: 'a', publishRequest: 'Hello' }],
    ['publishRequest must be a plain object', { userId: 'a', publishRequest: [en] }, en],
    [
      'publishRequest is too large: with one user it exceeds the maximum of 204800 bytes',
      { userId: 'a', publishRequest: { ...en, filling: 'x'.repeat(204_000) } },
      en,
    ],
    ['its request could not be read: oops', { userId: 'a', publishRequest: throwing }, en],
    ['its request could not be read: oops', { userId: 'a', get request() { throw oops } }, en], // prettier-ignore
  ]) {
    test(text, async (t) => {
      const { beams, titles } = await started(t)
      const report = await beams.publishToManyUsers([entry, { userId: 'b', publishRequest: fr }], requests)
      assert.deepEqual([report.publishedCount, titles()], [1, { Bonjour: ['b'] }])
      assert.deepEqual(textsOf(report), [[['a'], `user "a": ${text}`]])
      const [{ error }] = report.failures
      assert.ok(error instanceof BeamsError)
      assert.deepEqual([error.code, error.delivery, error.attempts], ['ERR_BEAMS_INVALID_ARGUMENT', 'not-sent', 0])
      if (!text.endsWith('oops')) return
      assert.equal(error.cause, oops)
      assert.ok(!Object.keys(error).includes('cause'))
    })
  }

  for (const [text, entry] of [
    ['its request could not be read', { userId: 'a', publishRequest: throwing }],
    ['its request could not be read', { userId: 'a', publishRequest: circle }],
    ['no request is named "fr"', { userId: 'a', request: 'fr' }],
    ['publishRequest must be a plain object', { userId: 'a', publishRequest: [] }],
  ]) {
    test(`and gets no later one, because the first entry of a user counts: ${text}`, async (t) => {
      const { beams, titles } = await started(t)
      const entries = [entry, { userId: 'a', publishRequest: fr }, { userId: 'a', request: 'de' }, { userId: 'b', request: 'de' }] // prettier-ignore
      const { publishedCount, duplicateCount, failures } = await beams.publishToManyUsers(entries, several)
      assert.deepEqual([publishedCount, duplicateCount, titles()], [1, 2, { Hallo: ['b'] }])
      assert.deepEqual(failures.map(({ users }) => users), [['a']]) // prettier-ignore
      assert.ok(failures[0].error.message.includes(text), failures[0].error.message)
    })
  }

  test('with no more than 200 characters of a value or a message', async (t) => {
    const { beams } = await started(t)
    const long = 'x'.repeat(201)
    const publishRequest = { get web() { throw new Error(long) } } // prettier-ignore
    const report = await beams.publishToManyUsers(
      [
        { userId: 'a', request: long },
        { userId: 'b', request: Object.assign(() => {}, { toString: () => long }) },
        { userId: 'c', publishRequest },
      ],
      several,
    )
    const shown = long.slice(1)
    assert.deepEqual(textsOf(report), [
      [['a'], `user "a": no request is named "${shown}"`],
      [['b'], `user "b": no request is named ${shown}`],
      [['c'], `user "c": its request could not be read: ${shown}`],
    ])
  })

  test('together with the others of the same kind', async (t) => {
    const { beams } = await started(t)
    const entries = ['a', { userId: 'b', publishRequest: circle }, 'c', 'd', { userId: 'e', publishRequest: { n: 1n } }]
    const [[users, text], [circular, circularText], [big, bigText]] = textsOf(
      await beams.publishToManyUsers(entries, several),
    )
    assert.deepEqual([users, circular, big], [['a', 'c', 'd'], ['b'], ['e']])
    assert.match(text, /^user "a" and 2 others: it has no request/)
    assert.match(circularText, /^user "b": .*circular/)
    assert.match(bigText, /^user "e": .*BigInt/)
  })

  for (const [what, first, users] of [
    ['was published', { userId: 'a', request: 'de' }, []],
    ['failed for another reason', { userId: 'a', request: 'fr' }, ['a']],
  ]) {
    test(`but not if it is a duplicate of a user who ${what}`, async (t) => {
      const { beams } = await started(t)
      const entries = [first, { userId: 'a', publishRequest: throwing }, { userId: 'b', publishRequest: circle }]
      const { duplicateCount, failures } = await beams.publishToManyUsers(entries, several)
      assert.deepEqual([duplicateCount, failures.flatMap((failure) => failure.users)], [1, [...users, 'b']])
      for (const { error } of failures) assert.notEqual(error.cause, oops)
    })
  }

  test('unless the entry has no valid user id, which is the reason then', async (t) => {
    const { beams } = await started(t)
    const [long, longest] = ['x'.repeat(165), 'x'.repeat(16_384)]
    const entries = [{ userId: 5 }, { id: 'a' }, { userId: '' }, { userId: null }, [], null, () => {}, { userId: long }, { userId: longest }, { userId: `${longest}x` }] // prettier-ignore
    const [{ users, error }] = (await beams.publishToManyUsers(entries, en)).failures
    const expected = ['5', '[object Object]', '', 'null', '', 'null', '() => {}', long, longest, 'a string of 16385 characters'] // prettier-ignore
    assert.deepEqual(users.sort(), expected.sort())
    assert.match(error.message, /^a user id must be a string of 1 to 164 UTF-16 code units$/)
  })

  test('but an entry whose id cannot be read stops the call, like an iterator that throws', async (t) => {
    const { beams } = await started(t)
    const error = await rejection(beams.publishToManyUsers(['a', { get userId() { throw oops } }], en)) // prettier-ignore
    assert.deepEqual([error.code, error.cause, error.remaining], ['ERR_BEAMS_INTERRUPTED', oops, ['a']])
  })
})

describe('the named requests are checked before any user is read', () => {
  const oops = new Error('oops')
  const createUnset = (count) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, null]))
  for (const [text, publishRequest] of [
    ['requests must be an object that has a publish request for each name', { requests: 5 }],
    ['requests must be an object that has a publish request for each name', { requests: [en] }],
    ['requests must be an object that has a publish request for each name', { requests: null }],
    ['requests must be an object that has a publish request for each name', { requests: () => {} }],
    ['publishRequest argument must be a plain object', Object.assign(() => {}, { requests: { en } })],
    ['publishRequest argument is required', null],
    ['there may be up to 65536 requests', { requests: createUnset(65_537) }],
    ['requests["r0"] must be a plain object', { requests: createUnset(65_536) }],
    ['requests["de"] must be a plain object', { requests: { en, de: null } }],
    ['requests["de"] must be a plain object', { requests: { de: 'Hallo' } }],
    [
      'requests["de"] is too large: with one user it exceeds the maximum of 204800 bytes',
      { requests: { de: { ...de, filling: 'x'.repeat(204_000) } } },
    ],
    ['web has no effect beside requests: add it to each request', { requests: { en }, web: en.web }],
    ['oops', { requests: { get de() { throw oops } } }], // prettier-ignore
  ]) {
    test(text, async () => {
      let isRead = false
      const users = { [Symbol.iterator]() { isRead = true; return [].values() } } // prettier-ignore
      const error = await rejection(createClient({ port: 1 }).publishToManyUsers(users, publishRequest))
      assert.ok(error instanceof BeamsError)
      assert.deepEqual([error.message, error.code, isRead], [text, 'ERR_BEAMS_INVALID_ARGUMENT', false])
    })
  }
})

test('a request of one user that Beams would refuse is not sent, and its failure names the user', async (t) => {
  const { beams, titles } = await started(t, undefined, { payloadChecks: 'reject' })
  const refused = { web: { notification: { title: 'Hi', deep_link: '/inbox' } } }
  const report = await beams.publishToManyUsers(['ada', { userId: 'eve', publishRequest: refused }], en)
  assert.deepEqual(titles(), { Hello: ['ada'] })
  const [[users, message]] = textsOf(report)
  assert.deepEqual(users, ['eve'])
  assert.match(message, /^user "eve": .*deep_link/)
})

test('several requests in a Map are refused, because it has no names of its own', async (t) => {
  const { beams, requests } = await started(t)
  const error = await rejection(beams.publishToManyUsers(['ada'], { requests: new Map([['default', en]]) }))
  assert.equal(error.message, 'requests must be an object that has a publish request for each name')
  assert.equal(requests.length, 0)
})
