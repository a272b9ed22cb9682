'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const vm = require('node:vm')
const { BeamsError, checkPublishRequest } = require('..')

const notification = { title: 'Hello', deep_link: 'https://example.com/' }
const withData = (data) => ({ web: { notification, data } })

const rules = (publishRequest, options) => checkPublishRequest(publishRequest, options).map(({ rule }) => rule)
const paths = (publishRequest) => checkPublishRequest(publishRequest).map(({ path }) => path)

test('a finding describes the effect, the place and the fix', () => {
  assert.deepEqual(checkPublishRequest({ web: { notification: { title: 'Hello', deepLink: '/inbox' } } }), [
    {
      rule: 'web/near-name',
      severity: 'degraded',
      platform: 'web',
      path: '/web/notification/deepLink',
      message: '`deepLink` has no effect. Write `deep_link`.',
      suggestion: 'deep_link',
      documentation: 'https://pusher.com/docs/beams/reference/publish-payloads/',
    },
    {
      rule: 'web/deep-link-missing',
      severity: 'hint',
      platform: 'web',
      path: '/web/notification',
      message: 'A click only closes the notification. Add `deep_link`, the absolute URL of the page to open.',
      documentation: 'https://pusher.com/docs/beams/guides/handle-incoming-notifications/web/',
    },
  ])
})

test('a correct payload has no finding, also as an instance and with toJSON', () => {
  class Request {
    fcm = { notification: { title: 'Hello' } }
  }
  assert.deepEqual(checkPublishRequest({ web: { notification } }), [])
  assert.deepEqual(checkPublishRequest(new Request()), [])
  const toJSON = () => ({ web: { notification } })
  assert.deepEqual(checkPublishRequest({ toJSON }), [])
  assert.deepEqual(checkPublishRequest({ users: ['user-1'], web: { data: { value: () => 7 } }, toJSON }), [])
})

test('a platform that is null is found', () => {
  assert.deepEqual(rules({ web: null }), ['body/platform-not-an-object'])
})

test('the size limit depends on the kind of targets', () => {
  const large = { fcm: { data: { text: 'x'.repeat(11_000) }, priority: 'high' } }
  assert.deepEqual(rules(large, { targets: 'interests' }), ['body/too-large', 'fcm/too-large'])
  assert.deepEqual(rules(large, { targets: 'users' }), ['fcm/too-large'])
  for (const options of [undefined, {}, { targets: undefined }]) {
    assert.deepEqual(rules(large, options), ['fcm/too-large', 'body/too-large-for-interests'])
  }
})

