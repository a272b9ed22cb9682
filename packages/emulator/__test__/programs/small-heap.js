'use strict'

// Fills what the emulator keeps far beyond its bounds. Run with a small heap, it has to survive.

const http = require('node:http')
const net = require('node:net')
const { once } = require('node:events')
const { startEmulator } = require('../..')

const KIB = 1024
const MIB = 1024 * KIB
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })

function send(emulator, method, path, body, headers) {
  return new Promise((resolve, reject) => {
    const options = {
      port: emulator.port,
      agent,
      method,
      path,
      headers: { authorization: 'Bearer k', 'content-type': 'application/json', ...headers },
    }
    const request = http.request(options, (response) => {
      let bytes = 0
      const chunks = []
      response.on('data', (chunk) => {
        bytes += chunk.length
        if (bytes < MIB) chunks.push(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode, bytes, text: Buffer.concat(chunks).toString() }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

const register = (emulator, token, more) =>
  send(emulator, 'POST', '/device_api/v1/instances/i/devices/fcm', `{"token":"${token}"${more}}`)
const publish = (emulator, body) => send(emulator, 'POST', '/publish_api/v1/instances/i/publishes/users', body)
/** 199 KiB that take 20 times as much memory when parsed. */
const emptyObjects = `{"users":["u"],"web":{"data":{"a":[${'{},'.repeat(66_000)}{}]}}}`

const programs = {
  async publishes(emulator) {
    for (let bytes = 0; bytes < 48 * MIB; bytes += emptyObjects.length) await publish(emulator, emptyObjects)
    for (const path of ['/emulator/inbox', '/emulator/inbox?search=nothing', '/emulator/publishes']) {
      const { status, bytes } = await send(emulator, 'GET', path)
      console.log(path, status, bytes > 40 * MIB)
    }
  },

  async 'failed requests'(emulator) {
    emulator.failNext({ status: 401, times: 10_000 })
    for (let bytes = 0; bytes < 48 * MIB; bytes += emptyObjects.length) await publish(emulator, emptyObjects)
    const long = JSON.stringify('x'.repeat(190 * KIB))
    for (let count = 0; count < 300; count++) await publish(emulator, `{"users":[${long}]}`)
    for (const path of ['/emulator/inbox', '/emulator/inbox?search=nothing', '/emulator/failed-requests']) {
      const { status, bytes } = await send(emulator, 'GET', path)
      console.log(path, status, bytes > 12 * MIB)
    }
  },

  async misses(emulator) {
    const users = JSON.stringify(Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(40, 'x')))
    for (let count = 0; count < 5000; count++) await publish(emulator, `{"users":${users},"web":{"count":${count}}}`)
    const [{ id, missCount }] = JSON.parse((await send(emulator, 'GET', '/emulator/inbox')).text).items
    console.log(missCount, (await send(emulator, 'GET', `/emulator/inbox/${id}`)).status)
  },

  async deliveries(emulator) {
    for (let count = 0; count < 100; count++) emulator.addDevice({ platform: 'web', userId: 'u', instanceId: 'i' })
    for (let count = 0; count < 60; count++) await publish(emulator, emptyObjects)
    const [entry] = JSON.parse((await send(emulator, 'GET', '/emulator/inbox')).text).items
    console.log(entry.delivered, (await send(emulator, 'GET', `/emulator/inbox/${entry.publishId}`)).status)
  },

  async webhooks(emulator) {
    const silent = http.createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const webhookUrl = `http://127.0.0.1:${silent.address().port}/`
    const text = 'x'.repeat(180 * KIB)
    for (let bytes = 0; bytes < 256 * MIB; bytes += text.length) {
      await publish(emulator, JSON.stringify({ users: ['u'], webhookUrl, web: { text: `${bytes}${text}` } }))
    }
    console.log(emulator.webhooks().requests.length > 10)
    silent.close()
    silent.closeAllConnections()
  },

  async 'webhooks that fail'(emulator) {
    emulator.addWebhook({ url: 'http://127.0.0.1:9/', secret: 's' })
    const users = JSON.stringify(Array.from({ length: 1000 }, (_, index) => `${index}`.padEnd(160, 'x')))
    for (let count = 0; count < 500; count++) await publish(emulator, `{"users":${users},"web":{}}`)
    console.log(emulator.webhooks().requests.length <= 1000)
  },

  async devices(emulator) {
    const metadata = JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, ''])))
    for (let count = 0, status = 200; status === 200; count++) {
      ;({ status } = await register(emulator, count, `,"metadata":${metadata}`))
    }
    console.log((await send(emulator, 'GET', '/emulator/devices')).status)
  },

  async interests(emulator) {
    let status = 200
    for (let count = 0; status === 200; count++) {
      const registered = await register(emulator, count, '')
      if (registered.status !== 200) break
      const { id } = JSON.parse(registered.text)
      const interests = Array.from({ length: 5000 }, (_, index) => `${count}-${index}`)
      const path = `/device_api/v1/instances/i/devices/fcm/${id}/interests`
      ;({ status } = await send(emulator, 'PUT', path, JSON.stringify({ interests })))
    }
    console.log((await register(emulator, 'last', '')).status)
  },

  async readers(emulator) {
    const readers = Array.from({ length: 100 }, () => net.connect(emulator.port, '127.0.0.1'))
    for (const reader of readers) {
      reader.pause().on('error', () => {})
      reader.write('GET /emulator/events HTTP/1.1\r\nhost: x\r\n\r\n')
    }
    const text = 'x'.repeat(500)
    const body = JSON.stringify({ users: ['u'], web: { notification: { title: text, body: text } } })
    for (let count = 0; count < 5000; count++) await publish(emulator, body)
    for (const reader of readers) reader.destroy()
    console.log('read')
  },
}

async function main() {
  const emulator = await startEmulator()
  await programs[process.argv[2]](emulator)
  agent.destroy()
  await emulator.close()
}

main()
