'use strict'

const { test, describe, before, after, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const { once } = require('node:events')
const { findOverflowing, findRow, launch, open, waitForCount } = require('./helpers/browser.js')
const { titled, parcel } = require('./helpers/payloads.js')
const { emulated, paths, send, publish, register } = require('./helpers/requests.js')

const phone = { viewport: { width: 375, height: 740 } }
const desktop = { viewport: { width: 1280, height: 800 } }
const users = (count) => Array.from({ length: count }, (_, index) => `user-${index}`)

/** Holds back the next request that matches: `held` resolves to it. */
async function holdBack(page, pattern) {
  let resolve
  const held = new Promise((resolveHeld) => (resolve = resolveHeld))
  await page.route(pattern, resolve, { times: 1 })
  return { held }
}

describe('the inbox', () => {
  let browser, emulator
  before(async () => (browser = await launch()))
  after(() => browser.close())
  beforeEach(async (t) => (emulator = await emulated(t)))

  const inbox = (t, options, view = '/') => open(t, browser, `${emulator.url}${view}`, options)
  const measureHeight = (page) => page.locator('#detail').evaluate((detail) => detail.scrollHeight)

  for (const [count, listed] of [
    [500, 'ada, user-0, user-1 and 497 more'],
    [1000, 'ada, user-0, user-1 and 997 more'],
  ]) {
    test(`folds ${count} users without a device, after the previews`, async (t) => {
      await register(emulator, 'web', { user: 'ada' })
      await publish(emulator, { ...parcel, users: ['ada', ...users(count - 1)] })
      const page = await inbox(t, desktop)
      const missed = page.getByLabel('Not reached')
      await missed.getByText(`${count - 1} users without a device`).waitFor()
      await page.locator('#detail').getByText(`To ${count} users: ${listed}`).waitFor()
      await findRow(page, `to ${count} users: ada, user-0, user-1`).waitFor()
      assert.ok((await measureHeight(page)) < 2000)
      const order = await page.locator('#detail > *').evaluateAll((parts) => parts.map(({ className }) => className))
      assert.ok(order.indexOf('previews') < order.indexOf('notice warning'))

      await missed.locator('summary').click()
      await page.locator('#detail .targets summary').click()
      assert.equal(await missed.locator('.folded > li').count(), 51)
      await missed.getByText(`and ${count - 51} more`).waitFor()
      await missed.getByRole('button', { name: 'Add a test device for user-7', exact: true }).click()
      await missed.getByText('Added: publish again.').waitFor()
      assert.ok((await measureHeight(page)) < 3000)
    })
  }

  test('does not fold a few reasons, or a name that may have been meant', async (t) => {
    await register(emulator, 'web', { user: 'customer-seven' })
    const page = await inbox(t, desktop)
    await publish(emulator, { users: ['customer-sevn', ...users(20)], web: parcel.web })
    const why = page.getByLabel('Why nothing came')
    await why.getByText('21 users without a device').waitFor()
    await why.locator('ul > li > span', { hasText: 'there is customer-seven' }).first().waitFor()
    await publish(emulator, { users: ['one', 'two'], web: parcel.web })
    await findRow(page, 'one, two').click()
    await why.getByText('there is no user two').waitFor()
    assert.equal(await why.locator('details').count(), 0)
  })

  test('counts reasons that are not among the first ones', async (t) => {
    await register(emulator, 'fcm', { user: 'last' })
    await publish(emulator, { users: [...users(200), 'last'], web: parcel.web })
    const page = await inbox(t, desktop)
    const why = page.getByLabel('Why nothing came')
    await why.getByText('200 users without a device').waitFor()
    await why.getByText('1 user with devices on platforms that have no payload').waitFor()
  })

  const script = '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">'
  for (const [name, text] of [
    ['a long text without spaces', 'Überlänge'.repeat(55)],
    ['a text from right to left', 'وصلت الطلبية رقم ١٨١٥ إلى مكتب الاستقبال'.repeat(8)],
    ['emoji', '👩‍👩‍👧‍👦🏳️‍🌈🚀'.repeat(40)],
    ['scripts', script],
    ['backticks', '`'.repeat(33)],
  ]) {
    test(`fits ${name} in every field, on a phone and on a desk`, async (t) => {
      const user = text.slice(0, 160)
      const interest = 'i'.repeat(164)
      const notification = {
        title: text,
        body: text,
        icon: text,
        deep_link: `https://x.example/${encodeURIComponent(text)}`,
      }
      const alert = { title: text, subtitle: text, body: text }
      const body = {
        users: [user, 'ada'],
        web: { notification, data: { text } },
        fcm: { notification: { title: text, body: text, icon: text, color: text, sound: text } },
        apns: { aps: { alert, badge: 7, sound: text, category: text }, collapse_id: text },
      }
      emulator.addWebhook({ url: `http://127.0.0.1:9/${'path/'.repeat(40)}`, secret: 's', customData: { text } })
      for (const platform of ['apns', 'fcm', 'web']) await register(emulator, platform, { user, interests: [interest] })
      const ids = [await publish(emulator, body)]
      ids.push(await publish(emulator, titled(text, { interests: [interest] })))
      await send(emulator, 'POST', paths.users, {
        body: { ...body, web: { notification: { ...notification, deep_link: text } } },
      })
      await send(emulator, 'POST', paths.users, { body: { ...body, users: [user, user] } })
      await send(emulator, 'DELETE', `${paths.customer}/${encodeURIComponent(user)}`)
      while (emulator.webhooks().requests[0].attempts.length === 0) await new Promise(setImmediate)
      ids.push(...emulator.failedRequests().map(({ id }) => id), emulator.deletions()[0].id)
      ids.push(emulator.webhooks().requests[0].id)
      const views = ['publishes', ...ids.map((id) => `publishes/${id}`), 'devices', 'webhooks', 'api']
      for (const size of [phone, desktop]) {
        const page = await inbox(t, size)
        for (const view of views) {
          await page.goto(`${emulator.url}/#/${view}`)
          await page
            .locator(view.includes('/') ? '#detail h2' : 'main li, main td')
            .first()
            .waitFor({ state: 'attached' })
          assert.deepEqual(await findOverflowing(page), [], view)
        }
        assert.match(await page.title(), /Beams inbox$/)
        assert.equal(await page.locator('main script, main img[src="x"]').count(), 0)
      }
    })
  }

  test('shows 50 devices of a user, and fits them', async (t) => {
    for (let count = 0; count < 50; count++) await register(emulator, 'web', { user: 'ada' })
    await publish(emulator, { ...parcel, users: ['ada'] })
    for (const size of [phone, desktop]) {
      const page = await inbox(t, size)
      await findRow(page, '50 devices').click()
      await page.locator('#detail tbody tr').nth(49).waitFor()
      assert.deepEqual(await findOverflowing(page), [])
    }
  })

  test('takes a burst of 1 000 publishes and deletions, and keeps up', async (t) => {
    const page = await inbox(t, desktop)
    await page.locator('#connection:text-is("live")').waitFor()
    const sendMany = async () => {
      for (let count = 0; count < 100; count++) await publish(emulator, titled(`number ${count}`))
      await send(emulator, 'DELETE', `${paths.customer}/ada`)
    }
    await Promise.all(Array.from({ length: 10 }, sendMany))
    await waitForCount(page, 1010)
    await page.getByLabel('User', { exact: true }).fill('ada')
    await waitForCount(page, 10)
    await findRow(page, 'User ada deleted').click()
    await page.locator('#detail').getByRole('heading', { name: 'User ada deleted' }).waitFor()
    await page.locator('#detail').getByText('0 devices removed.').waitFor()
  })

  const late = 'http://late.example/'
  const whileThereIsNoStream = [
    {
      what: 'an opened notification',
      view: ({ publishId }) => `publishes/${publishId}`,
      act: (ids) => send(emulator, 'POST', paths.events, { body: { event: 'open', timestampSecs: 1, ...ids } }),
      shown: (page) => page.getByRole('button', { name: /^Open on/ }).waitFor({ state: 'detached' }),
    },
    {
      what: 'a device',
      view: () => 'devices',
      act: () => register(emulator, 'web', { user: 'bob' }),
      shown: (page) => page.locator('#devices').getByText('bob').waitFor(),
    },
    {
      what: 'a webhook',
      view: () => 'webhooks',
      act: () => emulator.addWebhook({ url: late, secret: 's' }),
      shown: (page) => page.locator('#webhooks').getByText(late).waitFor(),
    },
  ]
  for (const { what, view, act, shown } of whileThereIsNoStream) {
    test(`shows ${what} from before its stream of events was open`, async (t) => {
      const deviceId = await register(emulator, 'web', { interests: ['news'] })
      const publishId = await publish(emulator, titled('Early'))
      const page = await open(t, browser, 'about:blank', desktop)
      const stream = await holdBack(page, '**/emulator/events?*')
      await page.goto(`${emulator.url}/#/${view({ publishId })}`)
      await page.locator('#device-list td, #webhook-list p, #detail td button').first().waitFor()
      const route = await stream.held
      await act({ publishId, deviceId })
      await route.continue()
      await shown(page)
    })
  }

  test('shows a webhook as soon as it is configured', async (t) => {
    const page = await inbox(t, desktop, '/#/webhooks')
    await page.locator('#connection:text-is("live")').waitFor()
    emulator.addWebhook({ url: late, secret: 's' })
    await page.locator('#webhooks').getByText(late).waitFor()
  })

  test('does not show the matches of an older filter, which arrive after those of a newer one', async (t) => {
    for (const title of ['Parcel', 'Party']) await publish(emulator, titled(title))
    const page = await inbox(t, desktop)
    await waitForCount(page, 2)
    const older = await holdBack(page, '**/emulator/inbox?search=par')
    const search = page.getByLabel('Search', { exact: true })
    await search.fill('par')
    const route = await older.held
    await search.fill('parc')
    await waitForCount(page, 1)
    const answered = page.waitForResponse('**/emulator/inbox?search=par')
    await route.continue()
    await (await answered).finished()
    await page.evaluate('new Promise(requestAnimationFrame)')
    assert.equal(await page.locator('#total').textContent(), '1')
  })

  test('says what a webhook to a slow server waits for', async (t) => {
    const pending = []
    const target = http.createServer((_request, response) => pending.push(response)).listen(0, '127.0.0.1')
    await once(target, 'listening')
    t.after(() => target.close())
    const url = `http://127.0.0.1:${target.address().port}/`
    const slow = await emulated(t, { webhookTimeout: 60_000, webhooks: [{ url, secret: 's' }] })
    const page = await open(t, browser, `${slow.url}/#/webhooks`, desktop)
    await publish(slow, parcel)
    const request = page.locator('.requests li')
    await request.getByText('no response yet').waitFor()
    await request.getByText('being sent').waitFor()
    while (pending.length === 0) await once(target, 'request')
    pending[0].writeHead(503).end()
    await request.locator('.tag.bad:text-is("503")').waitFor()
    await request.getByText(/1 attempt, next in \d+ s/).waitFor()
    await request.getByRole('button', { name: 'Send again' }).click()
    await request.getByText('1 attempt, being sent again').waitFor()
    while (pending.length === 1) await once(target, 'request')
    pending[1].writeHead(204).end()
    await request.locator('.tag.good:text-is("204")').waitFor()
  })
})