describe('values that JSON drops or changes', () => {
  class Money {
    #amount = 7
    get amount() {
      return this.#amount
    }
  }
  class Order {
    id = 7
  }

  const hidden = {
    'body/lost-in-json': {
      'a Map': new Map([['a', 1]]),
      'a Set': new Set(['a']),
      'a function': () => 7,
      'a symbol': Symbol('a'),
      'an error': new Error('a'),
      'a promise': Promise.resolve(7),
      'a regular expression': /a/,
      'an instance whose members are private': new Money(),
      'a Map of another realm': vm.runInNewContext("new Map([['a', 1]])"),
    },
    'body/changed-by-json': {
      undefined: undefined,
      NaN: NaN,
      'a boxed NaN': new Number(NaN),
      'a date': new Date(0),
      'a Buffer': Buffer.from('a'),
      'a typed array': new Float64Array([7]),
      'a typed array with NaN': new Float64Array([NaN]),
      'an instance with members': new Order(),
    },
  }
  for (const [rule, values] of Object.entries(hidden)) {
    for (const [name, value] of Object.entries(values)) {
      test(`${name} is found anywhere in data: ${rule}`, () => {
        const found = checkPublishRequest(withData({ 'a/b': [{ value }], fine: 1 }))
        assert.deepEqual(
          found.map((finding) => [finding.rule, finding.path, finding.platform]),
          [[rule, '/web/data/a~1b/0/value', 'web']],
        )
      })
    }
  }

  for (const [name, value] of Object.entries({
    'a plain object': { a: [null, true, 'a', 7, {}] },
    'an object without prototype': { __proto__: null, a: 1 },
    'an object of another realm': vm.runInNewContext('({ a: [1] })'),
    'an object with a form of its own': new (class {
      toJSON() {
        return 7
      }
    })(),
    'a boxed string': new String('a'),
    'a boxed boolean': new Boolean(true),
    'a boxed number, whose members JSON ignores': Object.assign(new Number(7), { a: undefined }),
  })) {
    test(`${name} has no finding`, () => assert.deepEqual(checkPublishRequest(withData({ value })), []))
  }

  test('conditional data has no finding', () => {
    assert.deepEqual(checkPublishRequest({ web: { notification, data: undefined }, fcm: undefined }), [])
  })

  test('targets in the payload are found, although a publish ignores them', () => {
    assert.deepEqual(paths({ web: { notification }, users: ['user-1'], interests: [] }), ['/interests', '/users'])
    assert.deepEqual(rules({ web: { notification }, users: ['user-1'] }), ['body/targets-in-request'])
  })

  for (const platform of ['apns', 'fcm', 'web']) {
    test(`are found in the data of ${platform}`, () => {
      assert.ok(paths({ [platform]: { data: { value: () => 7 } } }).includes(`/${platform}/data/value`))
    })
  }

  test('are found among the first 10 000 values', () => {
    // The data and the list are the first two.
    const isFound = (index) => {
      const list = Array.from({ length: 10_000 }, (_, at) => (at === index ? NaN : 7))
      return paths(withData({ list })).includes(`/web/data/list/${index}`)
    }
    assert.deepEqual([isFound(9997), isFound(9998)], [true, false])
  })

  test('are found in the first 100 levels', () => {
    const find = (levels) => {
      let data = { value: NaN }
      for (let level = 0; level < levels; level++) data = { a: data }
      return paths(withData(data)).length
    }
    // Of the names in a path, the first two are the platform and `data`, and the last is that of the value.
    assert.deepEqual([find(97), find(98)], [1, 0])
  })

  test('infinite getters end', () => {
    const endless = () => ({
      get next() {
        return endless()
      },
    })
    let calls = 0
    const data = {
      get tree() {
        // The first reading is that of JSON.stringify.
        return ++calls === 1 ? 'leaf' : endless()
      },
    }
    assert.deepEqual(checkPublishRequest(withData(data)), [])
  })
})

test('any string can be checked, lone surrogates too', () => {
  assert.deepEqual(checkPublishRequest({ fcm: { notification: { title: '🍩'.slice(0, 1) + '\u0000\\ud83d' } } }), [])
})

test('any depth and size can be checked', () => {
  let tree = 'leaf'
  for (let level = 0; level < 1000; level++) tree = [tree]
  assert.deepEqual(rules(withData({ tree })), ['body/too-deep'])
  assert.deepEqual(rules(withData({ text: 'x'.repeat(1 << 22) })), ['body/too-large'])
  assert.equal(rules({ fcm: { data: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i, i])) } }).length, 100)
})

describe('the checker throws for', () => {
  const circle = {}
  circle.self = circle
  for (const [name, args, message] of [
    ['a missing payload', [], /^publishRequest argument is required$/],
    ['null', [null], /^publishRequest argument is required$/],
    ['text', ['{}'], /^publishRequest argument must be a plain object$/],
    ['a list', [[]], /^publishRequest argument must be a plain object$/],
    ['a toJSON that returns text', [{ toJSON: () => '{}' }], /^publishRequest argument must be a plain object$/],
    ['a circle', [{ web: circle }], /circular structure/],
    ['a BigInt', [withData({ id: 7n })], /BigInt/],
    ['a getter that throws', [{ get web() { throw new Error('mine') } }], /^mine$/], // prettier-ignore
    ['another kind of targets', [{ web: { notification } }, { targets: 'devices' }], /^targets must be 'interests' or/],
    [
      'targets that are no text',
      [{ web: { notification } }, { targets: 7 }],
      /^targets must be 'interests' or 'users'$/,
    ],
    ['options that are none', [{ web: { notification } }, 'users'], /^options argument must be an object$/],
    ['options that are null', [{ web: { notification } }, null], /^options argument must be an object$/],
  ]) {
    test(name, () => {
      assert.throws(
        () => checkPublishRequest(...args),
        (error) => {
          assert.ok(error instanceof BeamsError)
          assert.match(error.message, message)
          const { code, delivery, attempts } = error
          assert.deepEqual(
            { code, delivery, attempts },
            { code: 'ERR_BEAMS_INVALID_ARGUMENT', delivery: 'not-sent', attempts: 0 },
          )
          return true
        },
      )
    })
  }
})
