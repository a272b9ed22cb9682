'use strict'

const { webhookEndpoint } = require('beams-native/express')

const METADATA = 'beams-native:events'
const EVERY_TYPE = '*'

function OnBeamsEvent(type, { name } = {}) {
  const types = [type].flat()
  checkTypes(types.filter((each) => each !== EVERY_TYPE))
  return (_prototype, _method, { value }) => {
    const subscriptions = Reflect.getOwnMetadata(METADATA, value) ?? []
    Reflect.defineMetadata(METADATA, [...subscriptions, { types, name }], value)
  }
}

/** Throws for a type that does not exist, where the decorator is applied. */
function checkTypes(types) {
  webhookEndpoint({ secret: '' }, Object.fromEntries(types.map((type) => [type, () => {}])))
}

/** Returns a function from an event's type to whether a method handles it, or `undefined` if the method is not decorated. */
function readSubscription(method, instanceName) {
  const subscriptions = Reflect.getOwnMetadata(METADATA, method)?.filter(({ name }) => name === instanceName)
  if (!subscriptions?.length) return undefined
  const types = new Set(subscriptions.flatMap((each) => each.types))
  return (type) => types.has(type) || types.has(EVERY_TYPE)
}

module.exports = { OnBeamsEvent, readSubscription }
