'use strict'

const { EventEmitter } = require('node:events')
const { randomUUID } = require('node:crypto')

const MOST_DEVICES_OF_A_USER = 100

/** The devices of one instance, found by their ids, their users and their interests. */
class Devices {
  #byId = new Map()
  #byToken = new Map()
  #byUser = new Map()
  #byInterest = new Map()

  /** A gateway token belongs to one device: registering it again replaces the device. */
  register(platform, { token, bundleIdentifier, metadata = {} }) {
    this.delete(this.#byToken.get(`${platform} ${token}`))
    const device = {
      id: `${platform}-${randomUUID()}`,
      platform,
      token,
      ...(bundleIdentifier !== undefined && { bundleIdentifier }),
      metadata,
      userId: undefined,
      interests: new Set(),
      registeredAt: new Date().toISOString(),
    }
    this.#byId.set(device.id, device)
    this.#byToken.set(`${platform} ${token}`, device.id)
    return device
  }

  get(id) {
    return this.#byId.get(id)
  }

  all() {
    return [...this.#byId.values()]
  }

  get size() {
    return this.#byId.size
  }

  delete(id) {
    const device = this.#byId.get(id)
    if (!device) return
    this.setInterests(device, [])
    if (device.userId !== undefined) unlist(this.#byUser, device.userId, device)
    this.#byToken.delete(`${device.platform} ${device.token}`)
    this.#byId.delete(id)
  }

  setToken(device, token) {
    const owner = this.#byToken.get(`${device.platform} ${token}`)
    if (owner !== device.id) this.delete(owner)
    this.#byToken.delete(`${device.platform} ${device.token}`)
    this.#byToken.set(`${device.platform} ${token}`, device.id)
    device.token = token
  }

  setInterests(device, interests) {
    for (const interest of device.interests) unlist(this.#byInterest, interest, device)
    device.interests = new Set(interests)
    for (const interest of device.interests) list(this.#byInterest, interest, device)
  }

  addInterest(device, interest) {
    device.interests.add(interest)
    list(this.#byInterest, interest, device)
  }

  removeInterest(device, interest) {
    device.interests.delete(interest)
    unlist(this.#byInterest, interest, device)
  }

  /** Binds a device to a user; false if the user has as many devices as the service allows. */
  setUser(device, userId) {
    if (this.ofUser(userId).length >= MOST_DEVICES_OF_A_USER) return false
    device.userId = userId
    list(this.#byUser, userId, device)
    return true
  }

  ofUser(userId) {
    return [...(this.#byUser.get(userId) ?? [])]
  }

  deleteUser(userId) {
    for (const { id } of this.ofUser(userId)) this.delete(id)
  }

  /** The devices with any of the interests, each of them once. */
  withInterests(interests) {
    return [...new Set(interests.flatMap((interest) => [...(this.#byInterest.get(interest) ?? [])]))]
  }
}

function list(index, key, device) {
  if (!index.has(key)) index.set(key, new Set())
  index.get(key).add(device)
}

function unlist(index, key, device) {
  const devices = index.get(key)
  devices?.delete(device)
  if (devices?.size === 0) index.delete(key)
}

/**
 * The devices of every instance. They are bounded: a registration beyond `maxDevices` is refused. Emits `change` when told that
 * a request has changed something.
 */
class Instances extends EventEmitter {
  #devices = new Map()
  #maxDevices

  constructor({ maxDevices = 100_000 } = {}) {
    super()
    this.setMaxListeners(0)
    this.#maxDevices = maxDevices
  }

  devices(instanceId) {
    if (!this.#devices.has(instanceId)) this.#devices.set(instanceId, new Devices())
    return this.#devices.get(instanceId)
  }

  /** The devices of an instance that may have none, without remembering the instance. */
  existing(instanceId) {
    return this.#devices.get(instanceId) ?? new Devices()
  }

  get isFull() {
    return [...this.#devices.values()].reduce((sum, devices) => sum + devices.size, 0) >= this.#maxDevices
  }

  all() {
    return [...this.#devices].flatMap(([instanceId, devices]) =>
      devices.all().map((device) => ({ ...device, instanceId, interests: [...device.interests] })),
    )
  }

  reset() {
    this.#devices.clear()
  }
}

module.exports = { Instances }
