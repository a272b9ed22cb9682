'use strict'

const path = require('node:path')
const { buildSync } = require('esbuild')

const main = require.resolve('@pusher/push-notifications-web')

/** The official browser SDK, for a `<script>`. */
const script = path.join(path.dirname(main), 'push-notifications-cdn.js')

/** Its service worker, which its npm package has the source of. */
function serviceWorker() {
  const entry = path.join(path.dirname(main), '..', 'src', 'service-worker.js')
  return buildSync({ entryPoints: [entry], bundle: true, write: false, format: 'iife' }).outputFiles[0].text
}

/** Runs in the page: a browser without a push service subscribes to one that does not exist. */
function stubSubscription() {
  let subscription = null
  PushManager.prototype.getSubscription = async () => subscription
  PushManager.prototype.subscribe = async () => {
    const json = { endpoint: 'https://push.example/1', keys: { p256dh: 'x', auth: 'y' } }
    subscription = { toJSON: () => json, unsubscribe: async () => (subscription = null) }
    return subscription
  }
}

module.exports = { script, serviceWorker, stubSubscription }
