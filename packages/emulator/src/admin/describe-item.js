'use strict'

/** The summary of an inbox item, for lists. */
function describeItem(item) {
  switch (item.type) {
    case 'publish':
      return describePublish(item)
    case 'deletion':
      return pick(item, DELETION)
    case 'failed-request':
      return pick(item, FAILED_REQUEST)
    default:
      return describeWebhook(item)
  }
}

const COMMON = ['type', 'id', 'number', 'isRead']
const SUMMARY = [
  'instanceId',
  'receivedAt',
  'kind',
  'targets',
  'targetCount',
  'platforms',
  'title',
  'text',
  'isDataOnly',
]
const PUBLISH = [
  ...COMMON,
  'publishId',
  ...SUMMARY,
  'missCount',
  'unreachedCount',
  'hadDevices',
  'findingCounts',
  'fault',
]
const DELETION = [...COMMON, 'instanceId', 'receivedAt', 'kind', 'targets', 'targetCount', 'deviceCount', 'fault']
const FAILED_REQUEST = [...COMMON, ...SUMMARY, 'operation', 'method', 'path', 'status', 'error', 'description', 'fault']

function describePublish(entry) {
  const count = (test) => entry.deliveries.filter(test).length
  return {
    ...pick(entry, PUBLISH),
    delivered: count(({ outcome }) => outcome === 'accepted'),
    failed: count(({ outcome }) => outcome === 'failed'),
    opened: count(({ openedAt }) => openedAt !== undefined),
  }
}

function describeWebhook({ id, number, isRead, eventType, url, state, attempts, createdAt, nextAttemptAt }) {
  return {
    type: 'webhook',
    id,
    number,
    isRead,
    receivedAt: createdAt,
    eventType,
    url,
    state,
    attemptCount: attempts.length,
    lastAttempt: attempts.at(-1),
    nextAttemptAt,
  }
}

function pick(object, keys) {
  return Object.fromEntries(keys.map((key) => [key, object[key]]))
}

module.exports = { describeItem }
