'use strict'

// The official clients, as they are published, are the judges of the emulator's responses.

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const { once } = require('node:events')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const PushNotifications = require('@pusher/push-notifications-server')
const { launch, open } = require('./helpers/browser.js')
const { script, serviceWorker, stubSubscription } = require('./helpers/browser-sdk.js')
const { python } = require('./helpers/python.js')
const { emulated, paths, web, register, createToken } = require('./helpers/requests.js')

const options = { instanceId: 'my-instance', secretKey: 'key' }

test('the official Node.js SDK', async (t) => {
  const emulator = await emulated(t, options)
  const sdk = new PushNotifications({ ...options, endpoint: '127.0.0.1', port: emulator.port })
  assert.equal((await sdk.publishToInterests(['a'], { web })).publishId, emulator.publishes()[0].publishId)
  assert.equal((await sdk.publishToUsers(['é😀'], { web })).publishId, emulator.publishes()[1].publishId)
  assert.equal(await sdk.deleteUser('a/b é'), undefined)
  assert.equal(emulator.deletions()[0].userId, 'a/b é')
  await assert.rejects(sdk.publishToInterests(['a'], { web: [] }), /^Error: 422 Bad Request - /)
  const other = (more) => new PushNotifications({ ...options, endpoint: '127.0.0.1', port: emulator.port, ...more })
  const wrongKey = { message: '401 Unauthorized - Incorrect Secret Key' }
  await assert.rejects(other({ secretKey: 'wrong' }).publishToUsers(['u'], { web }), wrongKey)
  const wrongInstance = { message: '404 Instance not found - Could not find the instance' }
  await assert.rejects(other({ instanceId: 'wrong' }).deleteUser('u'), wrongInstance)

  const id = await register(emulator, 'fcm')
  const { token } = sdk.generateToken('ada')
  const bound = await fetch(`${emulator.url}${paths.devices}/fcm/${id}/user`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(bound.status, 200)
  assert.equal(emulator.devices()[0].userId, 'ada')
})

const program = `
import json, sys
from pusher_push_notifications import PushNotifications
url, certificate = sys.argv[1:]

def sdk(instance='my-instance', key='key'):
    client = PushNotifications(instance, key, endpoint=url)
    client.session.verify = certificate
    return client

def name_of(call):
    try:
        return call()
    except Exception as error:
        return [type(error).__name__, str(error)]

web = {'web': {'notification': {'title': 'Hello'}}}
print(json.dumps([
    sdk().publish_to_interests(['a'], web),
    sdk().publish_to_users(['ada'], web),
    sdk().delete_user('ada'),
    sdk().generate_token('ada'),
    name_of(lambda: sdk(key='wrong').publish_to_interests(['a'], web)),
    name_of(lambda: sdk(instance='wrong').publish_to_interests(['a'], web)),
    name_of(lambda: sdk().publish_to_interests(['a'], {'web': []})),
    name_of(lambda: sdk().publish_to_interests(['a'], web)),
]))
`

test('the official Python SDK, over https', async (t) => {
  const emulator = await emulated(t, { ...options, tls: true })
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-python-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const certificate = path.join(folder, 'certificate.pem')
  fs.writeFileSync(certificate, emulator.certificate)
  const { stdout } = await promisify(execFile)(python, ['-c', program, new URL(emulator.url).host, certificate])
  const [toInterests, toUsers, deleted, { token }, wrongKey, wrongInstance, wrongBody, last] = JSON.parse(stdout)
  assert.deepEqual(
    emulator.publishes().map(({ publishId }) => publishId),
    [toInterests, toUsers, last].map(({ publishId }) => publishId),
  )
  assert.equal(deleted, null)
  assert.equal(emulator.deletions()[0].userId, 'ada')
  assert.equal(token.split('.').length, 3)
  assert.deepEqual(wrongKey, ['PusherAuthError', 'Unauthorized: Incorrect Secret Key'])
  assert.match(wrongInstance[0], /PusherMissingInstanceError/)
  assert.match(wrongBody.join(' '), /^PusherValidationError Bad Request: /)
})

describe('the official browser SDK', () => {
  let browser
  before(async () => (browser = await launch()))
  after(() => browser.close())

  /** A site with the SDK, its service worker, and tokens for whoever asks. */
  async function site(t) {
    const responses = {
      '/': ['text/html', '<!doctype html><script src="sdk.js"></script>'],
      '/sdk.js': ['text/javascript', fs.readFileSync(script)],
      '/service-worker.js': ['text/javascript', serviceWorker()],
    }
    const server = http.createServer(({ url }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://site')
      const [type, body] = responses[pathname] ?? [
        'application/json',
        JSON.stringify({ token: createToken(searchParams.get('user_id')) }),
      ]
      response.writeHead(200, { 'content-type': type }).end(body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => {
      server.close()
      server.closeAllConnections()
    })
    return `http://127.0.0.1:${server.address().port}/`
  }

  test('registers, keeps interests, takes a user, and goes', async (t) => {
    const emulator = await emulated(t, options)
    const page = await open(t, browser, 'about:blank')
    await page.context().addInitScript(stubSubscription)
    await page.goto(await site(t))

    const seen = await page.evaluate(async (endpointOverride) => {
      const { Client, TokenProvider } = globalThis.PusherPushNotifications
      const client = new Client({ instanceId: 'my-instance', endpointOverride })
      const provider = new TokenProvider({ url: 'token' })
      await client.start()
      const deviceId = await client.getDeviceId()
      await client.addDeviceInterest('a')
      await client.addDeviceInterest('b')
      await client.removeDeviceInterest('a')
      const added = await client.getDeviceInterests()
      await client.setDeviceInterests(['x', 'y', 'z'])
      const first = await client.getDeviceInterests(2)
      const rest = await client.getDeviceInterests(2, first.nextCursor)
      await client.setUserId('ada', provider)
      await client._updateDeviceMetadata()
      const userId = await client.getUserId()
      await client.clearDeviceInterests()
      return { deviceId, added, first, rest, userId, cleared: await client.getDeviceInterests() }
    }, emulator.url)

    const [device] = emulator.devices()
    assert.equal(seen.deviceId, device.id)
    assert.deepEqual(seen.added, { interests: ['b'] })
    assert.deepEqual([seen.first.interests, seen.rest], [['x', 'y'], { interests: ['z'] }])
    assert.deepEqual([seen.userId, device.userId], ['ada', 'ada'])
    assert.deepEqual([seen.cleared.interests, device.interests], [[], []])
    assert.equal(device.metadata.sdkVersion, '2.1.0')

    await page.evaluate(async (endpointOverride) => {
      const client = new globalThis.PusherPushNotifications.Client({ instanceId: 'my-instance', endpointOverride })
      await client.stop()
    }, emulator.url)
    assert.deepEqual(emulator.devices(), [])
  })

  test('says why a user was refused', async (t) => {
    const emulator = await emulated(t, { ...options, secretKey: 'another key' })
    const page = await open(t, browser, 'about:blank')
    await page.context().addInitScript(stubSubscription)
    await page.goto(await site(t))
    const message = await page.evaluate(async (endpointOverride) => {
      const { Client, TokenProvider } = globalThis.PusherPushNotifications
      const client = new Client({ instanceId: 'my-instance', endpointOverride })
      await client.start()
      return client.setUserId('ada', new TokenProvider({ url: 'token' })).catch((error) => error.message)
    }, emulator.url)
    assert.equal(message, 'Unexpected status code 401: Unauthorized, Invalid JWT signature.')
  })
})
