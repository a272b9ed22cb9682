'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const https = require('node:https')
const { once } = require('node:events')
const { generate } = require('selfsigned')
const { PushNotifications } = require('../../..')
const { emulated } = require('./helpers/requests.js')

/** The status of a request to the emulator, by a client that trusts `ca` alone. */
async function get(url, ca) {
  const [response] = await once(https.get(`${url}/emulator/publishes`, { ca, agent: false }), 'response')
  response.resume()
  return response.statusCode
}

test('an emulator serves https with a certificate of its own making', async (t) => {
  const emulator = await emulated(t, { tls: true })
  assert.match(emulator.url, /^https:\/\/127\.0\.0\.1:/)
  assert.equal(await get(emulator.url, emulator.certificate), 200)
  assert.equal(await get(emulator.url.replace('127.0.0.1', 'localhost'), emulator.certificate), 200)
  const [file] = await once(
    https.get(`${emulator.url}/emulator/certificate.pem`, { rejectUnauthorized: false }),
    'response',
  )
  assert.equal((await file.setEncoding('utf8').toArray()).join(''), emulator.certificate)
  await assert.rejects(get(emulator.url), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
})

test('a strict client takes the certificate too', async (t) => {
  const emulator = await emulated(t, { tls: true })
  const beams = new PushNotifications({
    instanceId: 'i',
    secretKey: 's',
    endpoint: emulator.url,
    ca: emulator.certificate,
  })
  await beams.deleteUser('user-1')
  assert.equal(emulator.deletions().length, 1)
})

test('an emulator serves https with a given certificate', async (t) => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const emulator = await emulated(t, { tls: { cert, key } })
  assert.equal(await get(emulator.url.replace('127.0.0.1', 'localhost'), cert), 200)
})
