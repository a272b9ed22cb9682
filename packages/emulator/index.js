'use strict'

const { Sequence } = require('./src/store/sequence.js')
const { PublishStore } = require('./src/store/publish-store.js')
const { Deletions } = require('./src/store/deletions.js')
const { FailedRequests } = require('./src/store/failed-requests.js')
const { DeviceStore } = require('./src/store/device-store.js')
const { waitForPublish } = require('./src/store/wait-for-publish.js')
const { addDevice } = require('./src/store/add-device.js')
const { PayloadChecks } = require('./src/checks/payload-checks.js')
const { Faults } = require('./src/faults/faults.js')
const { Webhooks } = require('./src/delivery/webhooks.js')
const { WebhookQueue } = require('./src/delivery/webhook-queue.js')
const { InboxItems } = require('./src/admin/inbox-items.js')
const { explain } = require('./src/admin/explain.js')
const { createCertificate } = require('./src/access/certificate.js')
const { createServer } = require('./src/server.js')
const { checkEmulatorOptions } = require('./src/options/emulator-options.js')

async function startEmulator(options = {}) {
  checkEmulatorOptions(options)
  const { port = 0, host = '127.0.0.1', strict = true, instanceId, secretKey, log } = options
  const certificate = await createCertificate(options.tls, host)
  const sequence = new Sequence()
  const publishStore = new PublishStore({ sequence, log, maxPublishes: options.maxPublishes })
  const deletions = new Deletions({ sequence, log, maxDeletions: options.maxPublishes })
  const failedRequests = new FailedRequests({ sequence, log })
  const deviceStore = new DeviceStore()
  const payloadChecks = new PayloadChecks()
  const faults = new Faults()
  const { webhookRetryDelays: retryDelays, webhookTimeout: timeout } = options
  const webhookQueue = new WebhookQueue({ sequence, log, retryDelays, timeout })
  const webhooks = new Webhooks(webhookQueue)
  for (const webhook of options.webhooks ?? []) webhooks.add(webhook)
  const items = new InboxItems({ publishStore, deletions, failedRequests, webhookQueue })

  let app
  const emulator = {
    publishes: () => [...publishStore.publishes()],
    failedRequests: () => [...failedRequests.all()],
    deletions: () => deletions.all(),
    deliveries: () => [...publishStore.deliveries()],
    devices: () => [...deviceStore.all()],
    explain(publishId) {
      const entry = publishStore.entry(publishId)
      return entry && explain(entry, { deviceStore, payloadChecks })
    },
    addDevice: (device) => addDevice(deviceStore, device, instanceId),
    webhooks: () => ({ configured: webhooks.all(), requests: webhookQueue.requests() }),
    addWebhook: (webhook) => webhooks.add(webhook),
    removeWebhook: (id) => webhooks.remove(id),
    resendWebhook: (id) => webhookQueue.resend(id),
    failNext: (fault) => faults.failNext(fault),
    failures: () => faults.planned(),
    waitForPublish: (predicate, waiting) => waitForPublish({ publishStore, failedRequests }, predicate, waiting),
    clear() {
      deletions.clear()
      failedRequests.clear()
      webhookQueue.unlist()
      publishStore.reset()
    },
    reset() {
      emulator.clear()
      deviceStore.clear()
      faults.clear()
      webhookQueue.reset()
    },
    async close() {
      publishStore.emit('close')
      webhookQueue.close()
      faults.close()
      await app.close()
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  }

  const stores = { sequence, publishStore, deletions, failedRequests, deviceStore, items }
  const services = { ...stores, payloadChecks, faults, webhooks, webhookQueue, certificate }
  app = await createServer({ ...options, host }, { emulator, ...services, instanceId, secretKey, isStrict: strict })
  const url = await app.listen({ port, host })
  return Object.assign(emulator, {
    url,
    port: app.server.address().port,
    ...(certificate && { certificate: certificate.authority }),
  })
}

module.exports = { startEmulator }
