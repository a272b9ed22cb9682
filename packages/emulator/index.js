'use strict'

const { PublishStore } = require('./src/store/publish-store.js')
const { DeviceStore } = require('./src/store/device-store.js')
const { waitForPublish } = require('./src/store/wait-for-publish.js')
const { addDevice } = require('./src/store/add-device.js')
const { Faults } = require('./src/faults/faults.js')
const { Webhooks } = require('./src/delivery/webhooks.js')
const { createCertificate } = require('./src/access/certificate.js')
const { createServer } = require('./src/server.js')

async function startEmulator(options = {}) {
  const { port = 0, host = '127.0.0.1', strict = true, log } = options
  const certificate = await createCertificate(options.tls, host)
  const publishStore = new PublishStore({ log, maxPublishes: options.maxPublishes })
  const deviceStore = new DeviceStore()
  const faults = new Faults()
  const webhooks = new Webhooks({ log, retryDelays: options.webhookRetryDelays, timeout: options.webhookTimeout })
  for (const webhook of options.webhooks ?? []) webhooks.add(webhook)

  let app
  const emulator = {
    publishes: () => [...publishStore.publishes()],
    deletions: () => publishStore.deletions(),
    deliveries: () => [...publishStore.deliveries()],
    devices: () => [...deviceStore.all()],
    addDevice: (device) => addDevice(deviceStore, { instanceId: options.instanceId, ...device }),
    webhooks: () => ({ configured: webhooks.all(), requests: webhooks.requests() }),
    addWebhook: (webhook) => webhooks.add(webhook),
    removeWebhook: (id) => webhooks.remove(id),
    failNext: (fault) => faults.failNext(fault),
    failures: () => faults.planned(),
    waitForPublish: (predicate, waiting) => waitForPublish(publishStore, predicate, waiting),
    clear: () => publishStore.reset(),
    reset() {
      publishStore.reset()
      deviceStore.clear()
      faults.clear()
      webhooks.reset()
    },
    async close() {
      publishStore.emit('close')
      webhooks.close()
      faults.close()
      await app.close()
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  }

  const services = { emulator, publishStore, deviceStore, faults, webhooks, certificate }
  app = await createServer({ ...options, host }, { ...services, secretKey: options.secretKey, isStrict: strict })
  const url = await app.listen({ port, host })
  return Object.assign(emulator, {
    url,
    port: app.server.address().port,
    ...(certificate && { certificate: certificate.authority }),
  })
}

module.exports = { startEmulator }
