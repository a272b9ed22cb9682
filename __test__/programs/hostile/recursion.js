'use strict'

// Calls a method again and again with ever so little more of the stack left, so that it overflows at every place within the
// call, and shows that the client goes on working. Arguments: port, method.

const { PushNotifications } = require('../../..')
const { tracingChannel } = require('node:diagnostics_channel')

const [port, method] = process.argv.slice(2)
const options = {
  instanceId: 'i',
  secretKey: 'k',
  endpoint: '127.0.0.1',
  port,
  maxRetries: 0,
  maxRequestsPerSecond: Infinity,
}
const beams = new PushNotifications(options)
const failing = new PushNotifications({ ...options, port: 1 })
const payload = { web: { notification: { title: 'Hello' } } }
const signal = () => new AbortController().signal
const users = { [Symbol.asyncIterator]: () => [].values() }

const calls = {
  generateToken: (client) => client.generateToken('u', { backdate: 1 }),
  constructor: () => new PushNotifications(options),
  publishToInterests: (client) => client.publishToInterests(['i'], payload),
  publishToUsers: (client) => client.publishToUsers(['u'], { toJSON: () => payload }, { signal: signal() }),
  deleteUser: (client) => client.deleteUser('u', { signal: signal() }),
  publishToManyUsers: (client) => client.publishToManyUsers(users, payload, { onProgress() {} }),
  'traced publishToUsers': (client) => client.publishToUsers(['u'], payload),
}

/** Enough to have room for a whole call in the end. */
const FRAMES = 400

const settled = []
let overflows = 0

function callAtTheEdge(client) {
  let frames = 0
  const deeper = () => {
    try {
      deeper()
    } catch {
      // There is no room for one more; now the frames end one after the other.
    }
    if (frames++ >= FRAMES) return
    try {
      settled.push(calls[method](client))
    } catch {
      overflows++
    }
  }
  deeper()
}

async function main() {
  if (method.startsWith('traced')) tracingChannel('beams-native:request').subscribe({ asyncEnd() {} })
  // What is compiled lazily needs more of the stack.
  await calls[method](beams)
  callAtTheEdge(beams)
  callAtTheEdge(failing)
  const outcomes = await Promise.allSettled(settled)
  const { publishId } = await beams.publishToUsers(['u'], payload)
  await Promise.all([beams.close(), failing.close()])
  console.log(publishId, outcomes.length > FRAMES, overflows > 0)
}

main()
