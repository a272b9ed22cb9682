'use strict'

// The package's JavaScript may be evaluated any number of times in a process: by hot reloading, by test runners, by threads.
// All evaluations share one addon; each goes on working, and none is held once nobody uses it. jest.test.js has what is jest's own.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { recordingServer, socketServer } = require('./helpers/servers.js')
const { runProgram } = require('./helpers/run-program.js')

for (const way of ['a cleared cache', 'a context']) {
  test(`evaluated by ${way}, each evaluation works, is traced once and is garbage-collected`, async (t) => {
    const { port } = await recordingServer(t)
    const { stdout, stderr, code } = await runProgram('evaluations.js', [port, way], { flags: ['--expose-gc'] })
    assert.deepEqual([stderr, code], ['', 0])
    const { calls, ends, held } = JSON.parse(stdout)
    assert.deepEqual([calls, ends], [13, 2])
    // The last may still be on the stack, and the cache has what was required last.
    assert.ok(held <= 2, `${held} are held`)
  })
}

test('50 threads that end with calls in flight, or after them, leak nothing and print nothing', async (t) => {
  const responding = await recordingServer(t)
  const silent = await socketServer(t, () => {})
  const ending = await runProgram('ending-workers.js', [responding.port, silent.port])
  const stdout = `${JSON.stringify({ codes: ['called 0', 'called terminated'], threads: 0 })}\n`
  assert.deepEqual(ending, { stdout, stderr: '', code: 0, signal: null })
})
