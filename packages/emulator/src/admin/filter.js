'use strict'

const { readPublish } = require('../store/publish-store.js')
const { readFailedPublish } = require('../store/failed-requests.js')
const { PLATFORMS } = require('../platforms.js')

// A request for a webhook has no type.
const FAILED_TYPES = new Set(['failed-request', undefined])

const STATES = {
  unread: ({ isRead }) => !isRead,
  failed: ({ type, unreachedCount, fault }) => FAILED_TYPES.has(type) || unreachedCount > 0 || fault !== undefined,
  findings: ({ findingCounts }) => findingCounts !== undefined && Object.values(findingCounts).some(Boolean),
}

const NAMES = ['search', 'interest', 'user', 'platform', 'state']
const NUMBERS = ['limit', 'until']

/** Throws a TypeError unless a query has only names of a filter, and these `others`, each once and with a value that exists. */
function checkQuery(query, others = []) {
  const names = [...NAMES, ...others]
  for (const [name, value] of Object.entries(query)) {
    if (!names.includes(name)) throw new TypeError(`${name} is not a parameter; the parameters are ${names.join(', ')}`)
    if (typeof value !== 'string') throw new TypeError(`${name} may be given once`)
  }
  checkChoice(query, 'platform', PLATFORMS)
  checkChoice(query, 'state', Object.keys(STATES))
  for (const name of NUMBERS) {
    if (query[name] !== undefined && !/^\d+$/.test(query[name])) throw new TypeError(`${name} must be a whole number`)
  }
}

function checkChoice(query, name, choices) {
  const value = query[name]?.toLowerCase() ?? ''
  if (value !== '' && !choices.includes(value)) throw new TypeError(`${name} must be one of ${choices.join(', ')}`)
}

/** Whether an item of the inbox matches a checked query. Case does not matter; interests and users match as a whole. */
function createFilter(query) {
  const { interest, user, platform, state, ...rest } = Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, String(value).toLowerCase()]),
  )
  const search = rest.search?.trim()
  const hasState = state ? STATES[state] : () => true
  const isIn = (values, sought) => values.some((value) => String(value).toLowerCase() === sought)
  return (item) => {
    if (!hasState(item)) return false
    if (platform && !item.platforms?.includes(platform)) return false
    if (!search && !interest && !user) return true
    const content = readContent(item)
    if (interest && !(item.kind === 'interests' && isIn(listTargets(item, content), interest))) return false
    if (user && !(item.kind === 'users' && isIn(listTargets(item, content), user)) && !isIn(listUsers(item), user)) {
      return false
    }
    return !search || contains(content, search)
  }
}

/** The searchable content of an item. */
function readContent(item) {
  switch (item.type) {
    case 'publish':
      return readPublish(item)
    case 'deletion':
      return { instanceId: item.instanceId, users: item.targets }
    case 'failed-request': {
      const { operation, instanceId, path, status, error, description, fault, targets, source } = item
      const body = readFailedPublish(item) ?? source.toString()
      return { body, operation, instanceId, path, status, error, description, fault, targets }
    }
    default: {
      const { eventType, url, attempts } = item
      return { eventType, url, attempts, body: JSON.parse(item.body) }
    }
  }
}

function listTargets(item, content) {
  const targets = item.type === 'publish' ? content[item.kind] : content.body?.[item.kind]
  return Array.isArray(targets) ? targets : item.targets
}

function listUsers({ deliveries = [] }) {
  return deliveries.flatMap(({ userId }) => userId ?? [])
}

/** Whether a text is part of any value, at any depth. */
function contains(value, text) {
  if (value !== null && typeof value === 'object') return Object.values(value).some((one) => contains(one, text))
  return value !== undefined && String(value).toLowerCase().includes(text)
}

module.exports = { checkQuery, createFilter }
