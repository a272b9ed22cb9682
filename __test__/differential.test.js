'use strict'

// The official SDK is the judge: the same call goes to both, and what the server saw and the caller got must be equal.
// DIFFERENTIAL_CASES sets how many calls are compared, DIFFERENTIAL_SEED which.

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const { once } = require('node:events')
const { isDeepStrictEqual } = require('node:util')
const fc = require('fast-check')
const Official = require('@pusher/push-notifications-server')
const Compat = require('../compat')

const CASES = Number(process.env.DIFFERENTIAL_CASES ?? 2000)
const seed = Number(process.env.DIFFERENTIAL_SEED ?? 20260101)

/**
 * Where this package differs on purpose, by the row of the list of the official SDK's faults. Where the two are not equal,
 * one of these must apply to the call and explain it: this package has sent nothing and rejected with this `error`, or has
 * sent what `sends` accepts.
 */
const differences = [
  {
    row: 19,
    why: 'an empty interest or user id targets nobody',
    applies: ({ targets }) => Array.isArray(targets) && targets.includes(''),
    error: /^(interest|user) cannot be the empty string$/,
  },
  {
    row: 19,
    why: 'deleting the empty user id asks for another path',
    applies: ({ operation, userId }) => operation === 'deleteUser' && userId === '',
    error: /^User ID argument cannot be the empty string$/,
  },
  {
    row: 'Path must be sent raw',
    why: 'a user id of . or .. would name another resource',
    applies: ({ operation, userId }) => operation === 'deleteUser' && (userId === '.' || userId === '..'),
    error: /^User ID argument cannot be "\.\.?": in a URL it would name another resource$/,
  },
  {
    row: 17,
    why: 'half of a surrogate pair cannot stand in a URL',
    applies: ({ operation, userId }) => operation === 'deleteUser' && isString(userId) && !isWellFormed(userId),
    error: /^User ID argument must be well-formed: it has an unpaired surrogate$/,
  },
  {
    row: 17,
    why: 'an element that has no text is named by its type',
    applies: ({ targets }) => Array.isArray(targets) && targets.some(hasNoText),
    error: /^(interest|user) (symbol|object) is not a string$/,
  },
  {
    row: 21,
    why: 'a payload must be an object with named members',
    applies: ({ operation, payload }) => isPublish(operation) && !isObject(payload),
    error: /^publishRequest argument must be a plain object$/,
  },
  {
    row: 21,
    why: "a key named __proto__ is a key like any other, and never the copy's prototype",
    applies: ({ payload }) => isObject(payload) && Object.hasOwn(payload, '__proto__'),
    sends: (body) => Object.hasOwn(body, '__proto__'),
  },
  {
    row: 21,
    why: 'the payload cannot take the place of the targets',
    applies: ({ payload }) => isObject(payload) && ['interests', 'users', 'toJSON'].some((name) => name in payload),
    sends(body, { operation, targets }) {
      const name = operation === 'publishToUsers' ? 'users' : 'interests'
      const keys = Object.keys(body)
      const isOnly = keys.filter((key) => key === 'users' || key === 'interests').length === 1
      return isDeepStrictEqual(body[name], unique(targets)) && isOnly && keys.at(-1) === name
    },
  },
  {
    row: 'duplicates',
    why: 'duplicates among the targets make the service refuse all of them',
    applies: ({ operation, targets }) => isPublish(operation) && hasDuplicates(targets),
    sends(body, { operation, targets, payload }) {
      const name = operation === 'publishToUsers' ? 'users' : 'interests'
      const { [name]: sent, ...rest } = body
      return isDeepStrictEqual(sent, unique(targets)) && isDeepStrictEqual(rest, JSON.parse(JSON.stringify(payload)))
    },
  },
]

const unique = (targets) => [...new Set(targets)]
const hasDuplicates = (targets) => Array.isArray(targets) && unique(targets).length < targets.length
const isString = (value) => typeof value === 'string'
const isPublish = (operation) => operation !== 'deleteUser' && operation !== 'generateToken'
const isObject = (value) => Object.prototype.toString.call(value) === '[object Object]'
const isWellFormed = (text) => !/\p{Surrogate}/u.test(text)

function hasNoText(value) {
  try {
    return typeof `${value}` !== 'string'
  } catch {
    return true
  }
}

