'use strict'

const { readPublish } = require('../store/publish-store.js')

/** Whether an entry matches a query of the inbox. Case does not matter; interests and users match as a whole. */
function createFilter(query) {
  const { search, interest, user, platform } = Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, String(value).toLowerCase()]),
  )
  if (!search && !interest && !user && !platform) return () => true
  const isIn = (values, sought) => values.some((value) => value.toLowerCase() === sought)
  return (entry) => {
    if (platform && !entry.platforms.includes(platform)) return false
    if (!search && !interest && !user) return true
    const publish = readPublish(entry)
    const targets = publish[entry.kind]
    if (interest && !(entry.kind === 'interests' && isIn(targets, interest))) return false
    if (user && !(entry.kind === 'users' && isIn(targets, user)) && !isIn(listUsers(entry), user)) return false
    return !search || contains(publish, search)
  }
}

function listUsers({ deliveries }) {
  return deliveries.flatMap(({ userId }) => userId ?? [])
}

/** Whether a text is part of any value, at any depth. */
function contains(value, text) {
  if (value !== null && typeof value === 'object') return Object.values(value).some((one) => contains(one, text))
  return String(value).toLowerCase().includes(text)
}

module.exports = { createFilter }
