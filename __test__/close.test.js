'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { recordingServer, socketServer } = require('./helpers/servers.js')
const { payload, createClient, rejection } = require('./helpers/clients.js')

const accepted = 'HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{"publishId":"p"}'

describe('close', () => {
  test('completes the calls in flight, rejects new ones, and then closes the connections', async (t) => {
    let answer, dropped
    const arrived = new Promise((resolve) => {
      answer = resolve
    })
    const { port } = await socketServer(t, (socket) => {
      dropped = once(socket, 'close')
      answer(() => socket.write(accepted))
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
})