/** Whether what this package did is what the difference says. */
function explains({ error, sends }, { outcome, requests }, given) {
  if (error) return error.test(outcome.error ?? '') && requests.length === 0
  if (outcome.error !== undefined || requests.length !== 1) return false
  return sends(JSON.parse(Buffer.from(requests[0].body, 'latin1').toString()), given)
}

// Calls

const characters = fc.constantFrom('a', 'Z', '0', '_', '-', '=', '@', ',', '.', ';', '/', '|', ':', ' ', '%', '+', '"', '\\', '\0', '\n', 'é', 'ש', '\u202e', '😀', '\ud800', '\udfff') // prettier-ignore
const around = (limit) => fc.constantFrom(0, 1, 2, limit - 1, limit, limit + 1, limit + 2)
const exactly = (unit, limit) =>
  around(limit).map((length) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length))
const anyText = fc.oneof(
  { weight: 3, arbitrary: fc.array(characters, { maxLength: 12 }).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.oneof(exactly('x', 164), exactly('😀', 164), exactly('ש', 164)) },
  { weight: 1, arbitrary: fc.constantFrom('.', '..', '...', '%2e', '%2e%2e', '', 'a/../b', '__proto__', 'user-1') },
)
const interest = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[A-Za-z0-9_\-=@,.;]{1,20}$/) },
  { weight: 1, arbitrary: anyText },
)
const wrongType = fc.constantFrom(undefined, null, 0, 5, NaN, true, 1n, Symbol('s'), {}, [], ['a'], () => {}, new String('a'), new Date(0), Object.create(null)) // prettier-ignore

const generateList = (element, most) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.array(element, { minLength: 1, maxLength: 5 }) },
    { weight: 1, arbitrary: around(most).map((count) => Array.from({ length: count }, (_, index) => `t${index}`)) },
    { weight: 1, arbitrary: fc.array(fc.oneof(element, wrongType), { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.sparseArray(element, { maxLength: 4 }) },
    { weight: 1, arbitrary: wrongType },
  )

const circular = { a: {} }
circular.a.b = circular
const leaf = fc.oneof(fc.string({ unit: 'grapheme' }), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, '\ud800', -0, 1e21, new Date(0), new Date(NaN), new Map([[1, 2]]), new Set([1]), Buffer.from('bytes'), new Uint8Array(2), { toJSON: () => 'made' }, () => {}, Symbol('s'), /x/, new Error('e'))) // prettier-ignore
const member = fc.oneof(
  { depthSize: 'small', withCrossShrink: true },
  leaf,
  fc.array(leaf, { maxLength: 3 }),
  fc.dictionary(fc.string(), leaf, { maxKeys: 3 }),
)
const key = fc.oneof(
  fc.constantFrom('apns', 'fcm', 'web', 'webhookUrl', 'interests', 'users', '__proto__', '1', 'é'),
  fc.string(),
)
const payload = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.dictionary(key, fc.oneof(member, fc.dictionary(fc.string(), member, { maxKeys: 3 })), { maxKeys: 4 }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ a: 1n }, circular, { toJSON: () => ({ web: {} }) }, { get a() { throw new Error('thrown') } }) }, // prettier-ignore
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { web: 'x'.repeat(300 * 1024) },
      new (class Own {
        web = {}
      })(),
    ),
  },
  { weight: 1, arbitrary: fc.oneof(wrongType, fc.constantFrom('abc', new Map(), Buffer.from('x'))) },
)
/** Stands for the port of the server, which is not known yet. */
const HERE = 1
const instanceId = fc.oneof(fc.uuid(), fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9_-]{0,20}[A-Za-z0-9])?$/))
const secretKey = fc.oneof(fc.stringMatching(/^[0-9A-F]{64}$/), fc.stringMatching(/^[!-~]{1,40}$/))

const call = fc.record({ instanceId, secretKey, anyOf: fc.nat(9) }).chain(({ anyOf, ...keys }) => {
  const publish = (operation, targets) => fc.record({ operation: fc.constant(operation), targets, payload })
  const single = (operation) =>
    fc.record({ operation: fc.constant(operation), userId: fc.oneof(anyText, anyText, wrongType) })
  const specific =
    anyOf < 4 ? publish('publishToInterests', generateList(interest, 100))
    : anyOf < 7 ? publish('publishToUsers', generateList(anyText, 1000))
    : anyOf < 9 ? single('deleteUser')
    : single('generateToken') // prettier-ignore
  return specific.map((arguments_) => ({ ...keys, ...arguments_ }))
})

