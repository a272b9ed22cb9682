'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const net = require('node:net')
const { once } = require('node:events')
const readline = require('node:readline')
const { emulated, paths, send, publish, register } = require('./helpers/requests.js')

const inbox = async (emulator, query = '') => (await send(emulator, 'GET', `/emulator/inbox${query}`)).json()
const titles = ({ items }) => items.map(({ title }) => title)
const titled = (title, more) => ({ interests: ['a'], web: { notification: { title } }, ...more })

/** What happens, as the inbox is told: `next()` is the next event with its data. */
async function listen(t, emulator, query = '') {
  const request = http.get(`${emulator.url}/emulator/events${query}`)
  const [response] = await once(request, 'response')
  t.after(() => request.destroy())
  const lines = readline.createInterface({ input: response })[Symbol.asyncIterator]()
  return {
    response,
    async next() {
      for (;;) {
        const { value } = await lines.next()
        if (!value.startsWith('event: ')) continue
        return [value.slice(7), JSON.parse((await lines.next()).value.slice(6))]
      }
    },
  }
}

test('the inbox lists publishes, newest first, in pages', async (t) => {
  const emulator = await emulated(t)
  for (let count = 0; count < 250; count++) await publish(emulator, titled(`n${count}`))
  const first = await inbox(emulator)
  assert.deepEqual([first.total, first.items.length, first.items[0].title], [250, 100, 'n249'])
  const second = await inbox(emulator, `?before=${first.items.at(-1).publishId}`)
  assert.deepEqual([second.items.length, second.items[0].title], [100, 'n149'])
  const third = await inbox(emulator, `?before=${second.items.at(-1).publishId}`)
  assert.deepEqual([third.items.length, third.items.at(-1).title], [50, 'n0'])
})

test('a filter that is none is refused, and removes, marks and lists nothing', async (t) => {
  const emulator = await emulated(t)
  await publish(emulator, titled('Apple'))
  for (const [query, description] of [
    ['serach=zzz', 'serach is not a parameter; the parameters are search, interest, user, platform, state'],
    ['users=nobody', 'users is not a parameter; the parameters are search, interest, user, platform, state'],
    ['state=read', 'state must be one of unread, failed, findings'],
    ['state=failed&state=unread', 'state may be given once'],
    ['platform=android', 'platform must be one of apns, fcm, web'],
  ]) {
    for (const [method, path] of [
      ['GET', 'inbox'],
      ['DELETE', 'inbox'],
      ['POST', 'inbox/read'],
      ['GET', 'events'],
    ]) {
      const response = await send(emulator, method, `/emulator/${path}?${query}`)
      assert.equal(response.status, 400, `${method} ${path}?${query}`)
      assert.ok(response.json().description.startsWith(description))
    }
  }
  const { items } = await inbox(emulator)
  assert.deepEqual(
    items.map(({ isRead }) => isRead),
    [false],
  )
})

test('a filter is refused where there is none, and removes nothing', async (t) => {
  const emulator = await emulated(t)
  await publish(emulator, titled('Apple'))
  for (const [method, path] of [
    ['DELETE', 'publishes'],
    ['POST', 'reset'],
    ['GET', 'publishes'],
  ]) {
    const response = await send(emulator, method, `/emulator/${path}?state=failed`)
    assert.deepEqual([response.status, response.json().description], [400, 'state is not a parameter: there are none'])
  }
  assert.equal(emulator.publishes().length, 1)
})

test('a page cannot begin at an item that was removed: it would be the first page again', async (t) => {
  const emulator = await emulated(t)
  await publish(emulator, titled('Apple'))
  const [{ id }] = (await inbox(emulator)).items
  await send(emulator, 'DELETE', `/emulator/inbox/${id}`)
  const response = await send(emulator, 'GET', `/emulator/inbox?before=${id}`)
  assert.deepEqual(
    [response.status, response.json().description],
    [400, 'before must be the id of an item of the inbox'],
  )
})

