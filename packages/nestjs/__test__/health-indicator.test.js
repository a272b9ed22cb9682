'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { Controller, Get, Inject } = require('@nestjs/common')
const { HealthCheckService, TerminusModule } = require('@nestjs/terminus')
const { PushNotifications } = require('beams-native')
const { startEmulator } = require('beams-emulator')
const { BeamsHealthIndicator, BeamsModule } = require('..')
const { recordingServer } = require('../../../__test__/helpers/servers.js')
const { decorate, keys, startApplication, waitUntil } = require('./helpers/application.js')

class HealthController {
  check() {
    return this.health.check([() => this.beamsHealth.isHealthy('beams', { maxRequestsWaiting: 1 })])
  }
}
decorate(HealthController, Controller('health'), { check: Get() })
Inject(HealthCheckService)(HealthController.prototype, 'health')
Inject(BeamsHealthIndicator)(HealthController.prototype, 'beamsHealth')

/** Starts an application with a health check by Terminus. */
async function startWithHealth(t, options) {
  const emulator = await startEmulator()
  t.after(() => emulator.close())
  const beams = BeamsModule.forRoot({ ...keys, endpoint: emulator.url, closeTimeout: 0, ...options })
  const imports = [beams, TerminusModule.forRoot({ logger: false })]
  const { app, url } = await startApplication(t, { imports, controllers: [HealthController] })
  return { emulator, url, beams: app.get(PushNotifications) }
}

async function check(url) {
  const response = await fetch(`${url}/health`)
  const { status, details } = await response.json()
  return [response.status, status, details.beams]
}

const publish = (beams, options) =>
  beams.publishToInterests(['news'], { web: { notification: { title: 'Hello' } } }, options)

test('an idle client is up', async (t) => {
  const { url } = await startWithHealth(t)
  const counts = { calls: 0, requestsInFlight: 0, requestsWaiting: 0 }
  assert.deepEqual(await check(url), [200, 'ok', { status: 'up', ...counts }])
})

test('a client that Beams has paused is down until the end of the pause', async (t) => {
  const { port } = await recordingServer(t, () => ({ status: 429, headers: { 'retry-after': '60' } }))
  const { url, beams } = await startWithHealth(t, { endpoint: `localhost:${port}` })
  await assert.rejects(publish(beams, { maxRetries: 0 }), { code: 'ERR_BEAMS_RATE_LIMITED' })
  const [code, status, details] = await check(url)
  assert.deepEqual([code, status, details.status], [503, 'error', 'down'])
  assert.equal(details.pausedUntil, beams.stats().pausedUntil.toISOString())
})

test('a client with more waiting requests than the limit is down', { timeout: 60_000 }, async (t) => {
  const { emulator, url, beams } = await startWithHealth(t, { maxConcurrentRequests: 1 })
  emulator.failNext({ delay: 60_000, times: 3 })
  // The shutdown ends the calls.
  const startCall = () => publish(beams).catch(() => {})
  startCall()
  startCall()
  await waitUntil(t, () => beams.stats().requestsWaiting === 1)
  assert.deepEqual((await check(url)).slice(0, 2), [200, 'ok'])
  startCall()
  await waitUntil(t, () => beams.stats().requestsWaiting === 2)
  assert.deepEqual((await check(url)).slice(0, 2), [503, 'error'])
})
