'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { startEmulator } = require('beams-emulator')
const { launch, open } = require('../../packages/emulator/__test__/helpers/browser.js')
const { serviceWorker, stubSubscription } = require('../../packages/emulator/__test__/helpers/browser-sdk.js')
const { compile, start, settings } = require('./helpers/server.js')

/** Does what the browser's push service would: hands a message to the service worker of a page. */
async function push(page, origin, payload) {
  const devtools = await page.context().newCDPSession(page)
  const registered = new Promise((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations.length > 0) resolve(registrations[0].registrationId)
    })
  })
  await devtools.send('ServiceWorker.enable')
  const registrationId = await registered
  await devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: JSON.stringify(payload) })
}

test('a publish reaches the page that registered for its user, the inbox shows it, and the webhooks arrive', async (t) => {
  const folder = await compile('express')
  const emulator = await startEmulator({
    instanceId: settings.BEAMS_INSTANCE_ID,
    secretKey: settings.BEAMS_SECRET_KEY,
  })
  t.after(() => emulator.close())
  const server = await start(t, folder, ['dist/server.js'], emulator)
  emulator.addWebhook({ url: `${server.url}/webhooks/beams`, secret: settings.BEAMS_WEBHOOK_SECRET })

  const browser = await launch()
  t.after(() => browser.close())
  const page = await open(t, browser, 'about:blank')
  await page.context().grantPermissions(['notifications'], { origin: server.url })
  await page.context().addInitScript(stubSubscription)
  await page
    .context()
    .route('https://js.pusher.com/beams/service-worker.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: serviceWorker() }),
    )

  // The page logs in, registers a device, binds it to the user with a token of the server's, and adds an interest.
  await page.goto(server.url)
  await page.getByLabel('Log in as').fill('ada')
  await page.getByRole('button', { name: 'Log in and turn on notifications' }).click()
  await page.getByText('Notifications are on for ada.').waitFor()
  const [device] = emulator.devices()
  assert.deepEqual([device.platform, device.userId, device.interests], ['web', 'ada', ['news']])

  // The server publishes with beams-native.
  await page.getByRole('button', { name: 'Ship order 1815' }).click()
  await page.getByText('Shipped.').waitFor()
  const [delivery] = emulator.deliveries()
  assert.deepEqual([delivery.deviceId, delivery.userId], [device.id, 'ada'])
  const event = { instance_id: settings.BEAMS_INSTANCE_ID, publish_id: delivery.publishId }
  assert.deepEqual(await server.event(), [
    'v1.PublishToUsersAttempt',
    { ...event, users_delivered_to_gateway: ['ada'], users_no_devices: [], users_gateway_failed: [] },
  ])

  // The notification comes to the SDK's service worker, which shows it and reports that it has come.
  await push(page, server.url, delivery.payload)
  assert.deepEqual(await server.event(), ['v1.UserNotificationAcknowledgement', { ...event, user_id: 'ada' }])
  const shown = await page.evaluate(async () => {
    const [notification] = await (await navigator.serviceWorker.ready).getNotifications()
    return notification && [notification.title, notification.body]
  })
  assert.deepEqual(shown, ['Your order has shipped', 'Order 1815 is on its way.'])

  // The inbox shows it, and opens it.
  const inbox = await open(t, browser, `${emulator.url}/#/publishes/${delivery.publishId}`)
  await inbox.getByLabel('As Web shows it').getByText('Order 1815 is on its way.').waitFor()
  await inbox.getByRole('button', { name: `Open on ${device.id}` }).click()
  assert.deepEqual(await server.event(), ['v1.UserNotificationOpen', { ...event, user_id: 'ada' }])
})
