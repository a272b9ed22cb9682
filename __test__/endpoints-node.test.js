'use strict'

// Behaviour specific to servers with the API of node:http: body parsers, `next`, and connections that end too early.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter, once } = require('node:events')
const http = require('node:http')
const http2 = require('node:http2')
const net = require('node:net')
const { Readable } = require('node:stream')
const express = require('express')
const express4 = require('express-4')
const { PushNotifications, signWebhook } = require('..')
const { authEndpoint, webhookEndpoint } = require('../express.js')
const { AUTH, WEBHOOK, startHost } = require('./helpers/endpoint-hosts.js')

const beams = new PushNotifications({ instanceId: 'my-instance', secretKey: 'my-key' })
const secret = 'hush'
const body = JSON.stringify(
  {
    payload: { instance_id: 'my-instance', publish_id: 'pubid-1', user_id: 'Ädä' },
    metadata: {
      created_at: '2026-01-31T10:42:16+0000',
      event_type: 'v1.UserNotificationOpen',
      event_id: 'event-1',
      product: 'beams',
    },
  },
  null,
  2,
)
const request = { method: 'POST', body, headers: signWebhook(body, secret) }

for (const [name, express_] of [
  ['Express 4', express4],
  ['Express 5', express],
]) {
  const start = (t, ...handlers) => {
    const app = express_()
    for (const handler of handlers) app.use(handler)
    return startHost(t, http.createServer(app))
  }

  describe(`the webhook endpoint behind a body parser of ${name}`, () => {
    const keep = { verify: (incoming, _response, bytes) => (incoming.rawBody = bytes) }
    for (const [what, parser] of [
      ['that keeps the bytes as rawBody', express_.json(keep)],
      ['that keeps the bytes as body', express_.raw({ type: '*/*' })],
      ['that makes a string of them', express_.text({ type: '*/*' })],
      ['that is for another type', express_.urlencoded({ extended: false })],
    ]) {
      test(`verifies the raw body, ${what}`, async (t) => {
        const events = []
        const endpoint = webhookEndpoint({ secret, after: (run) => run() }, (event) => events.push(event))
        const send = await start(t, parser, endpoint)
        assert.equal((await send(WEBHOOK, request)).status, 204)
        assert.equal(events[0].payload.user_id, 'Ädä')
        const forged = { ...request, body: body.replace('Ädä', 'Bob') }
        assert.equal((await send(WEBHOOK, forged)).status, 401)
      })
    }

    test('says what to do if the parser has not kept the raw body', async (t) => {
      const errors = []
      const endpoint = webhookEndpoint({ secret, onError: (error) => errors.push(error) }, assert.fail)
      const send = await start(t, express_.json(), endpoint)
      const response = await send(WEBHOOK, request)
      assert.equal(response.status, 500)
      assert.equal(
        errors[0].message,
        'webhookEndpoint: a body parser has read the body, and a signature is over its bytes. Put the endpoint before ' +
          'express.json(), or keep the bytes: express.json({ verify: (request, _response, bytes) => { request.rawBody = bytes } })',
      )
    })
  })

  describe(`the auth endpoint of ${name}`, () => {
    for (const [how, userId] of [
      ['throws', () => assert.fail('the sessions are gone')],
      ['rejects', async () => assert.fail('the sessions are gone')],
    ]) {
      test(`passes the error that userId ${how} to the error handlers of the application`, async (t) => {
        const errors = []
        const send = await start(t, authEndpoint(beams, { userId }), (error, _request, response, _next) => {
          errors.push(error.message)
          response.sendStatus(418)
        })
        assert.equal((await send(`${AUTH}?user_id=ada`)).status, 418)
        assert.deepEqual(errors, ['the sessions are gone'])
      })
    }

    test('keeps the headers that the application has set, such as those of CORS', async (t) => {
      const cors = (_request, response, next) => {
        response.set('Access-Control-Allow-Origin', 'https://app.example')
        next()
      }
      const send = await start(t, cors, authEndpoint(beams, { userId: () => undefined }))
      const response = await send(`${AUTH}?user_id=ada`)
      assert.equal(response.status, 401)
      assert.equal(response.headers.get('access-control-allow-origin'), 'https://app.example')
    })
  })
}

