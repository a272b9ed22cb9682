'use strict'

const http = require('node:http')
const https = require('node:https')
const { once } = require('node:events')
const { setTimeout: sleep } = require('node:timers/promises')

const PROBE_TIMEOUT = 1000
const WAIT_TIMEOUT = 30_000
const WAIT_INTERVAL = 100
const PRODUCT = 'beams-emulator'

/** The URL and version of the emulator at an address, or `undefined` if there is none. */
async function findEmulator({ host = '127.0.0.1', port }) {
  const name = host.includes(':') ? `[${host}]` : host
  for (const [protocol, client] of Object.entries({ http, https })) {
    const url = `${protocol}://${name}:${port}`
    const found = await readVersion(client, `${url}/emulator/version`).catch(() => undefined)
    if (found?.name === PRODUCT) return { url, version: found.version }
  }
  return undefined
}

async function readVersion(client, url) {
  // Nothing is sent but the question, so that the certificate does not matter.
  const options = { agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(PROBE_TIMEOUT) }
  const [response] = await once(client.get(url, options), 'response')
  return JSON.parse((await response.setEncoding('utf8').toArray()).join(''))
}

/** Resolves to the emulator at an address as soon as there is one. */
async function waitForEmulator({ host, port }) {
  for (const deadline = Date.now() + WAIT_TIMEOUT; Date.now() < deadline; await sleep(WAIT_INTERVAL)) {
    const found = await findEmulator({ host, port })
    if (found) return found
  }
  throw new Error(`no emulator on port ${port} within ${WAIT_TIMEOUT / 1000} s`)
}

module.exports = { findEmulator, waitForEmulator, PRODUCT }
