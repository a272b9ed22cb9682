'use strict'

// Each subject makes, for an HTTPS server on this machine, a function that publishes once.

const fs = require('node:fs')

const instanceId = '2c6b93fb-f6ac-4e5f-b7d1-7dd3a5e26e26'
const secretKey = '0123456789ABCDEF0123456789ABCDEF'
const path = (kind) => `/publish_api/v1/instances/${instanceId}/publishes/${kind}`
const headers = {
  accept: 'application/json',
  authorization: `Bearer ${secretKey}`,
  'content-type': 'application/json',
  'x-pusher-library': 'bench',
}

/** What a careful person would write over a bare HTTP client. */
const overFetch = (send) => async (kind, targets, request) => {
  const response = await send(path(kind), JSON.stringify({ ...request, [kind]: targets }))
  const body = await response.json()
  if (!response.ok) throw new Error(`${response.status} ${body.error} - ${body.description}`)
  return body
}

function client({ port, authority }, options) {
  const { PushNotifications } = require('beams-native')
  const endpoint = `https://localhost:${port}`
  return new PushNotifications({ instanceId, secretKey, endpoint, ca: fs.readFileSync(authority), ...options })
}

// Its `endpoint` option would turn https off, so the two properties that it reads are set instead. Trust comes from
// NODE_EXTRA_CA_CERTS.
function publishWithOfficial(load, { port }) {
  const Official = load('@pusher/push-notifications-server')
  const beams = Object.assign(new Official({ instanceId, secretKey, port }), { endpoint: 'localhost' })
  return (kind, targets, request) =>
    kind === 'users' ? beams.publishToUsers(targets, request) : beams.publishToInterests(targets, request)
}

const unlimited = { maxRequestsPerSecond: Infinity }

const subjects = {
  'beams-native'(given) {
    const beams = client(given, { ...unlimited, payloadChecks: given.payloadChecks })
    return (kind, targets, request, options) =>
      kind === 'users'
        ? beams.publishToUsers(targets, request, options)
        : beams.publishToInterests(targets, request, options)
  },

  official(given) {
    const publish = publishWithOfficial(require, given)
    return async (kind, targets, request, options) => {
      if (options === undefined) return publish(kind, targets, request)
      // It takes no signal, so this is what people put around it.
      const { signal } = options
      let onAbort
      const aborted = new Promise((_resolve, reject) => {
        onAbort = () => reject(signal.reason)
        signal.addEventListener('abort', onAbort)
      })
      try {
        return await Promise.race([publish(kind, targets, request), aborted])
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    }
  },

  fetch: ({ port }) =>
    overFetch((to, body) => fetch(`https://localhost:${port}${to}`, { method: 'POST', headers, body })),

  undici({ port, authority }) {
    const { Pool } = require('undici')
    const pool = new Pool(`https://localhost:${port}`, { connect: { ca: fs.readFileSync(authority) } })
    return overFetch(async (to, body) => {
      const response = await pool.request({ path: to, method: 'POST', headers, body })
      const { statusCode: status, body: stream } = response
      return { ok: status < 300, status, json: () => stream.json() }
    })
  },
}

/** As installed, with the system's trust and NODE_EXTRA_CA_CERTS, as most programs have it. */
const coldSubjects = {
  'beams-native'(load, { port }) {
    const { PushNotifications } = load('beams-native')
    const beams = new PushNotifications({ instanceId, secretKey, endpoint: `https://localhost:${port}` })
    return (_kind, targets, request) => beams.publishToInterests(targets, request)
  },
  official: publishWithOfficial,
}

/** A function that publishes to any number of users, so many requests at a time. */
function toManyUsers(given) {
  if (given.subject === 'beams-native') {
    const beams = client(given, given.rateLimited ? {} : unlimited)
    return (users, request, options) => beams.publishToManyUsers(users, request, { dedupe: false, ...options })
  }
  // What people write by hand; it keeps no account and looks for no duplicates.
  const publish = subjects[given.subject](given)
  return async (users, request, { concurrency }) => {
    let next = 0
    const lane = async () => {
      while (next < users.length) await publish('users', users.slice(next, (next += 1000)), request)
    }
    await Promise.all(Array.from({ length: concurrency }, lane))
  }
}

module.exports = { coldSubjects, subjects, toManyUsers, instanceId, secretKey }
