'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { once } = require('node:events')
const http = require('node:http')
const { PushNotifications } = require('beams-native')
const PushNotificationsServer = require('beams-native/compat')
const { createClient, emulated, payload } = require('../../../__test__/helpers/clients.js')
const { callSpan, describeSpan, failed, ok, paths, readTimes, requestSpan } = require('./helpers/spans.js')
const { instrument } = require('./helpers/telemetry.js')

describe('a call', () => {
  for (const [operation, method, path, run] of [
    ['publishToInterests', 'POST', paths.interests, (beams) => beams.publishToInterests(['hello'], payload)],
    ['publishToUsers', 'POST', paths.users, (beams) => beams.publishToUsers(['user-1'], payload)],
    ['deleteUser', 'DELETE', paths.user, (beams) => beams.deleteUser('user-1')],
  ]) {
    test(`of ${operation} makes a span, and one for its request`, async (t) => {
      const { emulator, beams } = await emulated(t)
      const { spans } = instrument(t)
      await run(beams)
      const [sent, made] = spans()
      assert.equal(spans().length, 2)
      assert.deepEqual(describeSpan(made), callSpan(operation, { 'beams.request_count': 1 }))
      assert.deepEqual(describeSpan(sent), requestSpan(method, `http://127.0.0.1:${emulator.port}${path}`, ok))
      assert.equal(sent.attributes['server.port'], emulator.port)
      assert.equal(made.attributes['server.port'], emulator.port)
      assert.equal(made.attributes['beams.publish_id'], emulator.publishes()[0]?.publishId)
      assert.equal(sent.parentSpanContext.spanId, made.spanContext().spanId)
      assert.equal(made.parentSpanContext, undefined)
      assert.equal(made.instrumentationScope.name, '@beams-native/opentelemetry')
      assert.equal(made.instrumentationScope.version, require('../package.json').version)
    })
  }

  test('through beams-native/compat makes the same spans', async (t) => {
    const { emulator } = await emulated(t)
    const { spans } = instrument(t)
    const client = new PushNotificationsServer({ instanceId: 'i', secretKey: 'k', endpoint: emulator.url })
    await client.publishToInterests(['hello'], payload)
    assert.deepEqual(
      spans().map(({ name }) => name),
      ['POST', 'beams.publishToInterests'],
    )
  })

  test('that retries makes a span for each request', async (t) => {
    const { emulator, beams } = await emulated(t)
    const { spans, requests } = instrument(t)
    emulator.failNext({ status: 503 })
    await beams.publishToUsers(['user-1'], payload)
    const url = `http://127.0.0.1:${emulator.port}${paths.users}`
    assert.deepEqual(spans().map(describeSpan), [
      requestSpan('POST', url, failed(503), 'ERROR'),
      requestSpan('POST', url, { ...ok, 'http.request.resend_count': 1 }),
      callSpan('publishToUsers', { 'beams.request_count': 2 }),
    ])
    const [first, second] = requests().map(readTimes)
    assert.ok(first[1] <= second[0])
  })

  test('ends after its requests, which start after it', async (t) => {
    const { beams } = await emulated(t)
    const { spans } = instrument(t)
    await Promise.all(Array.from({ length: 20 }, () => beams.deleteUser('user-1')))
    const traces = new Map()
    for (const span of spans()) {
      const { traceId } = span.spanContext()
      traces.set(traceId, [...(traces.get(traceId) ?? []), span])
    }
    assert.equal(traces.size, 20)
    for (const [sent, made] of traces.values()) {
      const [requested, called] = [sent, made].map(readTimes)
      assert.ok(called[0] <= requested[0] && requested[0] < requested[1] && requested[1] <= called[1])
    }
  })

  for (const [what, fault, errorType, attributes] of [
    ['is refused', { status: 422 }, 'ERR_BEAMS_UNPROCESSABLE', failed(422)],
    ['has no response', { reset: true }, 'ERR_BEAMS_CONNECTION', { 'error.type': 'ERR_BEAMS_CONNECTION' }],
    [
      'has a response of another kind',
      { status: 200, body: 'html' },
      'ERR_BEAMS_BAD_RESPONSE',
      { ...ok, 'error.type': 'ERR_BEAMS_BAD_RESPONSE' },
    ],
  ]) {
    test(`whose request ${what} has the status and the type of the error`, async (t) => {
      const { emulator, beams } = await emulated(t)
      const { spans } = instrument(t)
      emulator.failNext(fault)
      const { delivery } = await beams.publishToUsers(['user-1'], payload).catch((error) => error)
      const attributesOfCall = { 'beams.request_count': 1, 'beams.delivery': delivery, 'error.type': errorType }
      assert.deepEqual(spans().map(describeSpan), [
        requestSpan('POST', `http://127.0.0.1:${emulator.port}${paths.users}`, attributes, 'ERROR'),
        callSpan('publishToUsers', attributesOfCall, 'ERROR'),
      ])
    })
  }

  test('with an invalid argument makes no request, and no span for one', async (t) => {
    const { beams } = await emulated(t)
    const { spans } = instrument(t)
    await assert.rejects(beams.publishToUsers([''], payload))
    const attributes = {
      'beams.request_count': 0,
      'beams.delivery': 'not-sent',
      'error.type': 'ERR_BEAMS_INVALID_ARGUMENT',
    }
    assert.deepEqual(spans().map(describeSpan), [callSpan('publishToUsers', attributes, 'ERROR')])
  })

  for (const [what, reason, errorType] of [
    ['without a reason', undefined, 'AbortError'],
    ['by an error', new RangeError('user-1 has left'), 'RangeError'],
    ['by an error with a text as its name', Object.assign(new Error('no'), { name: 'user-1: Error' }), '_OTHER'],
    ['by an error with a long name', Object.assign(new Error('no'), { name: `${'x'.repeat(61)}Error` }), '_OTHER'],
    ['by a text', 'user-1 has left', '_OTHER'],
    ['by a user', { name: 'ada', code: 'ada', delivery: 'to ada' }, '_OTHER'],
    ['by an object with a name of another type', { name: ['Error'] }, '_OTHER'],
    ['by null', null, '_OTHER'],
  ]) {
    test(`that is aborted ${what} has the type ${errorType}, and nothing else of the reason`, async (t) => {
      const { beams } = await emulated(t)
      const { spans } = instrument(t)
      await assert.rejects(beams.deleteUser('user-1', { signal: AbortSignal.abort(reason) }))
      assert.deepEqual(spans().map(describeSpan), [callSpan('deleteUser', { 'error.type': errorType }, 'ERROR')])
    })
  }

  for (const [port, origin] of [
    [443, 'https://[::1]'],
    [80, 'http://[::1]'],
  ]) {
    test(`to port ${port} has no port in its URL, and brackets around an IPv6 address`, async (t) => {
      const { requests } = instrument(t)
      const beams = new PushNotifications({
        instanceId: 'my-instance',
        secretKey: 'secret-key',
        endpoint: origin,
        maxRetries: 0,
        connectTimeout: 1,
      })
      await assert.rejects(beams.deleteUser('user-1'))
      assert.deepEqual(
        requests().map(({ attributes }) => [attributes['url.full'], attributes['server.port']]),
        [[`${origin}${paths.user}`, port]],
      )
      assert.equal(requests()[0].attributes['server.address'], '::1')
    })
  }

  test('sends no trace headers', async (t) => {
    const headers = []
    const plain = http.createServer((incoming, outgoing) => {
      headers.push(...Object.keys(incoming.headers))
      outgoing.end()
    })
    await once(plain.listen(0, '127.0.0.1'), 'listening')
    t.after(() => plain.close().closeAllConnections())
    const { tracer, requests } = instrument(t)
    const beams = createClient(plain.address())
    await tracer.startActiveSpan('caller', (span) => beams.deleteUser('user-1').finally(() => span.end()))
    assert.equal(requests().length, 1)
    assert.ok(headers.includes('authorization'))
    assert.deepEqual(
      headers.filter((name) => /^(traceparent|tracestate|baggage|b3|x-b3-.*)$/.test(name)),
      [],
    )
  })
})
