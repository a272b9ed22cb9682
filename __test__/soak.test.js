'use strict'

// Many calls from one process, with faults: nothing that it holds may grow. SOAK_CALLS sets how many; make soak runs the
// long form.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')
const { measureGrowth } = require('./helpers/growth.js')
const { createRandom } = require('./helpers/random.js')
const { listen } = require('./helpers/servers.js')

const CALLS = Number(process.env.SOAK_CALLS ?? 20_000)
const IN_FLIGHT = 128

/** Less than what a leak of 32 bytes a call adds in the long form. */
const MAX_GROWTH = 1.05

test('steady growth is detected, and noise is not', () => {
  const leak = Array.from({ length: 12 }, (_, index) => 80 + index * 0.7 + (index % 3))
  assert.ok(measureGrowth(leak) > MAX_GROWTH, `${measureGrowth(leak)}`)
  const noise = [84, 79, 88, 81, 86, 78, 89, 80, 84, 79, 87, 80]
  assert.ok(measureGrowth(noise) <= MAX_GROWTH, `${measureGrowth(noise)}`)
})

test(`${CALLS} calls leave memory, descriptors and threads as they were`, async (t) => {
  const random = createRandom(1)
  const server = http.createServer((request, response) => {
    request.resume()
    const chance = random()
    if (chance < 0.9) response.end(request.method === 'DELETE' ? '' : '{"publishId":"pubid-1"}')
    else if (chance < 0.93) response.writeHead(400).end('{"error":"E","description":"D"}')
    else if (chance < 0.96) response.writeHead(503, { 'retry-after': '0' }).end()
    else if (chance < 0.98) response.socket.destroy()
    else response.writeHead(200).end('<html>')
  })
  await listen(t, server)

  const client = path.join(__dirname, 'programs', 'soak-client.js')
  // V8 lets its nursery grow for many seconds under load; what is looked for here is what never comes back.
  const args = ['--expose-gc', '--max-semi-space-size=2', client, server.address().port, CALLS, IN_FLIGHT]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { samples, outcomes } = JSON.parse(stdout)
  t.diagnostic(stdout.trim())
  assert.ok(outcomes.resolved > CALLS / 2)

  const of = (kind) => samples.map((sample) => sample[kind])
  const growth = measureGrowth(of('megabytes'))
  assert.ok(growth <= MAX_GROWTH, `memory grew by a factor of ${growth}: ${of('megabytes')} MB`)
  const descriptors = Math.max(...of('descriptors'))
  assert.ok(descriptors <= IN_FLIGHT + 40, `${descriptors} descriptors: one a call in flight, and what Node has`)
  assert.equal(new Set(of('threads')).size, 1, 'threads')
})
