'use strict'

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { promisify } = require('node:util')
const { findRow, launch, open } = require('./helpers/browser.js')
const { titled } = require('./helpers/payloads.js')
const { emulated, paths, send, publish, register } = require('./helpers/requests.js')

const run = promisify(execFile)
const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] }

describe('the inbox, for a newcomer,', () => {
  let browser
  before(async () => (browser = await launch()))
  after(() => browser.close())

  /** Copies a text from its box. */
  async function copy(page, label) {
    await page.getByRole('button', { name: `Copy ${label}` }).click()
    await page.getByRole('button', { name: 'Copied' }).first().waitFor()
    return page.evaluate('navigator.clipboard.readText()')
  }

  test('says how to send the first publish, with a command that does', async (t) => {
    const emulator = await emulated(t, { instanceId: 'shop' })
    const page = await open(t, browser, emulator.url, clipboard)
    const start = page.locator('#start')
    await start.getByRole('heading', { name: 'Send the first publish' }).waitFor()
    const environment = await copy(page, 'Environment')
    assert.equal(environment, `export BEAMS_ENDPOINT=${emulator.url} BEAMS_INSTANCE_ID='shop' BEAMS_SECRET_KEY='any'`)
    await run('sh', ['-c', await copy(page, 'Command')])
    await page.locator('#detail').getByRole('heading', { name: 'Hello', level: 2 }).waitFor()
    assert.equal(await start.isVisible(), false)
    assert.deepEqual(emulator.publishes()[0].interests, ['hello'])
  })

  test('sends the first publish from the page', async (t) => {
    const emulator = await emulated(t)
    const page = await open(t, browser, emulator.url)
    await page.getByRole('button', { name: 'Send one from here' }).click()
    const form = page.getByRole('dialog', { name: 'Test publish' })
    await form.getByRole('button', { name: 'Publish' }).click()
    await page.locator('#detail').getByRole('heading', { name: 'Hello', level: 2 }).waitFor()
  })

  test('asks for the secret key of an emulator that has one, and does not show it', async (t) => {
    const emulator = await emulated(t, { secretKey: 'hush' })
    const page = await open(t, browser, emulator.url)
    await page.getByText("BEAMS_SECRET_KEY='<the secret key of this emulator>'").waitFor()
    assert.doesNotMatch(await page.content(), /hush/)
  })

  test('selects a text for copying where the page may not write to the clipboard', async (t) => {
    const emulator = await emulated(t)
    const page = await open(t, browser, emulator.url)
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.getByRole('button', { name: 'Copy Environment' }).click()
    await page.getByRole('button', { name: 'Selected' }).waitFor()
    assert.match(await page.evaluate('getSelection().toString()'), /^export BEAMS_ENDPOINT=/)
  })

  test('says how webhooks are set up, with a command that does', async (t) => {
    const emulator = await emulated(t)
    const page = await open(t, browser, `${emulator.url}/#/webhooks`, clipboard)
    await run('sh', ['-c', await copy(page, 'In this emulator')])
    const [{ url }] = emulator.webhooks().configured
    assert.equal(url, 'http://localhost:3000/webhooks/beams')
    await page.reload()
    await page.locator('.hooks', { hasText: url }).waitFor()
    await page.getByText('No requests yet.').waitFor()
  })

  test('gives no alarm about a publish before the first device, and gives one after it', async (t) => {
    const emulator = await emulated(t)
    const page = await open(t, browser, emulator.url)
    await publish(emulator, titled('Early'))
    const why = page.getByLabel('Why nothing came')
    await why.getByText('This instance has no devices yet').waitFor()
    assert.equal(await findRow(page, '0 devices').locator('.bad').count(), 0)
    assert.equal(await page.locator('#detail .bad').count(), 0)
    await register(emulator, 'web', { interests: ['other'] })
    await publish(emulator, titled('Late'))
    await findRow(page, 'Late').click()
    await page.locator('#detail').getByRole('heading', { name: 'Late', level: 2 }).waitFor()
    await page.locator('#detail .bad').waitFor()
    assert.equal(await findRow(page, 'Late').locator('.bad').textContent(), '0 devices')
  })

  test('tells how long ago something came, and when exactly', async (t) => {
    const emulator = await emulated(t)
    const page = await open(t, browser, 'about:blank')
    await page.clock.install({ time: Date.now() })
    await publish(emulator, titled('One'))
    await page.goto(emulator.url)
    const time = findRow(page, 'One').locator('time')
    const [{ receivedAt }] = emulator.publishes()
    await time.waitFor()
    assert.equal(await time.getAttribute('title'), await page.evaluate(`new Date('${receivedAt}').toLocaleString()`))
    for (const [duration, text] of [
      [30, /^3\d s ago$/],
      [5 * 60, /^5 min ago$/],
      [3 * 3600, /^3 h ago$/],
      [2 * 24 * 3600, /^\d+\/\d+\/\d+$/],
    ]) {
      await page.clock.setFixedTime(new Date(receivedAt).getTime() + duration * 1000 + 500)
      await page.clock.runFor(1000)
      assert.match(await time.textContent(), text)
    }
    assert.equal(await page.getByLabel('As Web shows it').getByText('from your site').count(), 1)
  })

  test('titles a refused publish with what was refused, and why', async (t) => {
    const emulator = await emulated(t)
    const page = await open(t, browser, emulator.url)
    const body = { users: ['ada'], web: { notification: { title: 'Wrong link', deep_link: '/orders/7' } } }
    await send(emulator, 'POST', paths.users, { body })
    const name = "Refused with 422: web.notification.deep_link: Does not match format 'uri'"
    await page.locator('#detail').getByRole('heading', { name, level: 2 }).waitFor()
    await page.locator('#detail > p', { hasText: 'Wrong link' }).waitFor()
    await page.locator('#detail > p', { hasText: 'Publish to users' }).waitFor()
    await page.locator('#detail > p', { hasText: 'To 1 user: ada' }).waitFor()
  })
})
