'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { trace } = require('@opentelemetry/api')
const { emulated, payload } = require('../../../__test__/helpers/clients.js')
const { callSpan, describeSpan, failed, ok, paths, requestSpan } = require('./helpers/spans.js')
const { instrument } = require('./helpers/telemetry.js')

describe('the parent of a call', () => {
  test('is the span of its caller, with calls in flight at the same time', async (t) => {
    const { emulator, beams } = await emulated(t)
    const { tracer, spans, calls, requests } = instrument(t)
    const callers = ['a', 'b', 'c', 'd'].map((user, index) =>
      tracer.startActiveSpan(user, async (span) => {
        // They end in another order than they start.
        emulator.failNext({ delay: 200 - 50 * index })
        await Promise.all([beams.publishToUsers([user], payload), beams.deleteUser(user)])
        span.end()
        return span
      }),
    )
    for (const caller of await Promise.all(callers)) {
      const { traceId, spanId } = caller.spanContext()
      const made = calls().filter(({ parentSpanContext }) => parentSpanContext.spanId === spanId)
      assert.deepEqual(made.map(({ name }) => name).sort(), ['beams.deleteUser', 'beams.publishToUsers'])
      for (const span of made) {
        assert.equal(span.spanContext().traceId, traceId)
        const sent = requests().filter((each) => each.parentSpanContext.spanId === span.spanContext().spanId)
        assert.deepEqual(
          sent.map(({ name }) => name),
          [span.name === 'beams.deleteUser' ? 'DELETE' : 'POST'],
        )
      }
    }
    assert.equal(spans().length, 4 + 8 + 8)
  })

  test('is required by requireParentSpan', async (t) => {
    const { beams } = await emulated(t)
    const { tracer, spans } = instrument(t, { requireParentSpan: true })
    await beams.deleteUser('user-1')
    assert.deepEqual(spans(), [])
    await tracer.startActiveSpan('caller', (span) => beams.deleteUser('user-1').finally(() => span.end()))
    assert.deepEqual(
      spans().map(({ name }) => name),
      ['DELETE', 'beams.deleteUser', 'caller'],
    )
  })
})

describe('a publish to many users', () => {
  const users = Array.from({ length: 2500 }, (_, index) => `user-${index}`)

  test('links its requests, each the root of a trace', async (t) => {
    const { emulator, beams } = await emulated(t)
    const { tracer, calls, requests } = instrument(t)
    emulator.failNext({ status: 422 })
    await tracer.startActiveSpan('campaign', async (span) => {
      await beams.publishToManyUsers(users, payload, { concurrency: 1 })
      span.end()
    })
    const [made] = calls()
    assert.deepEqual(
      describeSpan(made),
      callSpan('publishToManyUsers', { 'beams.target_count': 2500, 'beams.request_count': 3 }),
    )
    assert.ok(made.parentSpanContext)
    const url = `http://127.0.0.1:${emulator.port}${paths.users}`
    assert.deepEqual(requests().map(describeSpan), [
      requestSpan('POST', url, failed(422), 'ERROR'),
      requestSpan('POST', url, ok),
      requestSpan('POST', url, ok),
    ])
    for (const { links, parentSpanContext } of requests()) {
      assert.equal(parentSpanContext, undefined)
      assert.deepEqual(
        links.map((link) => link.context),
        [made.spanContext()],
      )
    }
    const traces = new Set([made, ...requests()].map((span) => span.spanContext().traceId))
    assert.equal(traces.size, 4)
  })
})

test('the callers keep their own context', async (t) => {
  const { beams } = await emulated(t)
  const { tracer } = instrument(t)
  await tracer.startActiveSpan('caller', async (span) => {
    await beams.deleteUser('user-1')
    assert.equal(trace.getActiveSpan(), span)
    span.end()
  })
})
