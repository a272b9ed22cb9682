'use strict'

const { BeamsError, isWebhookEventType } = require('beams-native')

const METADATA = 'beams-native:events'
const EVERY_TYPE = '*'

function OnBeamsEvent(type, { name } = {}) {
  const types = [type].flat()
  checkTypes(types)
  return (_prototype, _method, { value }) => {
    const subscriptions = Reflect.getOwnMetadata(METADATA, value) ?? []
    Reflect.defineMetadata(METADATA, [...subscriptions, { types, name }], value)
  }
}

/** Throws for a type that does not exist, where the decorator is applied. */
function checkTypes(types) {
  for (const type of types) {
    if (type === EVERY_TYPE || isWebhookEventType(type)) continue
    throw new BeamsError(
      `OnBeamsEvent: there is no event type '${String(type)}'; the type of newer ones is 'unknown'`,
      {
        code: 'ERR_BEAMS_INVALID_ARGUMENT',
        delivery: 'not-sent',
        attempts: 0,
      },
    )
  }
}

/** Returns a function from an event's type to whether a method handles it, or `undefined` if the method is not decorated. */
function readSubscription(method, instanceName) {
  const subscriptions = Reflect.getOwnMetadata(METADATA, method)?.filter(({ name }) => name === instanceName)
  if (!subscriptions?.length) return undefined
  const types = new Set(subscriptions.flatMap((each) => each.types))
  return (type) => types.has(type) || types.has(EVERY_TYPE)
}

module.exports = { OnBeamsEvent, readSubscription }
