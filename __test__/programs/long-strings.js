'use strict'

// Gives a very long string in place of one argument, and prints by how many times its length the process has grown at its
// highest. Argument: which.

const { PushNotifications, signWebhook, verifyWebhook } = require('../..')

const payload = { web: { notification: { title: 'Hello' } } }
const required = { instanceId: 'i', secretKey: 'k' }
const options = { ...required, endpoint: '127.0.0.1', port: 1, maxRetries: 0 }
const beams = new PushNotifications(options)

const members = ['instanceId', 'secretKey', 'endpoint', 'port', 'proxy', 'ca']
const places = {
  ...Object.fromEntries(members.map((name) => [name, (long) => new PushNotifications({ ...required, [name]: long })])),
  'ca, in a list': (long) => new PushNotifications({ ...required, ca: ['-----BEGIN CERTIFICATE-----', long] }),
  'token user': (long) => beams.generateToken(long),
  'deleted user': (long) => beams.deleteUser(long),
  interest: (long) => beams.publishToInterests([long], payload),
  user: (long) => beams.publishToUsers([long], payload),
  'second user': (long) => beams.publishToUsers(['u', long], payload),
  'an object as user': (long) => beams.publishToUsers([{ toString: () => long }], payload),
  'one of many users': async (long) => {
    const { failures } = await beams.publishToManyUsers([long, long, { toString: () => long }], payload)
    throw failures[0].error
  },
  payload: (long) => beams.publishToUsers(['u'], { web: { data: { long } } }),
  'payload for many users': (long) => beams.publishToManyUsers(['u'], { web: { data: { long } } }),
  'webhook signature': (long) => verifyWebhook('{}', long, 's'),
  'webhook secret': (long) => verifyWebhook('{}', 'x', long),
  'secret to sign with': (long) => signWebhook('{}', long),
}

async function main() {
  const [name] = process.argv.slice(2)
  // JSON.stringify takes its time.
  const length = (name.startsWith('payload') ? 100 : 500) << 20
  // The library and the worker's thread are loaded before anything is measured.
  await beams.publishToManyUsers(['u'], payload)
  const peak = () => process.resourceUsage().maxRSS * 1024
  // A rope: no more than a few objects, as long as nobody looks at its characters.
  const long = 'x'.repeat(length)
  const before = peak()
  const code = await Promise.resolve()
    .then(() => places[name](long))
    .then(
      () => undefined,
      (error) => error.code,
    )
  console.log(JSON.stringify({ code, copies: (peak() - before) / length }))
}

if (require.main === module) main()

module.exports = { names: Object.keys(places) }