test('a page can begin at an item that no longer matches', async (t) => {
  const emulator = await emulated(t)
  for (const title of ['Apple', 'Pear', 'Plum']) await publish(emulator, titled(title))
  const [plum, pear] = (await inbox(emulator, '?state=unread')).items
  for (const { id } of [plum, pear]) await send(emulator, 'POST', `/emulator/inbox/${id}/read`)
  const { items } = await inbox(emulator, `?state=unread&before=${pear.id}`)
  assert.deepEqual(
    items.map(({ title }) => title),
    ['Apple'],
  )
})

for (const [method, query] of [
  ['GET', 'limit=ten'],
  ['GET', 'limit=-1'],
  ['GET', 'limit='],
  ['DELETE', 'until=now'],
  ['DELETE', 'until='],
]) {
  test(`${method} /emulator/inbox?${query} is refused`, async (t) => {
    const emulator = await emulated(t)
    await publish(emulator, titled('Apple'))
    const response = await send(emulator, method, `/emulator/inbox?${query}`)
    const [name] = query.split('=')
    assert.deepEqual([response.status, response.json().description], [400, `${name} must be a whole number`])
    assert.equal(emulator.publishes().length, 1)
  })
}

test('what has arrived since can be kept when the inbox is cleared', async (t) => {
  const emulator = await emulated(t)
  await publish(emulator, titled('Before'))
  const { latest } = await inbox(emulator)
  await publish(emulator, titled('After'))
  await send(emulator, 'DELETE', `/emulator/inbox?until=${latest}`)
  assert.deepEqual(titles(await inbox(emulator)), ['After'])
})

test('the inbox finds publishes by their words, interest, user and platform', async (t) => {
  const emulator = await emulated(t)
  await register(emulator, 'web', { user: 'u1', interests: ['sport'] })
  await publish(emulator, titled('Apple', { apns: { aps: { alert: 'x' } } }))
  await publish(emulator, titled('Say "hi"', { interests: ['sport', 'news'] }))
  await publish(emulator, { users: ['u1'], web: { notification: { title: 'Personal' } } })
  for (const [query, expected] of [
    ['?search=APPLE', ['Apple']],
    ['?search=%22hi%22', ['Say "hi"']],
    ['?search=nothing', []],
    ['?search=notification', []],
    ['?interest=NEWS', ['Say "hi"']],
    ['?interest=spor', []],
    ['?user=U1', ['Personal', 'Say "hi"']],
    ['?platform=apns', ['Apple']],
    ['?interest=sport&search=say', ['Say "hi"']],
  ]) {
    assert.deepEqual(titles(await inbox(emulator, query)), expected, query)
  }
})

test('the search ignores spaces at the ends', async (t) => {
  const emulator = await emulated(t)
  await publish(emulator, titled('Second order'))
  assert.equal((await inbox(emulator, '?search=%20Second%20order%20')).total, 1)
})

test('the inbox takes the words of a notification from any platform', async (t) => {
  const emulator = await emulated(t)
  for (const [payloads, expected] of [
    [{ web: { notification: { title: 'T', body: 'B' } } }, ['T', 'B']],
    [{ fcm: { notification: { title: 'T', body: 'B' } } }, ['T', 'B']],
    [{ apns: { aps: { alert: { title: 'T', body: 'B' } } } }, ['T', 'B']],
    [{ apns: { aps: { alert: 'B' } } }, ['', 'B']],
    [{ apns: { aps: { alert: 7 } }, fcm: { notification: { title: {} } } }, ['', '']],
    [{ web: {} }, ['', '']],
    [{ fcm: { notification: { title_loc_key: 'T', body_loc_key: 'B' } } }, ['T', 'B']],
    [{ apns: { aps: { alert: { 'title-loc-key': 'T', 'loc-key': 'B' } } } }, ['T', 'B']],
  ]) {
    await publish(emulator, { interests: ['a'], ...payloads })
    const [{ title, text }] = (await inbox(emulator)).items
    assert.deepEqual([title, text], expected)
  }
})

