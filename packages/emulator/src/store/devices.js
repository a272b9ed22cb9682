'use strict'

const { randomUUID } = require('node:crypto')
const { MAX_DEVICES_OF_USER } = require('../limits.js')

// What V8 holds for a device and for an interest, with their places in the indexes and besides their texts, rounded up.
const DEVICE_BYTES = 2048
const INTEREST_BYTES = 512

const NOBODY = { add() {}, delete() {}, has: () => false }

/**
 * The devices of one instance, indexed by id, gateway token, user and interest. `bytes` estimates the memory they take.
 * `formerUsers` remembers the users without a device, of which there may be any number.
 */
class Devices {
  #byId = new Map()
  #byToken = new Map()
  #byUser = new Map()
  #byInterest = new Map()
  #formerUsers
  bytes = 0

  constructor(formerUsers = NOBODY) {
    this.#formerUsers = formerUsers
  }

  /** A gateway token belongs to one device: registering it again replaces the device. */
  register(platform, { token, bundleIdentifier, metadata = {} }) {
    this.delete(this.#byToken.get(`${platform} ${token}`))
    const device = {
      id: `${platform}-${randomUUID()}`,
      platform,
      token,
      bundleIdentifier,
      metadata: JSON.stringify(metadata),
      userId: undefined,
      interests: new Set(),
      registeredAt: new Date().toISOString(),
    }
    this.#byId.set(device.id, device)
    this.#byToken.set(`${platform} ${token}`, device.id)
    this.bytes += countBytes(device)
    return device
  }

  get(id) {
    return this.#byId.get(id)
  }

  all() {
    return this.#byId.values()
  }

  get size() {
    return this.#byId.size
  }

  delete(id) {
    const device = this.#byId.get(id)
    if (!device) return
    this.setInterests(device, [])
    if (device.userId !== undefined) {
      removeFrom(this.#byUser, device.userId, device)
      if (!this.#byUser.has(device.userId)) this.#formerUsers.add(device.userId)
    }
    this.#byToken.delete(`${device.platform} ${device.token}`)
    this.#byId.delete(id)
    this.bytes -= countBytes(device)
  }

  setToken(device, token) {
    const owner = this.#byToken.get(`${device.platform} ${token}`)
    if (owner !== device.id) this.delete(owner)
    this.#byToken.delete(`${device.platform} ${device.token}`)
    this.#byToken.set(`${device.platform} ${token}`, device.id)
    this.#replace(device, { token })
  }

  setMetadata(device, metadata) {
    this.#replace(device, { metadata: JSON.stringify(metadata) })
  }

  setInterests(device, interests) {
    for (const interest of device.interests) this.removeInterest(device, interest)
    for (const interest of interests) this.addInterest(device, interest)
  }

  addInterest(device, interest) {
    if (device.interests.has(interest)) return
    device.interests.add(interest)
    addTo(this.#byInterest, interest, device)
    this.bytes += countInterestBytes(interest)
  }

  removeInterest(device, interest) {
    if (!device.interests.delete(interest)) return
    removeFrom(this.#byInterest, interest, device)
    this.bytes -= countInterestBytes(interest)
  }

  /** Binds a device to a user; false if the user has as many devices as the service allows. */
  setUser(device, userId) {
    if ((this.#byUser.get(userId)?.size ?? 0) >= MAX_DEVICES_OF_USER) return false
    device.userId = userId
    addTo(this.#byUser, userId, device)
    return true
  }

  findByUser(userId) {
    return [...(this.#byUser.get(userId) ?? [])]
  }

  /** Deletes a user with all devices, and returns their number. */
  deleteUser(userId) {
    const devices = this.findByUser(userId)
    for (const { id } of devices) this.delete(id)
    this.#formerUsers.delete(userId)
    return devices.length
  }

  /** Whether a user has had a device, and was not deleted since. */
  hasHadUser(userId) {
    return this.#byUser.has(userId) || this.#formerUsers.has(userId)
  }

  /** The users that have a device. */
  users() {
    return this.#byUser.keys()
  }

  findByInterest(interest) {
    return [...(this.#byInterest.get(interest) ?? [])]
  }

  /** The interests that any device is subscribed to. */
  interests() {
    return this.#byInterest.keys()
  }

  #replace(device, properties) {
    this.bytes -= countBytes(device)
    Object.assign(device, properties)
    this.bytes += countBytes(device)
  }
}

/** Without interests, which are counted one by one. */
function countBytes({ token, bundleIdentifier = '', metadata }) {
  // The token is part of two strings, and characters beyond Latin-1 take two bytes.
  return DEVICE_BYTES + 2 * (2 * token.length + bundleIdentifier.length + metadata.length)
}

function countInterestBytes({ length }) {
  return INTEREST_BYTES + length
}

function addTo(index, key, device) {
  if (!index.has(key)) index.set(key, new Set())
  index.get(key).add(device)
}

function removeFrom(index, key, device) {
  const devices = index.get(key)
  devices?.delete(device)
  if (devices?.size === 0) index.delete(key)
}

module.exports = { Devices }
