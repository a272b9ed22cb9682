'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const vm = require('node:vm')
const { checkPublishRequest, PushNotifications, BeamsError } = require('..')
const { recordingServer } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')

const keys = { instanceId: 'my-instance', secretKey: 'secret' }
const beams = new PushNotifications(keys)

function isRefusal(error, message) {
  assert.ok(error instanceof BeamsError)
  assert.equal(error.code, 'ERR_BEAMS_INVALID_ARGUMENT')
  assert.equal(error.delivery, 'not-sent')
  assert.equal(error.attempts, 0)
  assert.match(error.message, message instanceof RegExp ? message : new RegExp(`^${escape(message)}$`))
  return true
}

function escape(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

// What is no number is out of every range.
const numbers = [
  ['timeout', [0, -1, NaN, Infinity, 2147483648, '5s', null], 'must be a number of milliseconds from 1 to 2147483647'],
  ['connectTimeout', [0, Infinity, {}], 'must be a number of milliseconds from 1 to 2147483647'],
  ['maxRetries', [-1, 0.5, 101, NaN, Infinity, '3', true], 'must be an integer from 0 to 100'],
  [
    'maxRequestsPerSecond',
    [0, -1, 0.0009, NaN, -Infinity, '10'],
    'must be a number from 0.001 up, or Infinity for no limit',
  ],
  ['tokenBackdate', [-1, 0.5, 86401, NaN, Infinity, '60'], 'must be a whole number of seconds from 0 to 86400'],
].flatMap(([option, values, message]) => values.map((value) => [option, value, `${option} ${message}`]))

const TIME = 'a number of milliseconds from 1 to 2147483647'
const bulk = (option) => (value) => beams.publishToManyUsers(['u'], payload, { [option]: value })
const construct = (option) => async (value) => new PushNotifications({ ...keys, [option]: value })

/** Every numeric option: a call with a value of it, its text, fractions that it refuses, and strings that it takes. */
const numericOptions = [
  ['port', construct('port'), 'an integer from 1 to 65535', [0.5, 80.5], ['80']],
  ...['timeout', 'connectTimeout', 'deadline'].map((name) => [name, construct(name), TIME, [0.5, 0.999]]),
  ['maxRetries', construct('maxRetries'), 'an integer from 0 to 100', [0.5]],
  ['maxRequestsPerSecond', construct('maxRequestsPerSecond'), 'a number from 0.001 up, or Infinity for no limit', [0.0009]], // prettier-ignore
  ['maxConcurrentRequests', construct('maxConcurrentRequests'), 'an integer from 1 to 65536', [0.5, 1.5]],
  ['tokenBackdate', construct('tokenBackdate'), 'a whole number of seconds from 0 to 86400', [0.5]],
  ...['publishToInterests', 'publishToUsers'].flatMap((method) => {
    const call = (option) => (value) => beams[method](['u'], payload, { [option]: value })
    return [
      ['timeout', call('timeout'), TIME, [0.5]],
      ['deadline', call('deadline'), TIME, [0.5]],
      ['maxRetries', call('maxRetries'), 'an integer from 0 to 100', [0.5]],
    ].map((row) => [...row, [], method])
  }),
  ['timeout', (timeout) => beams.deleteUser('u', { timeout }), TIME, [0.5], [], 'deleteUser'],
  ['deadline', (deadline) => beams.deleteUser('u', { deadline }), TIME, [0.5], [], 'deleteUser'],
  ['maxRetries', (maxRetries) => beams.deleteUser('u', { maxRetries }), 'an integer from 0 to 100', [0.5], [], 'deleteUser'], // prettier-ignore
  ['timeout', bulk('timeout'), TIME, [0.5], [], 'publishToManyUsers'],
  ['deadline', bulk('deadline'), TIME, [0.5], [], 'publishToManyUsers'],
  ['maxRetries', bulk('maxRetries'), 'an integer from 0 to 100', [0.5], [], 'publishToManyUsers'],
  ['concurrency', bulk('concurrency'), 'an integer from 1 to 1000', [0.5], [], 'publishToManyUsers'],
  ['timeout', (timeout) => new PushNotifications(keys).close({ timeout }), 'a number of milliseconds from 0 to 2147483647', [-0.5], [], 'close'], // prettier-ignore
  ['backdate', async (backdate) => beams.generateToken('u', { backdate }), 'a whole number of seconds from 0 to 86400', [0.5], [], 'generateToken'], // prettier-ignore
]

describe('a numeric option', () => {
  const others = [null, NaN, -1, '', ' ', '1', '0x10', '1e3', 'ten', true, false, 1n, [1], {}, new Number(1), Symbol('1'), () => 1] // prettier-ignore
  for (const [option, call, expected, fractions, strings = [], where = 'the constructor'] of numericOptions) {
    test(`refuses what is not one: ${option} of ${where}`, async () => {
      const isTaken = (value) => option === 'port' && ['1', ...strings].includes(value)
      for (const value of [...others, ...fractions]) {
        if (isTaken(value)) continue
        const error = await rejection(call(value))
        isRefusal(error, `${option} must be ${expected}`)
      }
      for (const string of strings) await call(string)
    })
  }
})

describe('the constructor refuses', () => {
  const throwing = {
    ...keys,
    get endpoint() {
      throw new TypeError('a getter of the options threw')
    },
  }
  for (const [name, options, message] of [
    ['no options', undefined, 'PushNotifications options object is required'],
    ['null', null, 'PushNotifications options object is required'],
    ['a string', 'x', 'PushNotifications options object is required'],
    ['a function', () => {}, 'PushNotifications options object is required'],
    ['no instance id', { secretKey: 's' }, '"instanceId" is required in PushNotifications options'],
    ['an undefined instance id', { instanceId: undefined }, '"instanceId" is required in PushNotifications options'],
    ['an instance id that is not a string', { instanceId: false, secretKey: 's' }, '"instanceId" must be a string'],
    ['no secret key', { instanceId: 'i' }, '"secretKey" is required in PushNotifications options'],
    ['a secret key that is not a string', { instanceId: 'i', secretKey: 1 }, '"secretKey" must be a string'],
    ['an endpoint that is not a string', { ...keys, endpoint: null }, 'endpoint must be a string'],
    ['an endpoint before other faults', { instanceId: '', secretKey: '', endpoint: 1 }, 'endpoint must be a string'],
    ['an empty instance id', { ...keys, instanceId: '' }, '"instanceId" must not be empty'],
    ['an instance id with a slash', { ...keys, instanceId: 'evil.com/' }, /^"instanceId" must be the instance's id/],
    ['an instance id with an at sign', { ...keys, instanceId: 'a@b' }, /^"instanceId" must be the instance's id/],
    ['an instance id with a space', { ...keys, instanceId: 'a b' }, /^"instanceId" must be the instance's id/],
    ['half of a surrogate pair', { ...keys, instanceId: 'a\ud800' }, /^"instanceId" must be the instance's id/],
    ['an empty secret key', { ...keys, secretKey: '' }, '"secretKey" must not be empty'],
    ['a blank secret key', { ...keys, secretKey: ' \t ' }, '"secretKey" must not be empty'],
    ['a secret key with a line break', { ...keys, secretKey: 'topsecret\n' }, /^"secretKey" has a character that/],
    ['a secret key beyond Latin-1', { ...keys, secretKey: 'topsecret€' }, /^"secretKey" has a character that/],
    ['an empty endpoint', { ...keys, endpoint: '' }, 'endpoint must not be empty'],
    ['an endpoint that is not a host', { ...keys, endpoint: 'a b' }, /^endpoint must be a host name, or a full URL/],
    ['an endpoint of another protocol', { ...keys, endpoint: 'ftp://x' }, 'endpoint must be an http or https URL'],
    ['port 0', { ...keys, port: 0 }, 'port must be an integer from 1 to 65535'],
    ['port 65536', { ...keys, port: 65536 }, 'port must be an integer from 1 to 65535'],
    ['half a port', { ...keys, port: 80.5 }, 'port must be an integer from 1 to 65535'],
    ['a port in words', { ...keys, port: 'http' }, 'port must be an integer from 1 to 65535'],
    ...numbers.map(([option, value, text]) => [`${option}: ${String(value)}`, { ...keys, [option]: value }, text]),
    ['a ca without a certificate', { ...keys, ca: 'x' }, /^ca must contain at least one certificate in PEM format$/],
    ['a certificate of another type', { ...keys, ca: 1 }, /^ca must be a string or a Buffer in PEM format/],
    ['options that throw', throwing, 'a getter of the options threw'],
    [
      'a misspelt option',
      { ...keys, maxRetrys: 0 },
      'maxRetrys is not an option; the options are instanceId, secretKey, endpoint, port, timeout, connectTimeout, maxRetries, maxRequestsPerSecond, maxConcurrentRequests, deadline, retryUnknown, tokenBackdate, payloadChecks, proxy, ca, logger',
    ],
    ['an endpoint that is too long', { ...keys, endpoint: 'x'.repeat((1 << 20) + 1) }, 'endpoint is too long'],
    ['a port among letters', { ...keys, port: 'a80' }, 'port must be an integer from 1 to 65535'],
    ['a port before letters', { ...keys, port: '80a' }, 'port must be an integer from 1 to 65535'],
    ['a port of two numbers', { ...keys, port: '8 0' }, 'port must be an integer from 1 to 65535'],
    ['a port that is too long', { ...keys, port: ' '.repeat((1 << 20) + 1) }, 'port is too long'],
    ['a port of seven digits', { ...keys, port: '0000080' }, 'port must be an integer from 1 to 65535'],
    ['a yes that is not a boolean', { ...keys, retryUnknown: 1 }, 'retryUnknown must be true or false'],
    [
      'payload checks of no such name',
      { ...keys, payloadChecks: 'x' },
      "payloadChecks must be 'off', 'warn' or 'reject'",
    ],
    ['payload checks that are a number', { ...keys, payloadChecks: 5 }, "payloadChecks must be 'off', 'warn' or 'reject'"], // prettier-ignore
    ['payload checks that are too long', { ...keys, payloadChecks: 'x'.repeat((1 << 20) + 1) }, "payloadChecks must be 'off', 'warn' or 'reject'"], // prettier-ignore
    ['a proxy that is not a string', { ...keys, proxy: 5 }, 'proxy must be a string'],
    ['certificates of another type', { ...keys, ca: ['', 5] }, 'ca must be a string or a Buffer in PEM format, or an array of them'], // prettier-ignore
    ...[
      ['too many certificates', Array(65_537).fill('')],
      ['too long a certificate', 'x'.repeat((1 << 24) + 1)],
      ['too long a certificate, in bytes', Buffer.alloc((1 << 24) + 1)],
      ['certificates that are too long in all', ['x'.repeat((1 << 24) - 1), '']],
    ].map(([what, ca]) => [what, { ...keys, ca }, 'ca is too long']),
    ...[
      ['as many certificates as there may be', Array(65_536).fill('')],
      ['as long a certificate as there may be', 'x'.repeat(1 << 24)],
      ['certificates as long as they may be in all', ['x'.repeat((1 << 24) - 2), '']],
    ].map(([what, ca]) => [what, { ...keys, ca }, 'ca must contain at least one certificate in PEM format']),
    ['an unknown option that is undefined', { ...keys, region: undefined }, /^region is not an option; /],
  ]) {
    test(name, () => {
      assert.throws(
        () => new PushNotifications(options),
        (error) => isRefusal(error, message) && !error.message.includes('topsecret'),
      )
    })
  }
})

describe('the constructor takes', () => {
  for (const [name, options] of [
    [
      'options that are undefined as absent',
      { endpoint: undefined, port: undefined, timeout: undefined, ca: undefined },
    ],
    ['a port in digits', { port: '8081' }],
    ['a port of six digits between spaces', { port: ' \t008081 \n' }],
    ['the longest time', { timeout: 2147483647 }],
    ['as many retries as may be', { maxRetries: 100 }],
    ['the lowest rate', { maxRequestsPerSecond: 0.001 }],
    ['no limit of the rate', { maxRequestsPerSecond: Infinity }],
    ['a backdate of a day', { tokenBackdate: 86400 }],
  ]) {
    test(name, () => assert.ok(new PushNotifications({ ...keys, ...options })))
  }

  test('nothing that was added to Object.prototype as an option', (t) => {
    Object.prototype.maxRetries = -1 // eslint-disable-line no-extend-native
    t.after(() => delete Object.prototype.maxRetries)
    assert.ok(new PushNotifications(keys))
  })

  test('inherited options', () => assert.ok(new PushNotifications(Object.create(keys))))
  test('options without a prototype', () => assert.ok(new PushNotifications(Object.assign(Object.create(null), keys))))
})

const many = (count) => Array.from({ length: count }, (_, index) => `t${index}`)
const long = 'x'.repeat(165)
const nothing = 'Publish requests must target at least one interest to be delivered'
const forbidden =
  'contains a forbidden character. Allowed characters are: ASCII upper/lower-case letters, numbers or one of _-=@,.;'
const throwing = {
  get web() {
    throw new RangeError('a getter of the payload threw')
  },
}
const circular = {}
circular.self = circular
const circle = { web: {} }
circle.web.parent = circle
const UNIT_LIMIT = 1 << 20
/** A list of this length, whatever it is, of the same user. */
const ofLength = (length) => new Proxy([], { get: (_list, name) => (name === 'length' ? length : 'u') })
/** A list that throws when its first element is read. */
const unreadable = (length) => new Proxy([], { get: (_list, name) => { if (name === 'length') return length; throw new Error('oops') } }) // prettier-ignore
/** Options with this many prototypes, their own object included. */
const withPrototypes = (count) => Array.from({ length: count - 1 }).reduce((options) => Object.create(options), Object.create(null)) // prettier-ignore

for (const [method, cases] of [
  [
    'publishToInterests',
    [
      ['no interests', [], 'interests argument is required'],
      ['null', [null, payload], 'interests argument is required'],
      ['a string', ['hello', payload], 'interests argument is must be an array'],
      ['an object like an array', [{ length: 1, 0: 'a' }, payload], 'interests argument is must be an array'],
      ['an empty array', [[], payload], nothing],
      ['101 interests', [many(101), payload], 'Number of interests (101) exceeds maximum of 100.'],
      ['no request', [['hello']], 'publishRequest argument is required'],
      ['no request before bad interests', [['a|b'], null], 'publishRequest argument is required'],
      ['a number', [['hello', 5], payload], 'interest 5 is not a string'],
      ['a hole', [['hello', , 'world'], payload], 'interest undefined is not a string'],
      ['a String object', [[new String('hello')], payload], 'interest hello is not a string'],
      ['a symbol', [[Symbol('s')], payload], 'interest symbol is not a string'],
      ['no prototype', [[Object.create(null)], payload], 'interest object is not a string'],
      ['165 characters', [['a', long], payload], `interest ${long} is longer than the maximum of 164 characters`],
      ['a bar', [['bad|interest'], payload], `interest "bad|interest" ${forbidden}`],
      ['a colon', [['bad:interest'], payload], `interest "bad:interest" ${forbidden}`],
      ['a trailing line break', [['bad\n'], payload], `interest "bad\n" ${forbidden}`],
      ['a quote', [['a","b'], payload], `interest "a","b" ${forbidden}`],
      ['the empty interest', [[''], payload], 'interest cannot be the empty string'],
      ['the first of many faults', [['ok', 'no|', long, 5], payload], `interest "no|" ${forbidden}`],
      ['a bar in a long list', [[...many(50), 'no|', ...many(40)], payload], `interest "no|" ${forbidden}`],
      ['a quote in a long list', [[...many(50), 'a","b'], payload], `interest "a","b" ${forbidden}`],
    ],
  ],
  [
    'publishToUsers',
    [
      ['no users', [], 'users argument is required'],
      ['a string', ['hello', payload], 'users argument is must be an array'],
      ['an empty array', [[], payload], 'Publish requests must target at least one user to be delivered'],
      [
        '1001 users',
        [many(1001), payload],
        /^Number of users \(1001\) exceeds maximum of 1000\. publishToManyUsers takes/,
      ],
      ['no request', [['u']], 'publishRequest argument is required'],
      ['a number', [['u', 5], payload], 'user 5 is not a string'],
      ['a number in a long list', [[...many(500), 5, ...many(400)], payload], 'user 5 is not a string'],
      ['the empty user in a long list', [[...many(500), ''], payload], 'user cannot be the empty string'],
      ['165 characters', [['u', long], payload], `user ${long} is longer than the maximum of 164 characters`],
      [
        '166 units of emoji',
        [['😀'.repeat(83)], payload],
        `user ${'😀'.repeat(83)} is longer than the maximum of 164 characters`,
      ],
      ['the empty user', [[''], payload], 'user cannot be the empty string'],
      ['a payload that is an array', [['u'], []], 'publishRequest argument must be a plain object'],
      ['a payload that is a string', [['u'], 'abc'], 'publishRequest argument must be a plain object'],
      ['a payload that is a number', [['u'], 0], 'publishRequest argument must be a plain object'],
      ['a payload that is a function', [['u'], () => {}], 'publishRequest argument must be a plain object'],
      ['a payload that is a map', [['u'], new Map()], 'publishRequest argument must be a plain object'],
      ['a payload that is a date', [['u'], new Date()], 'publishRequest argument must be a plain object'],
      [
        'a payload that turns into none',
        [['u'], { toJSON: () => 'x' }],
        'publishRequest argument must be a plain object',
      ],
      ['a payload with a BigInt', [['u'], { a: 1n }], 'Do not know how to serialize a BigInt'],
      ['a payload in a circle', [['u'], circular], /^Converting circular structure to JSON/],
      ['a payload in a circle, as one of its copy', [['u'], circle], /object with constructor 'Object'\n.*property 'parent' -> .*\n.*property 'web' closes the circle$/], // prettier-ignore
      ['targets of more than a million units in all', [['x'.repeat(UNIT_LIMIT - 1), 'xx'], payload], 'the targets are too long'], // prettier-ignore
      ['a user of a million units', [['x'.repeat(UNIT_LIMIT)], payload], /^user x{1048576} is longer than the maximum/],
      ...[NaN, -1, 0.5, 'x'].map((length) => [
        `a list of ${length} users`,
        [ofLength(length), payload],
        'Publish requests must target at least one user to be delivered',
      ]),
      ['a list that would have no end', [ofLength(Infinity), payload], /^Number of users \(4294967295\) exceeds/],
      ['a value with a text of 16 384 characters', [[{ toString: () => 'x'.repeat(16_384) }], payload], /^user x{16384} is not a string$/], // prettier-ignore
      ['a value with a longer text', [[{ toString: () => 'x'.repeat(16_385) }], payload], /^user .* of 16385 characters is not a string$/], // prettier-ignore
      ['1 500 users', [many(1500), payload], /^Number of users \(1500\) exceeds/],
      ['65 536 users, of which the first cannot be read', [unreadable(65_536), payload], 'oops'],
      ['more than that, without reading any', [unreadable(65_537), payload], /^Number of users \(65537\) exceeds/],
      ['an array that would turn into a payload', [['u'], Object.assign([], { toJSON: () => payload })], 'publishRequest argument must be a plain object'], // prettier-ignore
      ['bad users before a payload that turns into none', [[5], { toJSON: () => 'x' }], 'user 5 is not a string'],
      ['a payload that throws', [['u'], throwing], 'a getter of the payload threw'],
      ['bad users before a bad payload', [[5], { a: 1n }], 'user 5 is not a string'],
      ['options that are no object', [['u'], payload, 5], 'options argument must be an object'],
      ['no time', [['u'], payload, { timeout: -1 }], /^timeout must be a number of milliseconds/],
      [
        'a misspelt option',
        [['u'], payload, { timout: 5 }],
        'timout is not an option; the options are timeout, maxRetries, deadline, signal',
      ],
      ['an option of another method', [['u'], payload, { concurrency: 5 }], /^concurrency is not an option; /],
    ],
  ],
  [
    'publishToManyUsers',
    [
      [
        'a misspelt option',
        [['u'], payload, { concurency: 5 }],
        'concurency is not an option; the options are timeout, maxRetries, deadline, signal, concurrency, dedupe, stopOnError, journal, onProgress',
      ],
      ['a journal that is not a path', [['u'], payload, { journal: 5 }], 'journal must be a string'],
      [
        'no concurrency, after a valid path',
        [['u'], payload, { journal: 'é', concurrency: 0 }],
        /^concurrency must be/,
      ],
      ['a path that is too long', [['u'], payload, { journal: 'x'.repeat(UNIT_LIMIT + 1) }], 'journal is too long'],
      [
        'a path with half of a surrogate pair',
        [['u'], payload, { journal: 'a\ud800' }],
        'journal must be a well-formed string',
      ],
    ],
  ],
  [
    'deleteUser',
    [
      ['no user', [], 'User ID argument is required'],
      ['null', [null], 'User ID argument is required'],
      ['a number', [5], 'User ID argument must be a string'],
      ['165 units', [long], 'User ID argument is too long'],
      ['a million units', ['x'.repeat(UNIT_LIMIT)], 'User ID argument is too long'],
      ['more than that', ['x'.repeat(UNIT_LIMIT + 1)], 'userId is too long'],
      ['the empty user, after options with 1 000 prototypes', ['', withPrototypes(1000)], /^User ID argument cannot be the empty/], // prettier-ignore
      ['options with 1 001 prototypes', ['', withPrototypes(1001)], 'the prototype chain of an options object is too long'], // prettier-ignore
      ['the empty user', [''], 'User ID argument cannot be the empty string'],
      ['.', ['.'], 'User ID argument cannot be ".": in a URL it would name another resource'],
      ['..', ['..'], 'User ID argument cannot be "..": in a URL it would name another resource'],
      ['half of a surrogate pair', ['a\ud800'], 'User ID argument must be well-formed: it has an unpaired surrogate'],
      ['no time', ['u', { timeout: NaN }], /^timeout must be a number of milliseconds/],
      [
        'a misspelt option',
        ['u', { maxRetrys: 0 }],
        /^maxRetrys is not an option; the options are timeout, maxRetries, /,
      ],
    ],
  ],
]) {
  describe(`${method} rejects`, () => {
    for (const [name, args, message] of cases) {
      test(name, async () => isRefusal(await rejection(beams[method](...args)), message))
    }

    test('a call on something else', async () => {
      const detached = beams[method]
      isRefusal(await rejection(detached('u', payload)), `${method} must be called on a PushNotifications`)
      isRefusal(await rejection(detached.call({}, 'u', payload)), `${method} must be called on a PushNotifications`)
    })
  })
}

describe('options that are no object are refused', () => {
  const refused = { null: null, 'an array': [], 'a function': () => {}, 'a string': 'timeout' }
  const calls = {
    publishToInterests: (options) => beams.publishToInterests(['hello'], payload, options),
    publishToUsers: (options) => beams.publishToUsers(['u'], payload, options),
    publishToManyUsers: (options) => beams.publishToManyUsers(['u'], payload, options),
    deleteUser: (options) => beams.deleteUser('u', options),
    close: (options) => beams.close(options),
    generateToken: async (options) => beams.generateToken('u', options),
    checkPublishRequest: async (options) => checkPublishRequest(payload, options),
  }
  for (const [method, call] of Object.entries(calls)) {
    test(`by ${method}`, async () => {
      for (const [name, options] of Object.entries(refused)) {
        assert.equal((await rejection(call(options))).message, 'options argument must be an object', name)
      }
    })
  }
})

describe('generateToken refuses', () => {
  for (const [name, userId, message, options] of [
    ['no user', undefined, 'userId argument is required'],
    ['null', null, 'userId argument is required'],
    ['the empty user', '', 'userId cannot be the empty string'],
    ['a number', 5, 'userId must be a string'],
    ['a String object', new String('u'), 'userId must be a string'],
    ['165 units', long, 'userId is longer than the maximum length of 164'],
    ['options that are no object', 'u', 'options argument must be an object', 5],
    ['null as options', 'u', 'options argument must be an object', null],
    ['a token of tomorrow', 'u', 'backdate must be a whole number of seconds from 0 to 86400', { backdate: -1 }],
    ['a backdate in words', 'u', 'backdate must be a whole number of seconds from 0 to 86400', { backdate: '60' }],
    ['a misspelt option', 'u', 'backDate is not an option; the options are backdate', { backDate: 60 }],
  ]) {
    test(name, () =>
      assert.throws(
        () => beams.generateToken(userId, options),
        (error) => isRefusal(error, message),
      ),
    )
  }
})

describe('arrays are taken', () => {
  const users = many(100)
  for (const [name, given] of [
    ['of another realm', vm.runInNewContext(JSON.stringify(users))],
    ['behind a proxy', new Proxy(users, {})],
    ['of a subclass', class Users extends Array {}.from(users)],
    ['that are frozen', Object.freeze([...users])],
    ['that join in a way of their own', Object.assign([...users], { join: () => 'nobody' })],
  ]) {
    test(name, async (t) => {
      const { port, requests } = await recordingServer(t)
      for (const list of [given, given.slice(0, 1)]) await createClient({ port }).publishToUsers(list, payload)
      assert.deepEqual(
        requests.map(({ body }) => JSON.parse(body).users),
        [users, users.slice(0, 1)],
      )
    })
  }
})

test('a refused call sends nothing', async (t) => {
  const { port, requests } = await recordingServer(t)
  const client = createClient({ port })
  await rejection(client.publishToInterests(['a|b'], payload))
  await rejection(client.publishToUsers(['u'], { a: 1n }))
  await rejection(client.deleteUser('..'))
  assert.equal(requests.length, 0)
})
