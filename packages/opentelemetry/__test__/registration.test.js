'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { tracingChannel } = require('node:diagnostics_channel')
const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node')
const { BeamsInstrumentation } = require('..')
const { emulated } = require('../../../__test__/helpers/clients.js')
const { instrument } = require('./helpers/telemetry.js')

const hasSubscribers = () =>
  ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].some(
    (event) => tracingChannel('beams-native:request')[event].hasSubscribers,
  )

test('the channel has no subscribers before an instrumentation is created, nor after it is disabled', () => {
  assert.equal(hasSubscribers(), false)
  const instrumentation = new BeamsInstrumentation()
  assert.equal(hasSubscribers(), true)
  instrumentation.disable()
  assert.equal(hasSubscribers(), false)
  instrumentation.disable()
  assert.equal(hasSubscribers(), false)
})

test('an instrumentation that is made with enabled: false does nothing until it is enabled', async (t) => {
  const { beams } = await emulated(t)
  const { instrumentation, calls } = instrument(t, { enabled: false })
  assert.equal(hasSubscribers(), false)
  instrumentation.disable()
  await beams.deleteUser('user-1')
  instrumentation.enable()
  await beams.deleteUser('user-1')
  assert.equal(calls().length, 1)
})

test('disabling stops spans and metrics, and enabling twice does not double them', async (t) => {
  const { beams } = await emulated(t)
  const { instrumentation, calls, metrics } = instrument(t)
  const countRequests = async () => (await metrics())[0]?.dataPoints[0].value.count
  await beams.deleteUser('user-1')
  assert.deepEqual([calls().length, await countRequests()], [1, 1])
  instrumentation.disable()
  await beams.deleteUser('user-1')
  assert.deepEqual([calls().length, await countRequests()], [1, 1])
  instrumentation.enable()
  instrumentation.enable()
  await beams.deleteUser('user-1')
  assert.deepEqual([calls().length, await countRequests()], [2, 2])
})

test('a call in flight while the instrumentation is enabled or disabled is left out', async (t) => {
  const { emulator, beams } = await emulated(t)
  const { instrumentation, calls } = instrument(t)
  emulator.failNext({ delay: 100, times: 2 })
  const first = beams.deleteUser('user-1')
  instrumentation.disable()
  const second = beams.deleteUser('user-2')
  instrumentation.enable()
  await Promise.all([first, second])
  assert.deepEqual(calls(), [])
})

test('registerInstrumentations sets its provider, and disables it in the end', async (t) => {
  const { beams } = await emulated(t)
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const unregister = registerInstrumentations({ instrumentations: [new BeamsInstrumentation()], tracerProvider })
  await beams.deleteUser('user-1')
  unregister()
  await beams.deleteUser('user-1')
  assert.deepEqual(
    exporter.getFinishedSpans().map(({ name }) => name),
    ['DELETE', 'beams.deleteUser'],
  )
  assert.equal(hasSubscribers(), false)
})

for (const [kind, program] of [
  ['CommonJS', 'register-first.cjs'],
  ['ESM', 'register-first.mjs'],
]) {
  test(`a program in ${kind} may load the client after it has registered the instrumentation`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(__dirname, 'programs', program)])
    assert.equal(stdout, 'POST beams.publishToUsers\n')
  })
}
