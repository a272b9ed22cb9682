'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { getEventListeners, once } = require('node:events')
const { recordingServer, socketServer } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')

describe('a signal', () => {
  test('that is already aborted prevents the request', async (t) => {
    const { port, requests } = await recordingServer(t)
    const reason = { any: 'value' }
    const options = { signal: AbortSignal.abort(reason) }
    assert.equal(await rejection(createClient({ port }).publishToInterests(['i'], payload, options)), reason)
    assert.equal(await rejection(createClient({ port }).publishToUsers(['u'], payload, options)), reason)
    assert.equal(await rejection(createClient({ port }).deleteUser('u', options)), reason)
    assert.equal(requests.length, 0)
  })

  test('aborts a call in flight at once, with its reason, and drops the connection', async (t) => {
    const abort = new AbortController()
    let closed
    const { port } = await socketServer(t, (socket) => {
      closed = once(socket, 'close')
      abort.abort()
    })
    const error = await rejection(createClient({ port }).publishToUsers(['u'], payload, { signal: abort.signal }))
    assert.equal(error, abort.signal.reason)
    assert.equal(error.name, 'AbortError')
    await closed
  })

  test('aborts a call that waits for a retry', async (t) => {
    const abort = new AbortController()
    const { port, requests } = await recordingServer(t, () => {
      setImmediate(() => abort.abort())
      return { status: 503, headers: { 'retry-after': '60' } }
    })
    const error = await rejection(createClient({ port }).publishToUsers(['u'], payload, { signal: abort.signal }))
    assert.equal(error.name, 'AbortError')
    assert.equal(requests.length, 1)
  })

  test('of a timeout rejects with its TimeoutError', async (t) => {
    const { port } = await socketServer(t, () => {})
    const error = await rejection(createClient({ port }).deleteUser('u', { signal: AbortSignal.timeout(20) }))
    assert.equal(error.name, 'TimeoutError')
  })

  test('has no effect after the call', async (t) => {
    const abort = new AbortController()
    const { port } = await recordingServer(t)
    const call = createClient({ port }).publishToUsers(['u'], payload, { signal: abort.signal })
    assert.deepEqual(await call, { publishId: 'pubid-1' })
    abort.abort()
    assert.deepEqual(await call, { publishId: 'pubid-1' })
  })

  test('that outlives many calls has one listener while they run, and none afterwards', async (t) => {
    const { signal } = new AbortController()
    const { port } = await recordingServer(t, (_request, number) => (number % 2 ? { status: 400 } : undefined))
    const beams = createClient({ port })
    const calls = Array.from({ length: 50 }, () => beams.deleteUser('u', { signal }))
    const bulk = beams.publishToManyUsers(['u'], payload, { signal })
    assert.equal(getEventListeners(signal, 'abort').length, 1)
    await Promise.allSettled([...calls, bulk])
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  test('aborts a call that shares it with one that has ended', async (t) => {
    const abort = new AbortController()
    const { port } = await socketServer(t, (socket, number) => {
      if (number === 2) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    })
    const beams = createClient({ port })
    const calls = [1, 2].map(() => beams.deleteUser('u', { signal: abort.signal }))
    await Promise.race(calls)
    abort.abort()
    const outcomes = await Promise.allSettled(calls)
    assert.deepEqual(outcomes.map(({ reason }) => reason).filter(Boolean), [abort.signal.reason])
  })

  test('of a polyfill without reasons rejects with the error of Node.js', async () => {
    const signal = { aborted: true, addEventListener() {}, removeEventListener() {} }
    const error = await rejection(createClient({ port: 1 }).deleteUser('u', { signal }))
    const { name, message, constructor } = AbortSignal.abort().reason
    assert.deepEqual([error.name, error.message, error.constructor], [name, message, constructor])
  })

  test('keeps its onabort handler', async (t) => {
    const abort = new AbortController()
    let called = 0
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is what this is about
    abort.signal.onabort = () => called++
    const { port } = await socketServer(t, () => abort.abort())
    await rejection(createClient({ port }).deleteUser('u', { signal: abort.signal }))
    assert.equal(called, 1)
  })

  test('that misbehaves delays no call', async (t) => {
    const { port } = await recordingServer(t)
    const beams = createClient({ port })
    const signal = {
      aborted: false,
      addEventListener() {},
      removeEventListener() {
        throw new Error('not today')
      },
    }
    const calls = Array.from({ length: 20 }, () => beams.publishToUsers(['u'], payload, { signal }))
    const responses = await Promise.all([...calls, beams.publishToUsers(['u'], payload)])
    assert.equal(responses.length, 21)
  })

  for (const signal of [null, 5, {}, { aborted: false }, new EventTarget()]) {
    test(`must be an AbortSignal, not a ${typeof signal}`, async () => {
      const error = await rejection(createClient({ port: 1 }).deleteUser('u', { signal }))
      assert.deepEqual([error.code, error.message], ['ERR_BEAMS_INVALID_ARGUMENT', 'signal must be an AbortSignal'])
    })
  }
})
