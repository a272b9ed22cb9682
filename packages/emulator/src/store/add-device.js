'use strict'

const { randomUUID } = require('node:crypto')
const { checkOptions, kinds } = require('../options/check-options.js')
const { PLATFORMS } = require('../platforms.js')
const { INTEREST_PATTERN, MAX_INTEREST_LENGTH, MAX_USER_ID_LENGTH, MAX_DEVICES_OF_USER } = require('../limits.js')
const { describeDevice } = require('./device-store.js')

const interestPattern = new RegExp(INTEREST_PATTERN)

const deviceMembers = {
  platform: { ...kinds.oneOf(PLATFORMS), isRequired: true },
  userId: { isValid: isUserId, expected: `a string of 1 to ${MAX_USER_ID_LENGTH} characters` },
  interests: kinds.arrayOf('interests', {
    isValid: isInterest,
    expected: `an interest: 1 to ${MAX_INTEREST_LENGTH} ASCII letters, digits and _-=@,.;`,
  }),
  instanceId: kinds.instanceId,
}

/** Registers a device without a client SDK. It belongs to the emulator's own instance, if there is one, unless it says otherwise. */
function addDevice(deviceStore, device, ownInstanceId) {
  checkOptions(device, deviceMembers, { subject: 'a device' })
  const { platform, userId, interests = [], instanceId = ownInstanceId } = device
  if (instanceId === undefined) {
    throw new TypeError('a device needs an instanceId, unless the emulator was started with one')
  }
  if (deviceStore.isFull) throw new TypeError('the emulator holds no more devices')
  const devices = deviceStore.instance(instanceId)
  if (userId !== undefined && devices.findByUser(userId).length >= MAX_DEVICES_OF_USER) {
    throw new TypeError(`a user has at most ${MAX_DEVICES_OF_USER} devices`)
  }
  const registered = devices.register(platform, { token: randomUUID().replaceAll('-', '') })
  devices.setInterests(registered, interests)
  if (userId !== undefined) devices.setUser(registered, userId)
  deviceStore.emit('change')
  return describeDevice(instanceId, registered)
}

function isInterest(name) {
  return typeof name === 'string' && name.length <= MAX_INTEREST_LENGTH && interestPattern.test(name)
}

function isUserId(value) {
  return typeof value === 'string' && value.length >= 1 && value.length <= MAX_USER_ID_LENGTH
}

module.exports = { addDevice }
