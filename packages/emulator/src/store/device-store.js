'use strict'

const { EventEmitter } = require('node:events')
const { Devices } = require('./devices.js')
const { FormerUsers } = require('./former-users.js')

const MIB = 1024 * 1024

/** The devices of every instance, bounded by number and by bytes. Emits `change` when a request may have changed one. */
class DeviceStore extends EventEmitter {
  #instances = new Map()
  #formerUsers = new FormerUsers()
  #limits

  constructor({ maxDevices = 100_000, maxBytes = 256 * MIB } = {}) {
    super()
    this.setMaxListeners(0)
    this.#limits = { devices: maxDevices, bytes: maxBytes }
  }

  /** The devices of an instance, which is remembered. */
  instance(instanceId) {
    if (!this.#instances.has(instanceId)) {
      this.#removeEmpty()
      this.#instances.set(instanceId, new Devices(this.#formerUsers.forInstance(instanceId)))
    }
    return this.#instances.get(instanceId)
  }

  /** The devices of an instance that may have none and is then not remembered. */
  existing(instanceId) {
    return this.#instances.get(instanceId) ?? new Devices(this.#formerUsers.forInstance(instanceId))
  }

  /** Whether nothing may be added. One request can exceed the limit by its own size. */
  get isFull() {
    let devices = 0
    let bytes = 0
    for (const instance of this.#instances.values()) {
      devices += instance.size
      bytes += instance.bytes
    }
    return devices >= this.#limits.devices || bytes >= this.#limits.bytes
  }

  /** The devices as they are handed out, in the order in which they registered with their instance. */
  *all() {
    for (const [instanceId, devices] of this.#instances) {
      for (const device of devices.all()) yield describeDevice(instanceId, device)
    }
  }

  clear() {
    this.#instances.clear()
    this.#formerUsers.clear()
    this.emit('change')
  }

  #removeEmpty() {
    for (const [instanceId, devices] of this.#instances) if (devices.size === 0) this.#instances.delete(instanceId)
  }
}

function describeDevice(instanceId, { bundleIdentifier, metadata, interests, ...device }) {
  return {
    ...device,
    ...(bundleIdentifier !== undefined && { bundleIdentifier }),
    metadata: JSON.parse(metadata),
    instanceId,
    interests: [...interests],
  }
}

module.exports = { DeviceStore, describeDevice }
