'use strict'

/** The operations of the Beams APIs by name, each with its summary and the error statuses that it can have. */
const operations = {
  publishToInterests: ['Publish to all devices with any of up to 100 interests', [400, 401, 404, 422, 429]],
  publishToUsers: ['Publish to all devices of up to 1 000 users', [400, 401, 404, 422, 429]],
  deleteUser: ['Delete a user with all devices', [400, 401, 404, 429]],
  registerDevice: ['Register a device', [400, 401, 404, 503]],
  getDevice: ['Get a device', [400, 404]],
  deleteDevice: ['Delete a device, if there is one', [400, 404]],
  setDeviceMetadata: ["Replace a device's metadata", [400, 404, 503]],
  setDeviceToken: ["Replace a device's gateway token", [400, 404, 503]],
  setDeviceUser: ['Bind a device to the user of a Beams token', [400, 401, 403, 404, 422]],
  getInterests: ["List a device's interests", [400, 404]],
  setInterests: ["Replace a device's interests", [400, 404, 503]],
  addInterest: ['Add an interest', [400, 404, 503]],
  removeInterest: ['Remove an interest', [400, 404]],
  reportEvent: ['Report that a notification was delivered or opened', [400, 404]],
}

/** Not an operation of an API: a device's gateway, which then refuses a notification. */
const GATEWAY = 'gateway'

module.exports = { operations, GATEWAY }
