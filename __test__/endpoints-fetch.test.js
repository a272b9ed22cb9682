'use strict'

// Behaviour specific to functions from a Request to a Response.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { PushNotifications, signWebhook } = require('..')
const { authEndpoint, webhookEndpoint } = require('../fetch.js')

const beams = new PushNotifications({ instanceId: 'my-instance', secretKey: 'my-key' })
const secret = 'hush'
const url = 'http://localhost/webhooks/beams'
const bytes = Buffer.from('{}')
const headers = signWebhook(bytes, secret)

/** The source of a body without an end, whose sender is gone when it is cancelled. */
class EndlessSource {
  pulled = 0
  isCancelled = false

  pull(controller) {
    this.pulled++
    controller.enqueue(new Uint8Array(100))
  }

  cancel() {
    this.isCancelled = true
    throw new Error('it is gone')
  }
}

/** The response of an endpoint whose handler must not run, and the errors that it has reported. */
async function receive(request, options) {
  const errors = []
  const onError = ({ message }) => errors.push(message)
  const response = await webhookEndpoint({ secret, onError, ...options }, assert.fail)(request)
  const { description } = await response.json()
  return { status: response.status, description, errors }
}

describe('the webhook endpoint', () => {
  for (const [what, use] of [
    ['was read', (request) => request.text()],
    ['is being read', (request) => request.body.getReader()],
  ]) {
    test(`says what to do with a request whose body ${what}`, async () => {
      const request = new Request(url, { method: 'POST', body: bytes, headers })
      await use(request)
      const { status, errors } = await receive(request)
      assert.equal(status, 500)
      const text =
        'webhookEndpoint: the body of the request has been read already, and a signature is over its bytes. ' +
        'Call the endpoint before anything reads the body, or read the body of request.clone()'
      assert.deepEqual(errors, [text])
    })
  }

  test('refuses a request without a body, which nobody has signed', async () => {
    const { status, errors } = await receive(new Request(url, { method: 'POST' }))
    assert.deepEqual([status, errors], [401, []])
  })

  test('refuses an incomplete body, and reports nothing', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('the client has gone'))
      },
    })
    const request = new Request(url, { method: 'POST', body, headers, duplex: 'half' })
    assert.deepEqual(await receive(request), { status: 400, description: 'the body is not complete', errors: [] })
  })

  test('does not read a body that is declared to be too large, and cancels it', async () => {
    const source = new EndlessSource()
    const body = new ReadableStream(source, { highWaterMark: 0 })
    const declared = { ...headers, 'content-length': '1001' }
    const request = new Request(url, { method: 'POST', body, headers: declared, duplex: 'half' })
    const description = 'the body has more than 1000 bytes'
    assert.deepEqual(await receive(request, { maxBytes: 1000 }), { status: 413, description, errors: [] })
    assert.deepEqual([source.pulled, source.isCancelled], [0, true])
  })

  test('reads no further than maxBytes, and cancels the body', async () => {
    const source = new EndlessSource()
    const body = new ReadableStream(source)
    const request = new Request(url, { method: 'POST', body, headers, duplex: 'half' })
    const description = 'the body has more than 1000 bytes'
    assert.deepEqual(await receive(request, { maxBytes: 1000 }), { status: 413, description, errors: [] })
    assert.ok(source.pulled < 15, `${source.pulled}`)
    assert.equal(source.isCancelled, true)
  })
})

test('the auth endpoint rejects with what userId throws, for the framework to handle', async () => {
  const request = new Request('http://localhost/beams-auth?user_id=ada')
  const error = new Error('the sessions are gone')
  for (const userId of [
    () => Promise.reject(error),
    () => {
      throw error
    },
  ]) {
    await assert.rejects(authEndpoint(beams, { userId })(request), error)
  }
})

for (const user of [undefined, null, '']) {
  test(`nobody is logged in if userId returns ${JSON.stringify(user)}`, async () => {
    const request = new Request('http://localhost/beams-auth?user_id=')
    assert.equal((await authEndpoint(beams, { userId: () => user })(request)).status, 401)
  })
}

test('a fragment is no part of the user_id', async () => {
  const request = new Request('http://localhost/beams-auth?user_id=ada#user_id=grace')
  assert.equal((await authEndpoint(beams, { userId: () => 'ada' })(request)).status, 200)
})

test('userId gets the request object of the framework', async () => {
  class NextRequest extends Request {}
  const request = new NextRequest('http://localhost/beams-auth?user_id=ada')
  const got = []
  await authEndpoint(beams, { userId: (given) => void got.push(given) })(request)
  assert.deepEqual(got, [request])
})
