'use strict'

const { test, describe, before, after, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const { readFileSync, writeFileSync } = require('node:fs')
const path = require('node:path')
const { findRow, launch, open, waitForCount } = require('./helpers/browser.js')
const { titled, parcel } = require('./helpers/payloads.js')
const { emulated, paths, send, publish, register } = require('./helpers/requests.js')

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
describe('the inbox', () => {
  let browser, emulator
  before(async () => (browser = await launch()))
  after(() => browser.close())
  beforeEach(async (t) => (emulator = await emulated(t)))

  const inbox = (t, options, view = '/') => open(t, browser, `${emulator.url}${view}`, options)

  test('fits a screen of 320 pixels', async (t) => {
    await publish(emulator, titled('Rain until noon'))
    const page = await inbox(t, { viewport: { width: 320, height: 640 } })
    await waitForCount(page, 1)
    await page.locator('#unread-count:text-is("1 unread")').waitFor()
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
  })

  test('begins without a filter when somebody comes back, in its form as well as in its list', async (t) => {
    await publish(emulator, titled('For browsers'))
    await publish(emulator, { interests: ['a'], fcm: { notification: { title: 'For Android' } } })
    const page = await inbox(t)
    await page.getByLabel('Platform', { exact: true }).selectOption('Android')
    await waitForCount(page, 1)
    await page.goto(`${emulator.url}/emulator/version`)
    await page.goBack()
    await waitForCount(page, 2)
    assert.equal(await page.getByLabel('Platform', { exact: true }).inputValue(), '')
    await publish(emulator, titled('Late'))
    await waitForCount(page, 3)
  })

  test('fits a screen of 1280 pixels, as the README shows it', async (t) => {
    for (const platform of ['apns', 'fcm', 'web'])
      await register(emulator, platform, { user: 'ada', interests: ['news'] })
    const headlines = [
      'Rain until noon',
      'The bridge is open again',
      'Tickets for Saturday',
      'Two goals in ten minutes',
    ]
    for (const title of headlines) await publish(emulator, titled(title, { interests: ['news', 'city', 'sport'] }))
    const link = {
      users: ['ada'],
      web: { notification: { title: 'Your parcel is on its way', deep_link: '/orders/1815' } },
    }
    await send(emulator, 'POST', paths.users, { body: link })
    await publish(emulator, parcel)
    const page = await inbox(t, { viewport: { width: 1280, height: 720 } })
    await findRow(page, 'Your parcel').click()
    await page.locator('.previews').waitFor()
    await page.locator('#unread-count:text-is("5 unread")').waitFor()
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
    assert.ok(await page.evaluate('document.querySelector("main").getBoundingClientRect().bottom === innerHeight'))
    const picture = await page.screenshot()
    if (process.env.UPDATE_DOCS) writeFileSync(path.join(__dirname, '..', 'inbox.png'), picture)
  })

  test('can be used with the keyboard alone', async (t) => {
    for (const title of ['Bee three', 'Bee two', 'Ant one']) await publish(emulator, titled(title))
    const page = await inbox(t)
    await waitForCount(page, 3)
    await page.keyboard.press('/')
    await page.keyboard.type('bee')
    await waitForCount(page, 2)
    for (const control of ['State', 'Interest', 'User', 'Platform', 'Mark all as read']) {
      await page.keyboard.press('Tab')
      const isFocused = '(document.activeElement.ariaLabel ?? document.activeElement.textContent)'
      assert.equal(await page.evaluate(isFocused), control)
    }
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Bee three', level: 2 }).waitFor()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Bee two', level: 2 }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#detail').waitFor({ state: 'hidden' })
    const focusedRow = () => page.evaluate('document.activeElement.closest("li").textContent.slice(0, 7)')
    assert.equal(await focusedRow(), 'Bee two')
    await page.keyboard.press('j')
    assert.equal(await focusedRow(), 'Bee thr')
    await page.keyboard.press('k')
    assert.equal(await focusedRow(), 'Bee two')
    await page.keyboard.press('/')
    await page.keyboard.type('j')
    assert.equal(await page.getByLabel('Search').inputValue(), 'beej')
    await page.keyboard.press('Backspace')
    await waitForCount(page, 2)
    await page.keyboard.press('ArrowDown')
    assert.equal(await focusedRow(), 'Bee two')
    await page.keyboard.press('Delete')
    await waitForCount(page, 1)
    assert.deepEqual(
      emulator.publishes().map(({ web }) => web.notification.title),
      ['Bee three', 'Ant one'],
    )
    await page.locator('#list a:focus', { hasText: 'Bee three' }).waitFor()
  })

  test('shows either the list or one publish on a phone', async (t) => {
    await publish(emulator, parcel)
    const page = await inbox(t, { viewport: { width: 390, height: 800 } })
    await findRow(page, 'Your parcel').click()
    await page.locator('.previews').waitFor()
    assert.equal(await page.locator('#list').isVisible(), false)
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
    await page.getByRole('link', { name: 'Back to all publishes' }).click()
    await findRow(page, 'Your parcel').waitFor()
  })

  test('fits the tables on a phone', async (t) => {
    const user = 'ada@analytical-engine.example'
    const id = await register(emulator, 'web', { user, interests: ['news', 'sport', 'a-rather-long-interest-name'] })
    await publish(emulator, { ...parcel, users: [user] })
    const page = await inbox(t, { viewport: { width: 390, height: 800 } }, '/#/devices')
    const fits = (selector) =>
      page.locator(selector).evaluateAll((cells) => cells.every((cell) => cell.getBoundingClientRect().right <= 390))
    await page.locator('#devices td').first().waitFor()
    assert.ok(await fits('#devices th, #devices td'))
    await page.goto(`${emulator.url}/#/publishes/${emulator.publishes()[0].publishId}`)
    await page.getByRole('button', { name: `Open on ${id}` }).waitFor()
    assert.ok(await fits('#detail th, #detail td'))
    assert.doesNotMatch(await page.locator('body').innerText(), /undefined|null|\[object/)
  })

  for (const colorScheme of ['light', 'dark']) {
    test(`has no accessibility violations according to axe, in ${colorScheme} colours`, async (t) => {
      emulator.addWebhook({ url: 'http://127.0.0.1:9/', secret: 's' })
      await register(emulator, 'apns', { user: 'ada', interests: ['news'] })
      const publishId = await publish(emulator, parcel)
      await send(emulator, 'POST', paths.users, {
        body: { users: ['ada'], web: { notification: { deep_link: '/a' } } },
      })
      const many = await publish(emulator, { ...parcel, users: Array.from({ length: 9 }, (_, index) => `u${index}`) })
      await send(emulator, 'DELETE', `${paths.customer}/grace`)
      const [{ id: failedId }] = emulator.failedRequests()
      const webhookId = emulator.webhooks().requests[0].id
      // axe is put in as a script of the page, which the page's own policy would not allow.
      const page = await inbox(t, { colorScheme, bypassCSP: true })
      await page.evaluate(axe)
      const check = async (view, shown = page) => {
        const { violations } = await shown.evaluate('axe.run()')
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
          view,
        )
      }
      for (const [view, shown] of [
        ['publishes', '#list li'],
        [`publishes/${publishId}`, '.previews'],
        [`publishes/${failedId}`, '#detail [aria-label="Findings"]'],
        [`publishes/${webhookId}`, '#detail [aria-label="Headers"]'],
        [`publishes/${many}`, '#detail details'],
        [`publishes/${emulator.deletions()[0].id}`, '#detail h2'],
        ['devices', '#devices td'],
        ['webhooks', 'summary'],
        ['api', '#api td'],
      ]) {
        await page.goto(`${emulator.url}/#/${view}`)
        await page.locator(shown).first().waitFor()
        await check(view)
      }
      for (const [view, name] of [
        ['devices', 'Add a test device'],
        ['publishes', 'Test publish'],
      ]) {
        await page.goto(`${emulator.url}/#/${view}`)
        await page.getByRole('button', { name }).click()
        await page.getByRole('dialog', { name }).waitFor()
        await check(name)
        await page.keyboard.press('Escape')
      }
      const empty = await emulated(t)
      for (const view of ['publishes', 'webhooks']) {
        const start = await open(t, browser, `${empty.url}/#/${view}`, { colorScheme, bypassCSP: true })
        await start.locator('.snippet:visible').first().waitFor()
        await start.evaluate(axe)
        await check(`empty ${view}`, start)
      }
    })
  }
})
