'use strict'

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const { once } = require('node:events')
const { launch, open } = require('./helpers/browser.js')
const { emulated, paths, web, send, publish, register } = require('./helpers/requests.js')

const body = { users: ['u'], web }

describe('the host name of a request', () => {
  for (const [host, isAllowed] of [
    ['127.0.0.1:8081', true],
    ['192.168.1.7', true],
    ['[::1]:8081', true],
    ['localhost', true],
    ['LOCALHOST:1', true],
    ['beams.localhost', true],
    ['beams', true],
    ['host.docker.internal:8081', true],
    ['beams.test', true],
    ['any.beams.dev', true],
    ['beams.dev', false],
    ['evil.example', false],
    ['evil.example:8081', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example', false],
    ['a@evil.example', false],
    ['evil.example.', false],
    ['%', false],
  ]) {
    test(`${host} is ${isAllowed ? 'allowed' : 'refused'}`, async (t) => {
      const emulator = await emulated(t, { allowedHosts: ['Beams.test', '.beams.dev'] })
      for (const [method, path] of [
        ['GET', '/'],
        ['GET', '/emulator/publishes'],
        ['POST', '/emulator/reset'],
        ['GET', '/emulator/inbox/settings'],
        ['POST', '/emulator/inbox/read'],
        ['DELETE', '/emulator/inbox'],
        ['GET', '/emulator/failed-requests'],
        ['GET', '/emulator/endpoints'],
        ['GET', '/device_api/v1/instances/my-instance/web-vapid-public-key'],
      ]) {
        const { status } = await send(emulator, method, path, { headers: { host } })
        assert.equal(status, isAllowed ? 200 : 403, `${method} ${path}`)
      }
    })
  }

  test('is named in the refusal, with the option that allows it', async (t) => {
    const emulator = await emulated(t)
    const { json } = await send(emulator, 'GET', '/', { headers: { host: 'beams.example:80' } })
    assert.match(json().description, /"beams\.example" is not allowed.* --allowed-hosts beams\.example/)
  })
})

describe('the page that makes a request', () => {
  const calls = [
    ['POST', paths.users, { body }],
    ['DELETE', `${paths.customer}/u`, {}],
    ['GET', '/emulator/publishes', {}],
    ['GET', '/emulator/inbox', {}],
    ['GET', '/emulator/inbox/:item', {}],
    ['GET', '/emulator/inbox/settings', {}],
    ['POST', '/emulator/inbox/:item/read', {}],
    ['POST', '/emulator/inbox/read', {}],
    ['GET', '/emulator/publishes/:item/why', {}],
    ['GET', '/emulator/failed-requests', {}],
    ['GET', '/emulator/endpoints', {}],
    ['POST', '/emulator/devices', { body: { platform: 'web', instanceId: 'i' } }],
    ['POST', '/emulator/webhooks/requests/:webhook/resend', {}],
    ['DELETE', '/emulator/inbox/:item', {}],
    ['DELETE', '/emulator/inbox', {}],
    ['POST', '/emulator/reset', {}],
    ['GET', '/', {}],
  ]
  for (const [name, headers, isAllowed] of [
    ['is none', {}, true],
    ['is the inbox', { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }, true],
    ['is the inbox, by a link', { 'sec-fetch-site': 'none' }, true],
    ['is allowed', { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }, true],
    ['is foreign', { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }, false],
    ['is of another port', { origin: 'http://localhost:4000', 'sec-fetch-site': 'same-site' }, false],
    ['is sandboxed', { origin: 'null' }, false],
    ['is foreign, and says only that', { 'sec-fetch-site': 'cross-site' }, false],
    ['has it as a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, false], // prettier-ignore
  ]) {
    test(`${name}: ${isAllowed ? 'allowed' : 'refused'}`, async (t) => {
      const emulator = await emulated(t, {
        allowedOrigins: ['http://localhost:3000'],
        webhooks: [{ url: 'http://127.0.0.1:9/', secret: 's' }],
      })
      const item = await publish(emulator, body)
      while (emulator.webhooks().requests[0].attempts.length === 0) await new Promise(setImmediate)
      const webhook = emulator.webhooks().requests[0].id
      for (const [method, template, request] of calls) {
        const path = template.replace(':item', item).replace(':webhook', webhook)
        const { status } = await send(emulator, method, path, {
          ...request,
          headers: { host: 'localhost', ...headers },
        })
        assert.equal(status, isAllowed ? 200 : 403, `${method} ${path}`)
      }
    })
  }

  test('is foreign: refused by every request of the emulator itself', async (t) => {
    const emulator = await emulated(t)
    const endpoints = (await send(emulator, 'GET', '/emulator/endpoints')).json()
    assert.ok(endpoints.length > 15)
    for (const { method, url } of endpoints) {
      const headers = { origin: 'http://evil.example' }
      assert.equal((await send(emulator, method, `/emulator${url}`, { headers })).status, 403, `${method} ${url}`)
    }
  })

  test('an invalid allowed origin is refused at the start', async (t) => {
    for (const origin of ['localhost:3000', 'http://localhost:3000/page', '*']) {
      await assert.rejects(emulated(t, { allowedOrigins: [origin] }), TypeError, origin)
    }
  })
})

describe('in a browser', () => {
  let browser
  before(async () => (browser = await launch()))
  after(() => browser.close())

  /** A page of another origin, of the same machine. */
  async function foreignPage(t, html = '<!doctype html><title>page</title>') {
    const server = http.createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => {
      server.close()
      server.closeAllConnections()
    })
    return `http://127.0.0.1:${server.address().port}`
  }

  /** What `fetch` in the page gives: a status, or 'blocked'. */
  const call = (page, url, method, payload) =>
    page.evaluate(
      ([target, verb, text]) =>
        fetch(target, {
          method: verb,
          headers: { authorization: 'Bearer k', ...(text && { 'content-type': 'application/json' }) },
          ...(text && { body: text }),
        }).then(
          ({ status }) => status,
          () => 'blocked',
        ),
      [url, method, payload && JSON.stringify(payload)],
    )

  test('a foreign page reaches the device API alone', async (t) => {
    const emulator = await emulated(t)
    await publish(emulator, body)
    const page = await open(t, browser, await foreignPage(t))
    for (const [method, path, request] of [
      ['POST', paths.users, body],
      ['DELETE', `${paths.customer}/u`],
      ['POST', '/emulator/reset'],
      ['GET', '/emulator/publishes'],
      ['GET', '/emulator/inbox'],
      ['DELETE', '/emulator/inbox'],
      ['POST', '/emulator/inbox/read'],
      ['POST', '/emulator/devices', { platform: 'web', instanceId: 'i' }],
      ['POST', '/emulator/webhooks', { url: 'http://127.0.0.1:9/', secret: 's' }],
    ]) {
      assert.equal(await call(page, emulator.url + path, method, request), 'blocked', `${method} ${path}`)
    }
    // These need no preflight, so they do arrive.
    await page.evaluate(
      (url) => fetch(`${url}/emulator/reset`, { method: 'POST', mode: 'no-cors' }).catch(() => {}),
      emulator.url,
    )
    await page.evaluate((url) => {
      const form = Object.assign(document.createElement('form'), { method: 'POST', action: `${url}/emulator/reset` })
      document.body.append(form)
      form.submit()
    }, emulator.url)
    await page.waitForURL(/reset$/)
    assert.equal(emulator.publishes().length, 1)
    assert.deepEqual([emulator.deletions(), emulator.devices(), emulator.webhooks().configured], [[], [], []])

    await page.goto(await foreignPage(t))
    assert.equal(await call(page, `${emulator.url}${paths.devices}/fcm`, 'POST', { token: 'a' }), 200)
    emulator.failNext({ status: 503, operation: 'registerDevice' })
    assert.equal(await call(page, `${emulator.url}${paths.devices}/fcm`, 'POST', { token: 'b' }), 503)
  })

  test('an allowed page reaches all APIs', async (t) => {
    const origin = await foreignPage(t)
    const emulator = await emulated(t, { allowedOrigins: [origin] })
    const page = await open(t, browser, origin)
    assert.equal(await call(page, emulator.url + paths.users, 'POST', body), 200)
    assert.equal(await call(page, `${emulator.url}${paths.customer}/u`, 'DELETE'), 200)
    assert.equal(await call(page, `${emulator.url}/emulator/publishes`, 'GET'), 200)
    assert.equal(await call(page, `${emulator.url}/emulator/openapi.json`, 'GET'), 200)
    assert.equal(await call(page, `${emulator.url}/emulator/reset`, 'POST'), 200)
    const listening = `new Promise((resolve) => {
      const events = new EventSource('${emulator.url}/emulator/events')
      events.onopen = () => resolve('open')
      events.onerror = () => resolve('refused')
    })`
    assert.equal(await page.evaluate(listening), 'open')
  })

  test('a link from elsewhere shows the inbox, live', async (t) => {
    const emulator = await emulated(t)
    await publish(emulator, { users: ['u'], web: { notification: { title: 'One' } } })
    const page = await open(t, browser, await foreignPage(t, `<!doctype html><a href="${emulator.url}/">inbox</a>`))
    await page.getByRole('link').click()
    await page.locator('#list strong', { hasText: 'One' }).waitFor()
    await page.locator('#connection:text-is("live")').waitFor()
  })

  test('a link to a publish from a page of another site shows it', async (t) => {
    const emulator = await emulated(t)
    await register(emulator, 'web', { user: 'u' })
    const id = await publish(emulator, { users: ['u'], web: { notification: { title: 'One' } } })
    const localhost = emulator.url.replace('127.0.0.1', 'localhost')
    const link = `<!doctype html><a href="${localhost}/#/publishes/${id}">publish</a>`
    const page = await open(t, browser, await foreignPage(t, link))
    await page.getByRole('link').click()
    await page.getByRole('heading', { name: 'One', level: 2 }).waitFor()
    await page.getByRole('button', { name: /^Open on/ }).click()
    await page.locator('#list .outcome', { hasText: '1 opened' }).waitFor()
  })
})
