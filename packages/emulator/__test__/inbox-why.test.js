'use strict'

const { test, describe, before, after, beforeEach } = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const { once } = require('node:events')
const { findRow, launch, open } = require('./helpers/browser.js')
const { titled } = require('./helpers/payloads.js')
const { emulated, paths, send, publish, register } = require('./helpers/requests.js')

const phone = { viewport: { width: 390, height: 800 } }

describe('the inbox', () => {
  let browser, emulator
  before(async () => (browser = await launch()))
  after(() => browser.close())
  beforeEach(async (t) => (emulator = await emulated(t, { secretKey: 'key' })))

  const inbox = (t, options, view = '/') => open(t, browser, `${emulator.url}${view}`, options)
  const heading = (page, name) => page.locator('#detail').getByRole('heading', { name, level: 2 })

  test('opens the first publish, and the first one that comes into an empty list', async (t) => {
    const page = await inbox(t)
    await page.getByText('Nothing here yet.').waitFor()
    await publish(emulator, titled('First'))
    await heading(page, 'First').waitFor()
    await publish(emulator, titled('Second'))
    await findRow(page, 'Second').waitFor()
    assert.equal(await heading(page, 'First').count(), 1)
    const another = await inbox(t)
    await heading(another, 'Second').waitFor()
  })

  test('does not open a publish after one was closed, nor on a phone', async (t) => {
    await publish(emulator, titled('One'))
    const page = await inbox(t)
    await heading(page, 'One').waitFor()
    await page.keyboard.press('Escape')
    await publish(emulator, titled('Two'))
    await findRow(page, 'Two').waitFor()
    assert.equal(await page.locator('#detail').isVisible(), false)

    const small = await inbox(t, phone)
    await findRow(small, 'Two').waitFor()
    assert.equal(await small.locator('#detail').isVisible(), false)
  })

  test('marks unread items, in the title and in every window', async (t) => {
    for (const title of ['One', 'Two', 'Three']) await publish(emulator, titled(title))
    const page = await inbox(t, phone)
    const other = await inbox(t, phone)
    for (const window of [page, other]) {
      await window.locator('#unread-count:text-is("3 unread")').waitFor()
      assert.equal(await window.title(), '(3) Beams inbox')
      assert.equal(await window.locator('#list li.unread').count(), 3)
    }
    await findRow(page, 'Two').click()
    await other.locator('#unread-count:text-is("2 unread")').waitFor()
    assert.deepEqual(await other.locator('#list li.unread strong').allTextContents(), ['Three', 'One'])
    assert.match(await findRow(other, 'One').textContent(), /unread$/)
    await other.getByLabel('State').selectOption('Unread')
    await other.locator('#total:text-is("2")').waitFor()
    await other.getByRole('button', { name: 'Mark all as read' }).click()
    await other.locator('#unread').waitFor({ state: 'hidden' })
    assert.equal(await other.title(), 'Beams inbox')
    await page.reload()
    assert.equal(await page.locator('#list li.unread').count(), 0)
  })

  test('lists refused requests and planned failures with their reasons and payloads', async (t) => {
    const body = { users: ['ada'], web: { notification: { title: 'Wrong link', deep_link: '/orders/7' } } }
    const page = await inbox(t)
    await send(emulator, 'POST', paths.users, { body, headers: { authorization: 'Bearer wrong' } })
    await findRow(page, '401 Unauthorized').waitFor()
    const reason = page.getByLabel('Reason')
    assert.match(await reason.textContent(), /Incorrect Secret Key.*was started with a secret key/)
    await send(emulator, 'POST', paths.users, { body })
    await findRow(page, '422 Bad Request').click()
    await reason.getByText("Does not match format 'uri'").waitFor()
    const findings = page.getByLabel('Findings')
    assert.match(await findings.textContent(), /Beams refuses it\s*\/web\/notification\/deep_link.*absolute URL/)
    assert.match(await page.getByLabel('As Web shows it').textContent(), /Wrong link/)
    emulator.failNext({ reset: true })
    await assert.rejects(send(emulator, 'POST', paths.users, { body: titled('Planned') }))
    await findRow(page, 'connection reset, planned').click()
    await reason.getByText('a reset of the connection').waitFor()
    await reason.getByRole('heading', { name: 'Failed as planned: connection reset', exact: true }).waitFor()
  })

  test('shows the planned fault of a publish that was processed', async (t) => {
    emulator.failNext({ status: 503, afterwards: true })
    await send(emulator, 'POST', paths.interests, { body: titled('Processed') })
    const page = await inbox(t)
    await page.getByText('The response had a planned fault: status 503 with the HTML page of a router.').waitFor()
  })

  test('shows refused publishes of any shape', async (t) => {
    const page = await inbox(t, phone)
    for (const [text, shown] of [
      ['{"users":["ada"],"apns":null,"fcm":7,"web":"x"}', 'Refused with 422: apns: must be object'],
      ['{"users":["ada"],"web":{"notification":"x"}}', 'Refused with 422: web.notification: must be object'],
      ['{"users":{"a":1},"web":{"notification":{"title":"Odd"}}}', 'Refused with 422: users: must be array'],
      ['{"users":', 'Refused with 400: Request body must be a JSON object'],
      ['7', 'Refused with 400: Request body must be a JSON object'],
    ]) {
      assert.notEqual((await send(emulator, 'POST', paths.users, { body: text })).status, 200, text)
      await page.goto(`${emulator.url}/#/publishes/${emulator.failedRequests().at(-1).id}`)
      await heading(page, shown).waitFor()
      await page.getByLabel('Request', { exact: true }).waitFor()
    }
  })

  test('says why nothing arrived, and adds the missing device', async (t) => {
    await register(emulator, 'web', { interests: ['news'] })
    await publish(emulator, titled('Typo', { interests: ['newz'] }))
    const page = await inbox(t)
    const why = page.getByLabel('Why nothing came')
    await why.getByText('nobody is subscribed to newz; there is news').waitFor()
    await findRow(page, '0 devices').waitFor()
    await why.getByRole('button', { name: 'Add a test device for newz' }).click()
    await why.getByText('Added: publish again.').waitFor()
    await publish(emulator, titled('Again', { interests: ['newz'] }))
    await findRow(page, '1 device').click()
    await heading(page, 'Again').waitFor()
    assert.equal(await page.getByLabel('Why nothing came').count(), 0)
  })

  test('shows the findings for a payload, and marks in the list payloads that would not show', async (t) => {
    await publish(emulator, { interests: ['news'], web: { title: 'Lost', timeToLive: 5 } })
    const page = await inbox(t)
    await findRow(page, '1 would not show').waitFor()
    const findings = page.getByLabel('Findings').locator('li')
    assert.match(await findings.first().textContent(), /would not show\s*\/web/)
    assert.match(await findings.last().getByRole('link', { name: 'documentation' }).getAttribute('href'), /^https:/)
    await page.getByLabel('State').selectOption('With findings')
    await page.locator('#total:text-is("1")').waitFor()
  })

  test('says why a payload was not checked', async (t) => {
    await publish(emulator, { users: ['ada'], web: { data: { text: 'x'.repeat(65_536) } } })
    const page = await inbox(t)
    await page.locator('#detail').getByText('Payloads over 64 KiB are not checked.').waitFor()
  })

  test('deletes one item, and shows its neighbour', async (t) => {
    for (const title of ['One', 'Two', 'Three']) await publish(emulator, titled(title))
    const page = await inbox(t)
    await findRow(page, 'Two').click()
    await heading(page, 'Two').waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await heading(page, 'One').waitFor()
    await page.locator('#total:text-is("2")').waitFor()
    assert.deepEqual(
      emulator.publishes().map(({ web }) => web.notification.title),
      ['One', 'Three'],
    )
    const small = await inbox(t, phone)
    await findRow(small, 'Three').click()
    await small.getByRole('button', { name: 'Delete' }).click()
    await findRow(small, 'One').waitFor()
    assert.equal(await small.locator('#list li').count(), 1)
  })

  test('keeps the focus on a button when the view is redrawn', async (t) => {
    const id = await register(emulator, 'web', { user: 'ada' })
    await publish(emulator, titled('One', { users: ['ada'], interests: undefined }))
    const page = await inbox(t)
    await page.getByRole('button', { name: `Open on ${id}` }).focus()
    const event = { event: 'delivery', publishId: emulator.publishes()[0].publishId, deviceId: id, timestampSecs: 1 }
    await send(emulator, 'POST', paths.events, { body: event })
    await page.locator('.of-delivered time').waitFor()
    await page.locator(`button:focus[aria-label="Open on ${id}"]`).waitFor()
  })

  test('shows webhook requests with time and status, and sends them again', async (t) => {
    let status = 500
    const target = http.createServer((_request, response) => response.writeHead(status).end())
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    t.after(() => target.close())
    emulator.addWebhook({ url: `http://127.0.0.1:${target.address().port}/`, secret: 's' })
    await publish(emulator, titled('One', { users: ['ada'], interests: undefined }))
    const page = await inbox(t)
    await findRow(page, 'Webhook v1.PublishToUsersAttempt').click()
    await heading(page, 'Webhook v1.PublishToUsersAttempt').waitFor()
    assert.match(await findRow(page, 'Webhook').textContent(), /500 · 1 attempt, next in \d+ s/)

    await page.getByRole('link', { name: 'Webhooks', exact: true }).click()
    await page.locator('summary .tag:text-is("500")').waitFor()
    await page.locator('summary > time').waitFor()
    await page.locator('summary').click()
    status = 204
    await page.getByRole('button', { name: /^Send again/ }).click()
    await page.locator('summary .tag:text-is("204")').waitFor()
    // It is still unfolded.
    await page.locator('details td', { hasText: '204' }).waitFor()
    await page.getByRole('link', { name: /^Publishes/ }).click()
    await findRow(page, '204 · 2 attempts').waitFor()
  })

  test('links to the API, and lists its requests', async (t) => {
    const page = await inbox(t)
    await page.getByRole('link', { name: 'API' }).click()
    await page.locator('#endpoint', { hasText: emulator.url }).waitFor()
    await page.getByRole('cell', { name: '/emulator/publishes/:publishId/why' }).waitFor()
    const popup = page.waitForEvent('popup')
    await page.getByRole('link', { name: 'OpenAPI document' }).click()
    assert.match(await (await popup).locator('body').textContent(), /"openapi":\s*"3\.1\.0"/)
  })

  test('adds a test device, and sends it a test publish', async (t) => {
    const page = await inbox(t, {}, '/#/devices')
    await page.getByRole('button', { name: 'Add a test device' }).click()
    const device = page.getByRole('dialog', { name: 'Add a test device' })
    await device.getByLabel('Platform').selectOption('Android')
    await device.getByLabel('User id').fill('ada')
    await device.getByLabel('Interests').fill('hello, not|allowed')
    await device.getByRole('button', { name: 'Add' }).click()
    await device.getByText('must be an interest').waitFor()
    await device.getByLabel('Interests').fill('hello, news')
    await device.getByRole('button', { name: 'Add' }).click()
    await page.locator('#device-list td', { hasText: 'hello, news' }).waitFor()
    const [{ platform, userId, interests, instanceId }] = emulator.devices()
    assert.deepEqual([platform, userId, interests, instanceId], ['fcm', 'ada', ['hello', 'news'], 'my-instance'])

    await page.getByRole('button', { name: 'Test publish' }).click()
    const form = page.getByRole('dialog', { name: 'Test publish' })
    await form.getByLabel('Secret key').fill('wrong')
    await form.getByRole('button', { name: 'Publish' }).click()
    await form.getByText('Incorrect Secret Key').waitFor()
    await form.getByLabel('Secret key').fill('key')
    await form.getByLabel('Title').fill('Typed')
    await form.getByRole('button', { name: 'Publish' }).click()
    await heading(page, 'Typed').waitFor()
    await findRow(page, '1 device').waitFor()
    assert.equal(emulator.deliveries()[0].payload.notification.title, 'Typed')
  })

  test('asks for a secret key only if one is configured, and fills in the configured instance', async (t) => {
    const open_ = await emulated(t, { instanceId: 'shop' })
    const page = await open(t, browser, open_.url)
    await page.getByRole('button', { name: 'Test publish' }).click()
    const form = page.getByRole('dialog', { name: 'Test publish' })
    await form.waitFor()
    assert.equal(await form.getByLabel('Secret key').isVisible(), false)
    assert.equal(await form.getByLabel('Instance').inputValue(), 'shop')
    await form.locator('[name="kind"]').selectOption('users')
    await form.getByLabel('Names').fill('ada, grace')
    await page.keyboard.press('Enter')
    await page.getByLabel('Why nothing came').waitFor()
    assert.deepEqual(open_.publishes()[0].users, ['ada', 'grace'])
  })

  test('fits a phone in every view', async (t) => {
    emulator.addWebhook({ url: 'http://127.0.0.1:9/with/a/rather/long/path/to/the/target', secret: 's' })
    await register(emulator, 'web', { user: 'ada', interests: ['news'] })
    const long = 'x'.repeat(164)
    const publishId = await publish(emulator, { users: [long, 'ada'], web: { timeToLive: 5 } })
    await send(emulator, 'POST', paths.users, { body: { users: [long, long], web: {} } })
    const views = ['publishes', `publishes/${publishId}`, `publishes/${emulator.failedRequests()[0].id}`]
    const page = await inbox(t, phone)
    for (const view of [...views, 'devices', 'webhooks', 'api']) {
      await page.goto(`${emulator.url}/#/${view}`)
      await page.locator('main :visible').first().waitFor()
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), view)
    }
  })
})