describe('without a framework', () => {
  test('an error of userId is logged, and not sent to the client', async (t) => {
    const error = t.mock.method(console, 'error', () => {})
    const userId = () => assert.fail('the sessions are gone')
    const send = await startHost(t, http.createServer(authEndpoint(beams, { userId })))
    const response = await send(`${AUTH}?user_id=ada`)
    assert.equal(response.status, 500)
    assert.doesNotMatch(await response.text(), /sessions/)
    assert.equal(error.mock.calls[0].arguments[0].message, 'the sessions are gone')
  })

  for (const [what, id, message] of [
    ['a number', 42, /must return a string, .* but it returned a value of type number/],
    ['too long', 'x'.repeat(165), /longer than the maximum/],
  ]) {
    test(`a user id that is ${what} results in 500, and an error in the log`, async (t) => {
      const error = t.mock.method(console, 'error', () => {})
      const send = await startHost(t, http.createServer(authEndpoint(beams, { userId: () => id })))
      assert.equal((await send(`${AUTH}?user_id=${id}`)).status, 500)
      assert.match(error.mock.calls[0].arguments[0].message, message)
    })
  }

  test('a HEAD request gets the status without a body', async (t) => {
    const send = await startHost(t, http.createServer(authEndpoint(beams, { userId: () => 'ada' })))
    const response = await send(`${AUTH}?user_id=ada`, { method: 'HEAD' })
    assert.deepEqual([response.status, await response.text()], [200, ''])
  })

  test('a response that was already sent is not changed', async (t) => {
    const auth = authEndpoint(beams, {
      userId: ({ res }) => {
        res.writeHead(503).end()
        return 'ada'
      },
    })
    const server = http.createServer((incoming, outgoing) => auth(Object.assign(incoming, { res: outgoing }), outgoing))
    const send = await startHost(t, server)
    assert.equal((await send(`${AUTH}?user_id=ada`)).status, 503)
  })

  test('the endpoints work over HTTP/2', async (t) => {
    const events = []
    const endpoint = webhookEndpoint({ secret, after: (run) => run() }, ({ eventId }) => events.push(eventId))
    const server = http2.createServer(endpoint)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = http2.connect(`http://127.0.0.1:${server.address().port}`)
    t.after(() => {
      session.destroy()
      server.close()
    })
    const stream = session.request({ ':method': 'POST', ...signWebhook(body, secret) })
    stream.end(body)
    const [headers] = await once(stream, 'response')
    assert.deepEqual([headers[':status'], events], [204, ['event-1']])
  })
})