test('the inbox shows one publish in full', async (t) => {
  const emulator = await emulated(t)
  const deviceId = await register(emulator, 'web', { interests: ['a'] })
  const publishId = await publish(emulator, titled('One'))
  const shown = (await send(emulator, 'GET', `/emulator/inbox/${publishId}`)).json()
  assert.deepEqual(shown.publish, emulator.publishes()[0])
  assert.deepEqual([shown.deliveries[0].deviceId, shown.delivered, shown.title], [deviceId, 1, 'One'])
  assert.equal((await send(emulator, 'GET', '/emulator/inbox/pubid-x')).status, 404)
})

test('the inbox is told what happens, as far as it asked for it', async (t) => {
  const emulator = await emulated(t, { webhookRetryDelays: [], webhooks: [{ url: 'http://127.0.0.1:1', secret: 's' }] })
  const { next, response } = await listen(t, emulator, '?search=one')
  assert.equal(response.headers['content-type'], 'text/event-stream')
  await publish(emulator, titled('Two'))
  const publishId = await publish(emulator, { users: ['u'], web: { notification: { title: 'One' } } })
  const [event, data] = await next()
  assert.deepEqual([event, data.publishId, data.title], ['publish', publishId, 'One'])
  // The webhook is sent, and dropped.
  for (let count = 0; count < 2; count++) assert.deepEqual(await next(), ['webhooks', {}])

  const deviceId = await register(emulator, 'web', { interests: ['a'] })
  assert.deepEqual(await next(), ['devices', {}])
  assert.deepEqual(await next(), ['devices', {}])
  const seen = await publish(emulator, titled('one'))
  assert.equal((await next())[0], 'publish')
  await send(emulator, 'POST', paths.events, { body: { event: 'open', publishId: seen, deviceId, timestampSecs: 1 } })
  const [change, changed] = await next()
  assert.deepEqual([change, changed.publishId, changed.opened], ['change', seen, 1])
  assert.equal((await next())[0], 'devices')
  emulator.reset()
  assert.deepEqual(await next(), ['reset', {}])
})

test('a reader that does not read is let go', async (t) => {
  const emulator = await emulated(t)
  const socket = net.connect(emulator.port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.on('error', () => {})
  socket.write('GET /emulator/events HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(socket, 'readable')
  const closed = once(socket, 'close')
  const [title, body] = ['x'.repeat(500), 'y'.repeat(500)]
  // What the system buffers comes on top of what the emulator does.
  const sendMany = async () => {
    for (let count = 0; count < 1000; count++) {
      await publish(emulator, { interests: ['a'], web: { notification: { title, body } } })
    }
  }
  await Promise.all(Array.from({ length: 8 }, sendMany))
  socket.resume()
  await closed
})

test('streams that are pipelined on a connection take one place, and it is free again', async (t) => {
  const emulator = await emulated(t)
  for (let count = 0; count < 99; count++) await listen(t, emulator)
  const socket = net.connect(emulator.port, '127.0.0.1')
  socket.write('GET /emulator/events HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(101))
  await once(socket, 'readable')
  assert.equal((await send(emulator, 'GET', '/emulator/events')).status, 503)
  socket.destroy()
  for (;;) {
    const request = http.get(`${emulator.url}/emulator/events`)
    const [{ statusCode }] = await once(request, 'response')
    request.destroy()
    if (statusCode === 200) break
  }
})

test('no more than 100 readers are let in', async (t) => {
  const emulator = await emulated(t)
  for (let count = 0; count < 100; count++) await listen(t, emulator)
  assert.equal((await send(emulator, 'GET', '/emulator/events')).status, 503)
})

test('the page may load nothing from elsewhere but images', async (t) => {
  const emulator = await emulated(t)
  const { status, headers } = await send(emulator, 'GET', '/')
  assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8'])
  assert.match(headers['content-security-policy'], /^default-src 'self'; img-src \* data:/)
})
