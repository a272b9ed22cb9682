'use strict'

const { randomUUID } = require('node:crypto')
const { PLATFORMS } = require('../platforms.js')
const {
  INTEREST_PATTERN,
  INSTANCE_ID_PATTERN,
  MAX_INTEREST_LENGTH,
  MAX_USER_ID_LENGTH,
  MAX_DEVICES_OF_USER,
} = require('../limits.js')
const { describeDevice } = require('./device-store.js')

const interestPattern = new RegExp(INTEREST_PATTERN)
const instanceIdPattern = new RegExp(INSTANCE_ID_PATTERN)

/** Registers a device without a client SDK. */
function addDevice(deviceStore, { platform, userId, interests = [], instanceId }) {
  if (!PLATFORMS.includes(platform)) throw new TypeError(`platform must be one of ${PLATFORMS.join(', ')}`)
  if (userId !== undefined && !(typeof userId === 'string' && isBetween(1, userId.length, MAX_USER_ID_LENGTH))) {
    throw new TypeError(`userId must be a string of 1 to ${MAX_USER_ID_LENGTH} characters`)
  }
  if (!Array.isArray(interests) || !interests.every(isInterest)) {
    throw new TypeError('interests must be a list of valid interests')
  }
  if (typeof instanceId !== 'string' || !instanceIdPattern.test(instanceId)) {
    throw new TypeError('a device needs an instanceId, unless the emulator was started with one')
  }
  if (deviceStore.isFull) throw new TypeError('the emulator holds no more devices')
  const devices = deviceStore.instance(instanceId)
  if (userId !== undefined && devices.findByUser(userId).length >= MAX_DEVICES_OF_USER) {
    throw new TypeError(`a user has at most ${MAX_DEVICES_OF_USER} devices`)
  }
  const device = devices.register(platform, { token: randomUUID().replaceAll('-', '') })
  devices.setInterests(device, interests)
  if (userId !== undefined) devices.setUser(device, userId)
  deviceStore.emit('change')
  return describeDevice(instanceId, device)
}

function isInterest(name) {
  return typeof name === 'string' && name.length <= MAX_INTEREST_LENGTH && interestPattern.test(name)
}

function isBetween(least, value, most) {
  return value >= least && value <= most
}

module.exports = { addDevice }
