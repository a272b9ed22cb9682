'use strict'

const { deprecate } = require('node:util')
const { PushNotifications: Client } = require('./index.js')

/** The shape of `@pusher/push-notifications-server` 1.2.7: a function, callable without `new`. */
function PushNotifications(options) {
  const client = Reflect.construct(Client, [options], new.target ?? PushNotifications)
  const { instanceId, secretKey, endpoint, port = null } = options
  return Object.defineProperties(client, {
    instanceId: { value: instanceId, enumerable: true },
    secretKey: { value: secretKey },
    port: { value: port, enumerable: true },
    protocol: { value: isHttp(endpoint) ? 'http' : 'https', enumerable: true },
    endpoint: { value: endpoint ?? `${instanceId}.pushnotifications.pusher.com`, enumerable: true },
  })
}

Object.setPrototypeOf(PushNotifications, Client)

PushNotifications.prototype = Object.create(Client.prototype, {
  constructor: method(PushNotifications),

  generateToken: method(function generateToken(userId) {
    return { token: Client.prototype.generateToken.call(this, userId) }
  }),

  publish: method(
    deprecate(function publish(interests, publishRequest) {
      return this.publishToInterests(interests, publishRequest)
    }, '`publish` is deprecated. Use `publishToInterests` instead.'),
  ),

  // The official SDK resolves to the reply's body, should there ever be one.
  deleteUser: method(async function deleteUser(userId, options) {
    const record = {}
    await Client.prototype.deleteUser.call(this, userId, options, record)
    return record.body === undefined ? undefined : JSON.parse(record.body)
  }),
})

function method(value) {
  return { value, writable: true, configurable: true }
}

function isHttp(endpoint) {
  return endpoint !== undefined && !/^https:/i.test(endpoint)
}

module.exports = PushNotifications
