'use strict'

const { checkOptions, createArgumentError, readNumber } = require('../core.js')

const DEFAULT_MAX_EVENTS = 10_000

function seenInMemory(options) {
  const given = checkOptions(options, ['maxEvents']) ?? {}
  const maxEvents = readNumber(given, 'maxEvents') ?? DEFAULT_MAX_EVENTS
  if (!(maxEvents > 0)) throw createArgumentError('seenInMemory: maxEvents must be a number above 0')
  // A Set iterates in the order of insertion, so its first element is the oldest.
  const ids = new Set()
  return ({ eventId }) => {
    if (ids.has(eventId)) return true
    ids.add(eventId)
    if (ids.size > maxEvents) ids.delete(ids.values().next().value)
    return false
  }
}

module.exports = { seenInMemory }