// Configurations, as programs read them from an environment that may not be set up. Only those with this machine's address
// make a call.

const configuredText = (right) =>
  fc.oneof(
    { weight: 6, arbitrary: right },
    { weight: 2, arbitrary: fc.constantFrom('', ' ', '\t', '""', "''", 'undefined') },
    {
      weight: 3,
      arbitrary: right.chain((text) => fc.constantFrom(`"${text}"`, `${text}\n`, ` ${text}`, `${text}\r\n`)),
    },
    { weight: 1, arbitrary: wrongType },
  )
const configuration = (requiredKeys) =>
  fc.record(
    {
      instanceId: configuredText(instanceId),
      secretKey: configuredText(secretKey),
      endpoint: fc.oneof(
        { weight: 6, arbitrary: fc.constant('127.0.0.1') },
        {
          weight: 1,
          arbitrary: fc.constantFrom('', 'localhost', 'gateway.example', ' ', '127.0.0.1\n', '"127.0.0.1"'),
        },
        { weight: 1, arbitrary: wrongType },
      ),
      port: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(HERE, String(HERE)) },
        { weight: 1, arbitrary: fc.constantFrom('', 0, null, undefined, NaN, false, 8443, ' ', '"80"', 99999) },
      ),
      unknown: fc.constantFrom(1, 'x'),
    },
    { requiredKeys, noNullPrototype: true },
  )
const options = fc.oneof(
  { weight: 12, arbitrary: configuration(['instanceId', 'secretKey', 'endpoint', 'port']) },
  { weight: 6, arbitrary: configuration([]) },
  { weight: 1, arbitrary: configuration([]).map((given) => Object.create(given)) },
  { weight: 1, arbitrary: configuration([]).map((given) => ({ __proto__: null, ...given })) },
  { weight: 1, arbitrary: wrongType },
)

/** Where the constructors differ on purpose: what this package does, where the official SDK throws or would send a request. */
const configurationDifferences = [
  {
    why: 'an endpoint of undefined means none',
    applies: (given) => Object.hasOwn(Object(given), 'endpoint') && given.endpoint === undefined,
    theirs: /^endpoint must be a string$/,
  },
  {
    why: 'a configuration without a prototype is one like any other',
    applies: (given) => typeof given === 'object' && given !== null && !('hasOwnProperty' in given),
    theirs: /hasOwnProperty is not a function/,
  },
  {
    why: 'an instance id must be a host label',
    applies: ({ instanceId: id }) => !/^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(id),
    ours: /^"instanceId" must /,
  },
  {
    why: 'a key must not be blank, and must go into a header',
    applies: ({ secretKey: secret }) => /^[\s\u0085]*$/.test(secret) || /[\r\n]/.test(secret),
    ours: /^"secretKey" (must not be empty|has a character that an HTTP header cannot hold, such as a line break)$/,
  },
]

// Outcomes

async function settle(make) {
  try {
    return { value: await make() }
  } catch (error) {
    // Text that Rust has held is well-formed; that concerns only how a faulty argument is shown.
    return { error: error.message.toWellFormed() }
  }
}

function listArguments({ targets, payload: body, userId, operation }) {
  return isPublish(operation) ? [targets, body] : [userId]
}