describe('a webhook whose body', () => {
  const head = (length) =>
    `POST ${WEBHOOK} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n` +
    `Webhook-Signature: ${signWebhook(body, secret)['Webhook-Signature']}\r\n\r\n`

  /** A connection that has sent a text. */
  const connect = async (t, port, text) => {
    const socket = net.connect(port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(text)
    return socket
  }

  test('is never sent in full is not handled, and the server goes on', async (t) => {
    const endpoint = webhookEndpoint({ secret, onError: assert.fail, after: (run) => run() }, assert.fail)
    const settled = []
    const server = http.createServer((incoming, outgoing) => settled.push(endpoint(incoming, outgoing)))
    const send = await startHost(t, server)
    const socket = await connect(t, send.port, head(body.length * 2) + body)
    await once(server, 'request')
    socket.destroy()
    await settled[0]
    assert.equal((await send(WEBHOOK)).status, 405)
  })

  test('belongs to a client that left before the endpoint was called is not waited for', async (t) => {
    const endpoint = webhookEndpoint({ secret, onError: assert.fail, after: (run) => run() }, assert.fail)
    let settled
    const server = http.createServer((incoming, outgoing) => {
      incoming.on('close', () => (settled = endpoint(incoming, outgoing)))
      incoming.socket.destroy()
    })
    const send = await startHost(t, server)
    const socket = await connect(t, send.port, head(1000))
    await once(socket, 'close')
    await settled
    assert.notEqual(settled, undefined)
  })

  test('is endless is refused while it is still being sent, and the connection ends', async (t) => {
    const endpoint = webhookEndpoint({ secret, maxBytes: 1000, onError: assert.fail }, assert.fail)
    const send = await startHost(t, http.createServer(endpoint))
    const socket = await connect(t, send.port, `${head(10_000_000)}${'x'.repeat(2000)}`)
    let received = ''
    socket.setEncoding('latin1').on('data', (text) => (received += text))
    await once(socket, 'close')
    assert.match(received, /^HTTP\/1\.1 413 /)
    assert.match(received, /connection: close/i)
  })

  test('is declared to be too large is refused before any of it arrives', async (t) => {
    const endpoint = webhookEndpoint({ secret, maxBytes: 1000, onError: assert.fail }, assert.fail)
    const send = await startHost(t, http.createServer(endpoint))
    for (const length of ['1001', '10000000000', '9'.repeat(18)]) {
      const socket = await connect(t, send.port, head(length))
      let received = ''
      socket.setEncoding('latin1').on('data', (text) => (received += text))
      await once(socket, 'close')
      assert.match(received, /^HTTP\/1\.1 413 /)
    }
  })

  test('is chunked and grows beyond the limit is refused, and the connection ends', async (t) => {
    const endpoint = webhookEndpoint({ secret, maxBytes: 1000, onError: assert.fail }, assert.fail)
    const send = await startHost(t, http.createServer(endpoint))
    const chunk = `1f4\r\n${'x'.repeat(500)}\r\n`
    const chunked = head(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked')
    const socket = await connect(t, send.port, chunked + chunk.repeat(3))
    let received = ''
    socket.setEncoding('latin1').on('data', (text) => (received += text))
    await once(socket, 'close')
    assert.match(received, /^HTTP\/1\.1 413 /)
  })

  test('belongs to a client that has left while seen waited: its late rejection is reported once', async (t) => {
    const errors = []
    const oops = new Error('the database is down')
    let reject, settled
    const wasSeen = new Promise((_resolve, rejectSeen) => (reject = rejectSeen))
    const asked = new EventEmitter()
    const seen = () => (asked.emit('seen'), wasSeen)
    const endpoint = webhookEndpoint({ secret, seen, onError: (error) => errors.push(error) }, assert.fail)
    const server = http.createServer((incoming, outgoing) => (settled = endpoint(incoming, outgoing)))
    const send = await startHost(t, server)
    const isAsked = once(asked, 'seen')
    const socket = await connect(t, send.port, head(Buffer.byteLength(body)) + body)
    await isAsked
    const closed = once(socket, 'close')
    socket.destroy()
    await closed
    reject(oops)
    await settled
    assert.deepEqual(errors, [oops])
  })

  for (const [how, reason] of [
    ['fails', new Error('reset')],
    ['closes early', undefined],
  ]) {
    test(`comes from a stream that ${how} is refused as incomplete, and the connection is kept`, async (t) => {
      const endpoint = webhookEndpoint({ secret, onError: assert.fail }, assert.fail)
      const server = http.createServer(({ method, headers }, outgoing) => {
        const stream = new Readable({ read: () => stream.destroy(reason) })
        return endpoint(Object.assign(stream, { method, headers }), outgoing)
      })
      const send = await startHost(t, server)
      const response = await send(WEBHOOK, { method: 'POST' })
      assert.deepEqual([response.status, response.headers.get('connection')], [400, 'keep-alive'])
      assert.equal((await response.json()).description, 'the body is not complete')
    })
  }

  test('grows beyond the limit is not collected any further', async (t) => {
    const endpoint = webhookEndpoint({ secret, maxBytes: 1000, onError: assert.fail }, assert.fail)
    const stream = new Readable({ read: () => stream.push(Buffer.alloc(600)) })
    t.after(() => stream.destroy())
    const server = http.createServer(({ method, headers }, outgoing) =>
      endpoint(Object.assign(stream, { method, headers }), outgoing),
    )
    const send = await startHost(t, server)
    assert.equal((await send(WEBHOOK, { method: 'POST' })).status, 413)
    assert.equal(stream.listenerCount('data'), 0)
  })

  test('arrives as strings, because an encoding is set, is verified', async (t) => {
    const endpoint = webhookEndpoint({ secret }, {})
    const server = http.createServer((incoming, outgoing) => endpoint(incoming.setEncoding('utf8'), outgoing))
    const send = await startHost(t, server)
    assert.equal((await send(WEBHOOK, request)).status, 204)
  })
})
