'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { tracingChannel } = require('node:diagnostics_channel')
const { EventEmitter, once } = require('node:events')
const { PushNotifications } = require('..')
const { recordingServer, socketServer } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')

const accepted = 'HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{"publishId":"p"}'

describe('close', () => {
  test('completes the calls in flight, rejects new ones, and then closes the connections', async (t) => {
    let respond, dropped
    const arrived = new Promise((resolve) => {
      respond = resolve
    })
    const { port } = await socketServer(t, (socket) => {
      dropped = once(socket, 'close')
      respond(() => socket.write(accepted))
    })
    const beams = createClient({ port })
    const order = []
    const underWay = beams.publishToUsers(['u'], payload).then(() => order.push('call'))
    const release = await arrived
    const closed = beams.close().then(() => order.push('close'))
    const late = await rejection(beams.publishToUsers(['u'], payload))
    assert.deepEqual({ ...late }, { code: 'ERR_BEAMS_CLOSED', attempts: 0, delivery: 'not-sent' })
    release()
    await Promise.all([underWay, closed])
    assert.deepEqual(order, ['call', 'close'])
    await dropped
  })

  for (const [name, isTraced] of [
    ['a publishToManyUsers', false],
    ['a traced publishToManyUsers', true],
  ]) {
    test(`resolves after ${name} in flight has settled, with its report`, async (t) => {
      if (isTraced) {
        const subscribers = { start() {} }
        tracingChannel('beams-native:request').subscribe(subscribers)
        t.after(() => tracingChannel('beams-native:request').unsubscribe(subscribers))
      }
      const { port } = await recordingServer(t)
      const beams = createClient({ port })
      const users = Array.from({ length: 200_000 }, (_, index) => `user-${index}`)
      const order = []
      let closed
      const onProgress = () => (closed ??= beams.close().then(() => order.push('close')))
      const error = await rejection(
        beams.publishToManyUsers(users, payload, { onProgress }).finally(() => order.push('call')),
      )
      await closed
      assert.deepEqual([error.code, order], ['ERR_BEAMS_CLOSED', ['call', 'close']])
      assert.ok(error.report.publishedCount > 0 && error.remaining.length > 0)
    })
  }

  test('may be called twice, and on a client that was never used', async () => {
    const beams = createClient({ port: 1 })
    assert.equal(await beams.close(), undefined)
    assert.equal(await beams.close(), undefined)
  })

  test('is called by await using', async (t) => {
    const { port, requests } = await recordingServer(t)
    const beams = createClient({ port })
    await beams.deleteUser('u')
    assert.equal(await beams[Symbol.asyncDispose](), undefined)
    assert.equal((await rejection(beams.deleteUser('u'))).code, 'ERR_BEAMS_CLOSED')
    assert.equal(requests.length, 1)
  })

  test('is called by a method that is defined as those of a class', () => {
    const [disposal, close] = [Symbol.asyncDispose, 'close'].map((name) => {
      const { value: _value, ...flags } = Object.getOwnPropertyDescriptor(PushNotifications.prototype, name)
      return flags
    })
    assert.deepEqual(disposal, close)
  })

  test('is called only on a client', async () => {
    const { message } = await rejection(PushNotifications.prototype[Symbol.asyncDispose].call({}))
    assert.equal(message, 'Symbol.asyncDispose must be called on a PushNotifications')
    assert.equal(
      (await rejection(PushNotifications.prototype.close.call({}))).message,
      'close must be called on a PushNotifications',
    )
  })

  test('does not affect tokens, which need no connection', async () => {
    const beams = createClient({ port: 1 })
    await beams.close()
    assert.equal(typeof beams.generateToken('u'), 'string')
  })

  test('of one client does not affect another', async (t) => {
    const { port } = await recordingServer(t)
    const [one, other] = [createClient({ port }), createClient({ port })]
    await one.close()
    assert.deepEqual(await other.publishToUsers(['u'], payload), { publishId: 'pubid-1' })
  })

  for (const [name, call] of Object.entries({
    publishToUsers: (beams) => beams.publishToUsers(['u'], payload),
    deleteUser: (beams) => beams.deleteUser('u'),
  })) {
    test(`with a timeout ends a ${name} that is still running, and says what is known of its delivery`, async (t) => {
      const arrivals = new EventEmitter()
      const { port } = await socketServer(t, () => arrivals.emit('request'))
      const beams = createClient({ port }, { maxConcurrentRequests: 1 })
      const arrived = once(arrivals, 'request')
      const sent = rejection(call(beams))
      await arrived
      const waiting = rejection(call(beams))
      assert.equal(await beams.close({ timeout: 1 }), undefined)
      for (const [error, attempts, delivery] of [
        [await sent, 1, 'unknown'],
        [await waiting, 0, 'not-sent'],
      ]) {
        assert.equal(error.message, 'the client was closed before the call was complete')
        assert.deepEqual({ ...error }, { code: 'ERR_BEAMS_CLOSED', attempts, delivery })
      }
    })
  }

  test('with a timeout ends a call that waits to repeat its request, with the delivery of the last', async (t) => {
    const { port } = await recordingServer(t, () => ({ status: 429, headers: { 'retry-after': '50' } }))
    const beams = createClient({ port })
    const call = rejection(beams.publishToUsers(['u'], payload))
    while (beams.stats().pausedUntil === undefined) await new Promise(setImmediate)
    await beams.close({ timeout: 0 })
    const { code, message, delivery, attempts, status, cause } = await call
    assert.deepEqual([code, delivery, attempts, status], ['ERR_BEAMS_CLOSED', 'refused', 1, 429])
    assert.match(message, /^the client was closed before the call was complete; the last attempt failed: 429 /)
    assert.match(cause.message, /^429 /)
  })

  test('with a timeout ends a publishToManyUsers, and its report accounts for the request in flight', async (t) => {
    const arrivals = new EventEmitter()
    const { port } = await socketServer(t, () => arrivals.emit('request'))
    const beams = createClient({ port })
    const arrived = once(arrivals, 'request')
    const call = beams.publishToManyUsers(['a', 'b'], payload)
    await arrived
    await beams.close({ timeout: 0 })
    const { publishedCount, failures } = await call
    assert.equal(publishedCount, 0)
    assert.deepEqual(
      failures.map(({ users, error }) => [users, error.code, error.delivery]),
      [[['a', 'b'], 'ERR_BEAMS_CLOSED', 'unknown']],
    )
  })

  for (const [when, reach] of [
    ['has not begun to read', undefined],
    ['is waiting for its next user', ({ events }) => once(events, 'next')],
    [
      'was stopped already',
      async ({ events, controller }) => {
        await once(events, 'next')
        controller.abort()
        await once(events, 'return')
      },
    ],
  ]) {
    test(
      `with a timeout does not wait for an iterator to close, if its call ${when}`,
      { timeout: 60_000 },
      async (t) => {
        const { port } = await recordingServer(t)
        const beams = createClient({ port })
        const [events, controller] = [new EventEmitter(), new AbortController()]
        const stall = (name) => () => {
          events.emit(name)
          return new Promise(() => {})
        }
        const users = { [Symbol.asyncIterator]: () => ({ next: stall('next'), return: stall('return') }) }
        // The time limit for an iterator is never reached.
        t.mock.timers.enable({ apis: ['setTimeout'] })
        const call = rejection(beams.publishToManyUsers(users, payload, { signal: controller.signal }))
        if (reach !== undefined) await reach({ events, controller })
        const closed = beams.close({ timeout: 0 })
        await new Promise(setImmediate)
        t.mock.timers.tick(1)
        await Promise.all([call, closed])
      },
    )
  }

  test('with a timeout waits for no longer than the calls take', async (t) => {
    const { port } = await recordingServer(t)
    const beams = createClient({ port })
    const call = beams.publishToUsers(['u'], payload)
    await beams.close({ timeout: 2 ** 31 - 1 })
    assert.deepEqual(await call, { publishId: 'pubid-1' })
  })

  test('with an invalid timeout does not end the wait for an iterator to close', async (t) => {
    const { port } = await recordingServer(t)
    const beams = createClient({ port })
    const [events, controller] = [new EventEmitter(), new AbortController()]
    const users = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          events.emit('next')
          await once(events, 'refused')
          return { done: false, value: 'late' }
        },
        async return() {
          events.emit('return')
          return {}
        },
      }),
    }
    // The time limit for an iterator is never reached.
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const reading = once(events, 'next')
    const call = rejection(beams.publishToManyUsers(users, payload, { signal: controller.signal }))
    await reading
    const closing = once(events, 'return')
    controller.abort()
    await closing
    await rejection(beams.close({ timeout: -1 }))
    events.emit('refused')
    assert.deepEqual((await call).remaining, ['late'])
  })

  test('refuses an invalid timeout, and leaves the client open', async (t) => {
    const { port } = await recordingServer(t)
    const beams = createClient({ port })
    for (const options of [
      { timeout: -1 },
      { timeout: NaN },
      { timeout: '5' },
      { timeout: 2 ** 31 },
      5,
      'SIGTERM',
      null,
    ]) {
      const { code, message } = await rejection(beams.close(options))
      assert.equal(code, 'ERR_BEAMS_INVALID_ARGUMENT')
      assert.match(
        message,
        /^(timeout must be a number of milliseconds from 0 to 2147483647|options argument must be an object)$/,
      )
    }
    for (const options of [undefined, {}, { timeout: undefined }]) {
      await createClient({ port }).close(options)
    }
    assert.deepEqual(await beams.publishToUsers(['u'], payload), { publishId: 'pubid-1' })
  })
})