describe('the official SDK and this one', () => {
  let server, port, seen

  before(async () => {
    server = http.createServer((request, response) => {
      const chunks = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () => {
        const { method, url, headers } = request
        seen.push({ method, path: url, headers, body: Buffer.concat(chunks) })
        response.end(method === 'DELETE' ? '' : '{"publishId":"pubid-1"}\n')
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = server.address().port
  })

  after(() => {
    server.close()
    server.closeAllConnections()
  })

  async function observe(Client, given) {
    seen = []
    const { instanceId: id, secretKey: secret, operation } = given
    const client = new Client({ instanceId: id, secretKey: secret, endpoint: '127.0.0.1', port })
    const outcome = await settle(() => client[operation](...listArguments(given)))
    return { outcome, requests: seen.map(comparable) }
  }

  /** Both, again should a second have gone by between them: tokens hold the time. */
  async function inOneSecond(given) {
    for (;;) {
      const second = Math.floor(Date.now() / 1000)
      const both = [await observe(Compat, given), await observe(Official, given)]
      if (given.operation !== 'generateToken' || second === Math.floor(Date.now() / 1000)) return both
    }
  }

  /** A request without what differs on purpose in every one. */
  /** A deletion says that it has no content: its body must be able to fail, should the call be given up before it is sent. */
  function withoutEmptyLength({ 'content-length': length, ...headers }) {
    return length === '0' || length === undefined ? headers : { ...headers, 'content-length': length }
  }

  function comparable({ method, path, headers: { 'x-pusher-library': library, connection, ...headers }, body }) {
    return {
      method,
      // Row 23: the documented name of the API.
      path: path.replace(/^\/user_api\//, '/customer_api/'),
      headers: method === 'DELETE' ? withoutEmptyLength(headers) : headers,
      // Row 30: the official SDK asks Node to keep or close the connection; that is the transport's own affair.
      saysWhoItIs: typeof library === 'string' && ['keep-alive', 'close', undefined].includes(connection),
      body: body.toString('latin1'),
    }
  }

  test(`agree on ${CASES} calls, except for the listed differences`, async (t) => {
    const counts = { equal: 0, sent: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(call, async (given) => {
        const [ours, theirs] = await inOneSecond(given)
        if (isDeepStrictEqual(ours, theirs)) {
          counts.equal++
          counts[ours.requests.length > 0 ? 'sent' : 'refused']++
          return
        }
        const difference = differences.find((each) => each.applies(given) && explains(each, ours, given))
        if (!difference) return assert.deepEqual(ours, theirs)
        counts[difference.why] = (counts[difference.why] ?? 0) + 1
      }),
      { numRuns: CASES, seed, includeErrorInReport: true },
    )
    t.diagnostic(JSON.stringify(counts, null, 2))
    assert.ok(counts.sent > CASES / 4, 'most calls should reach the server')
    for (const { why } of differences) assert.ok(CASES < 2000 || counts[why] > 0, `never tried: ${why}`)
  })

  test(`construct ${CASES} clients alike, except for the listed differences`, async (t) => {
    const counts = { equal: 0, thrown: 0, called: 0 }
    const readFields = (client) => fields.map((name) => [name, client[name]])
    const count = (name) => {
      counts[name] = (counts[name] ?? 0) + 1
    }

    await fc.assert(
      fc.asyncProperty(options, async (described) => {
        const given = configured(described)
        const differs = (side, text) =>
          configurationDifferences.find((each) => each[side]?.test(text ?? '') && each.applies(given))
        const [ours, theirs] = [await constructed(Compat, given), await constructed(Official, given)]

        const difference = differs('theirs', theirs.error)
        if (difference) return count(difference.why)
        assert.equal(ours.error, theirs.error)
        if (ours.error !== undefined) return count('thrown')
        assert.deepEqual(readFields(ours.value), readFields(theirs.value))
        count('equal')

        if (String(ours.value.port) !== String(port) || !['127.0.0.1', 'localhost', ''].includes(ours.value.endpoint))
          return
        const [our, their] = [await published(ours.value), await published(theirs.value)]
        if (isDeepStrictEqual(our, their)) return count('called')
        const atTheCall = differs('ours', our.outcome.error)
        if (!atTheCall || our.requests.length > 0) return assert.deepEqual(our, their)
        count(atTheCall.why)
      }),
      { numRuns: CASES, seed, includeErrorInReport: true },
    )
    t.diagnostic(JSON.stringify(counts, null, 2))
    assert.ok(counts.thrown > CASES / 10 && counts.called > CASES / 20, 'each kind should be tried')
    for (const { why } of configurationDifferences) assert.ok(CASES < 2000 || counts[why] > 0, `never tried: ${why}`)
  })

  const fields = ['instanceId', 'secretKey', 'port', 'protocol', 'endpoint']

  /** The options with the server's port in place of what stands for it. */
  function configured(given) {
    if (typeof given !== 'object' || given === null || !Object.hasOwn(given, 'port')) return given
    const isHere = given.port === HERE || given.port === String(HERE)
    return isHere
      ? Object.assign(Object.create(Object.getPrototypeOf(given)), given, {
          port: typeof given.port === 'string' ? String(port) : port,
        })
      : given
  }

  function constructed(Client, given) {
    return settle(() => new Client(given))
  }

  async function published(client) {
    seen = []
    const outcome = await settle(() => client.publishToInterests(['donuts'], { web: {} }))
    return { outcome, requests: seen.map(comparable) }
  }
})
