'use strict'

const { PushNotifications } = require('beams-native')
const { startEmulator } = require('beams-emulator')

const payload = { web: { notification: { title: 'secret-title' } } }

/** A client of a server on this machine. */
function createClient(port, options) {
  const settings = { instanceId: 'my-instance', secretKey: 'secret-key', endpoint: '127.0.0.1', port }
  return new PushNotifications({ ...settings, ...options })
}

/** An emulator that ends with the test, and a client of it. */
async function emulated(t, options) {
  const emulator = await startEmulator()
  t.after(() => emulator.close())
  return { emulator, beams: createClient(emulator.port, options) }
}

module.exports = { createClient, emulated, payload }
