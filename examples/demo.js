'use strict'

// All four operations, on an emulator in this process: no account, no network.
// With BEAMS_INSTANCE_ID and BEAMS_SECRET_KEY set, on the real service.

const { PushNotifications } = require('beams-native')
const { startEmulator } = require('beams-emulator')

const request = {
  apns: { aps: { alert: { title: 'Hello', body: 'Hello from beams-native!' } } },
  fcm: { notification: { title: 'Hello', body: 'Hello from beams-native!' } },
  web: { notification: { title: 'Hello', body: 'Hello from beams-native!' } },
}

async function main() {
  const { BEAMS_INSTANCE_ID: instanceId, BEAMS_SECRET_KEY: secretKey } = process.env
  if (instanceId && secretKey) return useAll({ instanceId, secretKey })

  const emulator = await startEmulator({ log: (line) => console.log(`  the service: ${line}`) })
  try {
    console.log(`An emulator of Beams listens on ${emulator.url}`)
    await useAll({ instanceId: 'demo-instance', secretKey: 'demo-secret', endpoint: emulator.url })
    console.log('\nWhat the service received:')
    console.dir(emulator.publishes(), { depth: null })
    console.dir(emulator.deletions(), { depth: null })
  } finally {
    await emulator.close()
  }
}

async function useAll(options) {
  const beams = new PushNotifications(options)

  console.log('\nPublish to the interest "hello"')
  console.log(' ', await beams.publishToInterests(['hello'], request))

  console.log('\nPublish to the users "demo-user-1" and "demo-user-2"')
  console.log(' ', await beams.publishToUsers(['demo-user-1', 'demo-user-2'], request))

  console.log('\nMake a token for the user "demo-user-1"')
  const token = beams.generateToken('demo-user-1')
  console.log(`  ${token}`)
  console.log('  which holds', decode(token))

  console.log('\nDelete the user "demo-user-2"')
  await beams.deleteUser('demo-user-2')
}

function decode(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
