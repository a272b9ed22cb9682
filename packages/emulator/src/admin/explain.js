'use strict'

const { readFailedPublish } = require('../store/failed-requests.js')
const { formatMiss } = require('../delivery/misses.js')
const { findNearestName } = require('./nearest-name.js')

// Each suggestion compares the target with all names.
const MAX_SUGGESTIONS = 20

/** Explains why a publish, or a failed request to publish, shows nothing or not everywhere: missed targets and findings. */
function explain(entry, { deviceStore, payloadChecks }) {
  const body = entry.type === 'publish' ? readBody(entry) : readFailedPublish(entry)
  const { findings, unavailable } = body ? payloadChecks.check(entry.kind, body) : { findings: [] }
  return {
    findings,
    checksUnavailable: unavailable,
    missed: listMisses(entry, deviceStore.existing(entry.instanceId)),
    missedCount: entry.missCount ?? 0,
    missedCounts: entry.missCounts ?? {},
  }
}

/** The body as it was sent, without what the emulator adds. */
function readBody(entry) {
  return JSON.parse(entry.source.toString())
}

function listMisses({ kind, misses = [] }, devices) {
  return misses.map((miss, index) => {
    const hasName = !['no-payload', 'gateway-refused'].includes(miss.reason)
    const names = kind === 'users' ? devices.users() : devices.interests()
    const similar = hasName && index < MAX_SUGGESTIONS ? findNearestName(miss.target, names) : undefined
    return { ...miss, similar, message: formatMiss(kind, miss, similar) }
  })
}

module.exports = { explain }
