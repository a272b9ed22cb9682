'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { context } = require('@opentelemetry/api')
const { emulated } = require('../../../__test__/helpers/clients.js')
const { instrument } = require('./helpers/telemetry.js')

describe('responseHook', () => {
  test('can set attributes of the span, from the message and from the context of the caller', async (t) => {
    const { beams } = await emulated(t)
    const key = Symbol('campaign')
    const { calls, requests } = instrument(t, {
      responseHook(span, { operation, status }) {
        span.setAttributes({ operation, status, campaign: context.active().getValue(key) })
      },
    })
    await context.with(context.active().setValue(key, 'spring'), () => beams.deleteUser('user-1'))
    const { operation, status, campaign } = calls()[0].attributes
    assert.deepEqual({ operation, status, campaign }, { operation: 'deleteUser', status: 200, campaign: 'spring' })
    assert.equal(requests()[0].attributes.campaign, undefined)
  })

  for (const [how, responseHook] of [
    [
      'throws',
      () => {
        throw new Error('the hook has thrown')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the hook has rejected'))],
  ]) {
    test(`that ${how} loses no span, and fails neither the call nor the process`, async (t) => {
      const { beams } = await emulated(t)
      const { spans } = instrument(t, { responseHook })
      await beams.deleteUser('user-1')
      assert.equal(spans().length, 2)
    })
  }
})

test('a tracer that throws fails no call', async (t) => {
  const { beams } = await emulated(t)
  const { instrumentation } = instrument(t)
  let asked = 0
  const startSpan = () => {
    asked++
    throw new Error('the tracer has thrown')
  }
  instrumentation.setTracerProvider({ getTracer: () => ({ startSpan }) })
  await beams.deleteUser('user-1')
  assert.equal(asked, 1)
})
