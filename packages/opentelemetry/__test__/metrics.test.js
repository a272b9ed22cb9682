'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { DataPointType } = require('@opentelemetry/sdk-metrics')
const { emulated, payload } = require('../../../__test__/helpers/clients.js')
const { readTimes } = require('./helpers/spans.js')
const { instrument } = require('./helpers/telemetry.js')

test('the duration of each request is in the histogram of the conventions', async (t) => {
  const { emulator, beams } = await emulated(t)
  const { metrics } = instrument(t)
  emulator.failNext({ status: 503 })
  await beams.publishToUsers(['user-1'], payload)
  await beams.publishToInterests(['hello'], payload)
  await beams.deleteUser('user-1')
  emulator.failNext({ reset: true })
  await assert.rejects(beams.publishToUsers(['user-1'], payload))

  const [{ descriptor, dataPointType, dataPoints }, ...others] = await metrics()
  assert.deepEqual(others, [])
  assert.equal(descriptor.name, 'http.client.request.duration')
  assert.equal(descriptor.unit, 's')
  assert.equal(dataPointType, DataPointType.HISTOGRAM)
  const server = { 'server.address': '127.0.0.1', 'server.port': emulator.port }
  assert.deepEqual(
    dataPoints.map(({ attributes, value }) => [attributes, value.count]),
    [
      [{ 'http.request.method': 'POST', ...server, 'http.response.status_code': 503, 'error.type': '503' }, 1],
      [{ 'http.request.method': 'POST', ...server, 'http.response.status_code': 200 }, 2],
      [{ 'http.request.method': 'DELETE', ...server, 'http.response.status_code': 200 }, 1],
      [{ 'http.request.method': 'POST', ...server, 'error.type': 'ERR_BEAMS_CONNECTION' }, 1],
    ],
  )
  assert.deepEqual(
    dataPoints[0].value.buckets.boundaries,
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  )
})

test('the duration of a request is that of its span, in seconds', async (t) => {
  const { beams } = await emulated(t)
  const { metrics, requests } = instrument(t)
  await beams.deleteUser('user-1')
  const [start, end] = readTimes(requests()[0])
  const [{ dataPoints }] = await metrics()
  // Milliseconds since the epoch, as a number, are exact to a quarter of a microsecond.
  assert.ok(Math.abs(dataPoints[0].value.sum - Number(end - start) / 1e9) < 1e-6)
})

test('a call that makes no request has no duration', async (t) => {
  const { beams } = await emulated(t)
  const { metrics } = instrument(t)
  await assert.rejects(beams.publishToUsers([''], payload))
  assert.deepEqual(await metrics(), [])
})

test('requests are counted without a parent span, too', async (t) => {
  const { beams } = await emulated(t)
  const { metrics, spans } = instrument(t, { requireParentSpan: true })
  await beams.publishToManyUsers(['user-1', 'user-2'], payload)
  const [{ dataPoints }] = await metrics()
  assert.equal(dataPoints[0].value.count, 1)
  assert.deepEqual(spans(), [])
})
