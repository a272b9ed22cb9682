'use strict'

const { test, describe, before, after, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const { startEmulator } = require('..')
const { findRow, launch, open, waitForCount } = require('./helpers/browser.js')
const { titled, parcel } = require('./helpers/payloads.js')
const { emulated, publish, register } = require('./helpers/requests.js')

describe('the inbox', () => {
  let browser, emulator
  before(async () => (browser = await launch()))
  after(() => browser.close())
  beforeEach(async (t) => (emulator = await emulated(t)))

  const inbox = (t, options, view = '/') => open(t, browser, `${emulator.url}${view}`, options)
  const titles = (page) => page.locator('#list strong').allTextContents()

  test('shows what has come, and what comes as it comes, newest first', async (t) => {
    await publish(emulator, titled('One'))
    const page = await inbox(t)
    await findRow(page, 'One').waitFor()
    await publish(emulator, titled('Two'))
    await findRow(page, 'Two').waitFor()
    assert.deepEqual(await titles(page), ['Two', 'One'])
    assert.equal(await page.locator('#connection').textContent(), 'live')
  })

  test('says so when there is nothing', async (t) => {
    const page = await inbox(t)
    await page.getByText('Nothing here yet.').waitFor()
  })

  test('finds publishes by words, interest, user and platform, also as they come', async (t) => {
    await publish(emulator, titled('Apples'))
    await publish(emulator, titled('Pears', { interests: ['fruit'] }))
    await publish(emulator, { users: ['ada'], apns: { aps: { alert: { title: 'Plums' } } } })
    const page = await inbox(t)
    await waitForCount(page, 3)
    for (const [label, value, expected] of [
      ['Search', 'pear', ['Pears']],
      ['Interest', 'news', ['Apples']],
      ['User', 'ada', ['Plums']],
    ]) {
      await page.getByLabel(label, { exact: true }).fill(value)
      await waitForCount(page, 1)
      assert.deepEqual(await titles(page), expected)
      await page.getByLabel(label, { exact: true }).fill('')
      await waitForCount(page, 3)
    }
    await page.getByLabel('Platform', { exact: true }).selectOption('Web')
    await waitForCount(page, 2)
    await publish(emulator, { users: ['ada'], fcm: { notification: { title: 'Grapes' } } })
    await publish(emulator, titled('Quinces'))
    await waitForCount(page, 3)
    assert.deepEqual(await titles(page), ['Quinces', 'Pears', 'Apples'])
  })

  test('drops the publishes that make room for newer ones', async (t) => {
    emulator = await emulated(t, { maxPublishes: 2 })
    const page = await inbox(t)
    await page.locator('#connection:text-is("live")').waitFor()
    for (const title of ['One', 'Two', 'Three']) await publish(emulator, titled(title))
    await findRow(page, 'Three').waitFor()
    await waitForCount(page, 2)
    assert.deepEqual(await titles(page), ['Three', 'Two'])
  })

  test('says that nothing matches the filter, even before anything has come', async (t) => {
    const page = await inbox(t)
    await page.getByText('Nothing here yet.').waitFor()
    await page.getByLabel('Search', { exact: true }).fill('zzz')
    await page.getByText('No item matches the filter.').waitFor()
  })

  test('draws a notification as each platform shows it', async (t) => {
    await publish(emulator, parcel)
    const page = await inbox(t)
    await findRow(page, 'Your parcel').click()
    const ios = page.getByLabel('As iOS shows it')
    await ios.waitFor()
    assert.deepEqual(await ios.locator('.words > *').allTextContents(), [
      'Your parcel is here',
      'Order 1815',
      'It waits for you at the front desk.',
    ])
    assert.equal(await ios.locator('.badge').textContent(), '3')
    assert.match(await ios.locator('dl').textContent(), /Soundchime\.aiff/)
    const android = page.getByLabel('As Android shows it')
    assert.equal(
      await android
        .locator('.app')
        .evaluate((icon) => icon.ownerDocument.defaultView.getComputedStyle(icon).backgroundColor),
      'rgb(10, 122, 75)',
    )
    assert.match(await page.getByLabel('As Web shows it').textContent(), /https:\/\/shop\.example\/orders\/1815/)
  })

  test('says of a publish of data alone that nothing is shown', async (t) => {
    await publish(emulator, { interests: ['a'], fcm: { data: { x: '1' } }, apns: { aps: { 'content-available': 1 } } })
    const page = await inbox(t)
    await findRow(page, '(data only)').click()
    await page.getByText('Data only: nothing is shown.').first().waitFor()
    assert.equal(await page.getByText('Data only: nothing is shown.').count(), 2)
  })

  test('shows text as text, whatever it looks like', async (t) => {
    const script = '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">'
    const hostile = {
      title: script,
      body: script,
      icon: 'javascript:document.title="owned"',
      deep_link: 'javascript:1',
    }
    const fcm = { notification: { title: script, color: 'red;background:url(//x)' } }
    await register(emulator, 'web', { user: script })
    await publish(emulator, { users: [script], web: { notification: hostile }, fcm })
    const page = await inbox(t)
    await findRow(page, '<script>').click()
    await page.locator('.previews').waitFor()
    for (const view of ['Devices', 'Publishes']) await page.getByRole('link', { name: view }).click()
    await findRow(page, '<script>').waitFor()
    assert.equal(await page.title(), 'Beams inbox')
    assert.equal(await page.locator('main script, main img').count(), 0)
  })

  test('shows the JSON, and copies it', async (t) => {
    const publishId = await publish(emulator, parcel)
    const page = await inbox(t, { permissions: ['clipboard-read', 'clipboard-write'] }, `/#/publishes/${publishId}`)
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const copied = JSON.parse(await page.evaluate('navigator.clipboard.readText()'))
    assert.deepEqual(copied, emulator.publishes()[0])
  })

  test('plays the phone: a notification is delivered and opened, and the webhook goes out', async (t) => {
    emulator.addWebhook({ url: 'http://127.0.0.1:9/', secret: 's' })
    const deviceId = await register(emulator, 'web', { user: 'ada' })
    await publish(emulator, parcel)
    const page = await inbox(t)
    await findRow(page, 'Your parcel').click()
    await page.getByRole('button', { name: `Deliver on ${deviceId}` }).click()
    await page.getByRole('button', { name: `Open on ${deviceId}` }).click()
    await findRow(page, '1 device, 1 opened').waitFor()
    const [{ acknowledgedAt, openedAt }] = emulator.deliveries()
    assert.ok(acknowledgedAt && openedAt)
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.locator('summary', { hasText: 'v1.UserNotificationOpen' }).getByText('http://127.0.0.1:9/').waitFor()
  })

  test('lists devices with their users and interests, as they come', async (t) => {
    const page = await inbox(t, {}, '/#/devices')
    await page.getByText('No devices.').waitFor()
    const id = await register(emulator, 'fcm', { user: 'ada', interests: ['news', 'sport'] })
    await page.locator('td', { hasText: 'news, sport' }).waitFor()
    assert.match(await page.locator('tbody tr').textContent(), new RegExp(`^${id}Androidadanews, sport`))
  })

  test('lists webhooks with each attempt', async (t) => {
    emulator.addWebhook({ url: 'http://127.0.0.1:9/', secret: 'hush' })
    await publish(emulator, parcel)
    const page = await inbox(t, {}, '/#/webhooks')
    await page.locator('summary').click()
    await page.locator('details td', { hasText: /refused|bad port/ }).waitFor()
    assert.match(await page.locator('details').textContent(), /Webhook-Signature/)
    assert.doesNotMatch(await page.content(), /hush/)
  })

  /** Presses Clear, and confirms. */
  async function clear(page, choice = 'Remove') {
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    const question = await page.locator('#confirm[open] #question').textContent()
    await page.getByRole('button', { name: choice }).click()
    return question
  }

  test('clears what it has asked about, and not what has been read or has arrived since', async (t) => {
    for (const title of ['One', 'Two', 'Three']) await publish(emulator, titled(title))
    const page = await inbox(t)
    // The first one is open, and read.
    await page.locator('#list li:not(.unread)', { hasText: 'Three' }).waitFor()
    await page.getByLabel('State', { exact: true }).selectOption('Unread')
    await waitForCount(page, 2)
    await page.locator('#list a', { hasText: 'Two' }).click()
    await page.locator('#list li:not(.unread)', { hasText: 'Two' }).waitFor()
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    const question = await page.locator('#confirm[open] #question').textContent()
    assert.equal(question, 'Remove the item that matches the filter?')
    await publish(emulator, titled('Late'))
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.locator('#list li', { hasText: 'One' }).waitFor({ state: 'detached' })
    const kept = emulator.publishes().map(({ web }) => web.notification.title)
    assert.deepEqual(kept, ['Two', 'Three', 'Late'])
  })

  test('clears what is in view, after asking, and is cleared by a reset', async (t) => {
    for (const title of ['Apples', 'Pears', 'Pears again']) await publish(emulator, titled(title))
    await register(emulator, 'web')
    const page = await inbox(t)
    await waitForCount(page, 3)
    await page.getByLabel('Search').fill('pears')
    await waitForCount(page, 2)
    assert.equal(await clear(page, 'Keep'), 'Remove the 2 items that match the filter?')
    assert.equal(emulator.publishes().length, 3)
    await clear(page)
    await waitForCount(page, 0)
    assert.deepEqual(
      emulator.publishes().map(({ web }) => web.notification.title),
      ['Apples'],
    )
    await page.getByText('No item matches the filter.').waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await waitForCount(page, 1)
    assert.equal(await clear(page), 'Remove all items of the inbox?')
    await waitForCount(page, 0)
    await page.getByText('Nothing here yet.').waitFor()
    assert.equal(emulator.devices().length, 1)

    await page.getByRole('link', { name: 'Devices' }).click()
    await page.locator('#devices td').first().waitFor()
    assert.equal(await clear(page), 'Remove all devices?')
    await page.getByText('No devices.').waitFor()

    emulator.addWebhook({ url: 'http://127.0.0.1:9/', secret: 's' })
    await publish(emulator, parcel)
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.locator('summary').waitFor()
    assert.equal(await clear(page), 'Remove all finished webhook requests?')
    await page.getByRole('link', { name: 'Publishes' }).click()
    emulator.reset()
    await waitForCount(page, 0)
  })

  test('says that an item is gone', async (t) => {
    await publish(emulator, titled('Pears'))
    const page = await inbox(t)
    const [{ publishId }] = emulator.publishes()
    emulator.clear()
    await page.goto(`${emulator.url}/#/publishes/${publishId}`)
    await page.reload()
    await page.getByText('This item was deleted, or replaced by newer ones.').waitFor()
  })

  test('says that it is the filter when nothing matches, and ignores case', async (t) => {
    await publish(emulator, { users: ['ada'], web: { notification: { title: 'Plums' } } })
    await publish(emulator, titled('Pears'))
    const page = await inbox(t)
    await waitForCount(page, 2)
    await page.getByLabel('User', { exact: true }).fill('ADA')
    await waitForCount(page, 1)
    await page.getByLabel('User', { exact: true }).fill('nobody')
    await page.getByText('No item matches the filter.').waitFor()
  })

  test('takes a localized alert for what it is', async (t) => {
    const alert = { 'loc-key': 'SHIPPED', 'loc-args': ['4711'] }
    await publish(emulator, { interests: ['a'], apns: { aps: { alert } } })
    await publish(emulator, { interests: ['a'], fcm: { notification: { title_loc_key: 'PAID' } } })
    const page = await inbox(t)
    await findRow(page, 'PAID').waitFor()
    await findRow(page, 'SHIPPED').click()
    await page.getByLabel('As iOS shows it').getByText('SHIPPED (4711)').waitFor()
    assert.equal(await page.getByText(/data only/i).count(), 0)
  })

  test('cannot open a delivery that the gateway refused, and says who was not reached', async (t) => {
    const deviceId = await register(emulator, 'web', { user: 'ada' })
    await register(emulator, 'fcm', { user: 'grace' })
    await register(emulator, 'web', { interests: ['news'] })
    emulator.failNext({ operation: 'gateway' })
    const publishId = await publish(emulator, {
      users: ['ada', 'grace', 'bob'],
      web: { notification: { title: 'Lost' } },
    })
    const page = await inbox(t)
    await findRow(page, 'Lost').click()
    await page.locator('#detail td', { hasText: 'refused' }).waitFor()
    assert.equal(await page.locator('#detail table button').count(), 0)
    await findRow(page, '0 devices, 1 failed').waitFor()
    const reasons = page.getByLabel('Why nothing came').locator('li > span')
    assert.deepEqual(await reasons.allTextContents(), [
      'the gateway refused 1 web device of the user ada',
      '1 Android device of the user grace got nothing: the publish has no payload for fcm',
      'there is no user bob: no device is bound to it',
    ])
    await page.evaluate(
      ([id, device]) =>
        fetch('/reporting_api/v2/instances/my-instance/events', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ event: 'open', publishId: id, deviceId: device, timestampSecs: 1 }),
        }),
      [publishId, deviceId],
    )
    assert.equal(emulator.deliveries()[0].openedAt, undefined)

    await publish(emulator, titled('Typo', { interests: ['newz'] }))
    await findRow(page, 'Typo').click()
    await page.getByText('nobody is subscribed to newz; there is news').waitFor()
  })

  test('stays small with 10 000 publishes, and reaches all of them', async (t) => {
    const page = await inbox(t)
    const numbers = Array.from({ length: 10_000 }, (_, index) => index)
    const sendAll = async () => {
      for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
        await publish(emulator, titled(`number ${number}!`))
      }
    }
    await Promise.all(Array.from({ length: 32 }, sendAll))
    await waitForCount(page, 10_000)
    assert.ok((await page.locator('#list li').count()) <= 300)
    await page.getByLabel('Search').fill('number 4711!')
    await waitForCount(page, 1)
    assert.deepEqual(await titles(page), ['number 4711!'])
    await page.getByLabel('Search').fill('')
    await waitForCount(page, 10_000)
    await page.getByRole('button', { name: 'Show older' }).click()
    await page.locator('#list li').nth(150).waitFor()
    assert.equal(await page.locator('#list li').count(), 200)
  })

  test('comes back when the emulator does', async (t) => {
    const first = await startEmulator()
    const page = await open(t, browser, first.url)
    await page.locator('#connection:text-is("live")').waitFor()
    await first.close()
    await page.locator('#connection:text-is("not connected")').waitFor()
    const second = await startEmulator({ port: first.port })
    t.after(() => second.close())
    await publish(second, titled('Again'))
    await findRow(page, 'Again').waitFor()
  })
})
