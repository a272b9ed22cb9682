'use strict'

const http = require('node:http')
const { once } = require('node:events')
const jwt = require('jsonwebtoken')
const { startEmulator } = require('../..')

const instance = 'instances/my-instance'
const paths = {
  interests: `/publish_api/v1/${instance}/publishes/interests`,
  users: `/publish_api/v1/${instance}/publishes/users`,
  customer: `/customer_api/v1/${instance}/users`,
  devices: `/device_api/v1/${instance}/devices`,
  events: `/reporting_api/v2/${instance}/events`,
}
const web = { notification: { title: 'Hello' } }

/** An emulator that ends with the test. */
async function emulated(t, options) {
  const emulator = await startEmulator(options)
  t.after(() => emulator.close())
  return emulator
}

/** Node's own client sends a path as it stands, where `fetch` would tidy it up. */
async function send(emulator, method, path, { body, headers } = {}) {
  const request = http.request({
    port: emulator.port,
    method,
    path,
    headers: {
      authorization: 'Bearer key',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  })
  request.end(typeof body === 'object' ? JSON.stringify(body) : body)
  const [response] = await once(request, 'response')
  response.setEncoding('utf8')
  const text = (await response.toArray()).join('')
  return { status: response.statusCode, headers: response.headers, text, json: () => JSON.parse(text) }
}

/** A publish that has to go well; its id. */
async function publish(emulator, body) {
  const { status, text, json } = await send(emulator, 'POST', body.users ? paths.users : paths.interests, { body })
  if (status !== 200) throw new Error(`${status} ${text}`)
  return json().publishId
}

const registrations = {
  apns: { token: 'a1b2c3', bundleIdentifier: 'com.example.app' },
  fcm: { token: 'fcm:token-1' },
  web: { token: Buffer.from('{"endpoint":"https://push.example/1"}').toString('base64') },
}
let devices = 0

/** A new device of that platform, with these interests and this user; its id. */
async function register(emulator, platform, { interests = [], user, secretKey } = {}) {
  const token = platform === 'web' ? Buffer.from(`${++devices}`).toString('base64') : (++devices).toString(16)
  const body = { ...registrations[platform], token }
  const { id } = (await send(emulator, 'POST', `${paths.devices}/${platform}`, { body })).json()
  const device = `${paths.devices}/${platform}/${id}`
  if (interests.length > 0) await send(emulator, 'PUT', `${device}/interests`, { body: { interests } })
  if (user !== undefined) {
    const { status, text } = await setUser(emulator, device, createToken(user, {}, secretKey))
    if (status !== 200) throw new Error(`${status} ${text}`)
  }
  return id
}

function setUser(emulator, device, token) {
  return send(emulator, 'PUT', `${device}/user`, { headers: { authorization: `Bearer ${token}` } })
}

/** A token as a server makes it, with other claims where the test wants them; `undefined` leaves one out. */
function createToken(user, claims = {}, secretKey = 'key') {
  const now = Math.floor(Date.now() / 1000)
  const right = { iat: now, exp: now + 60, iss: 'https://my-instance.pushnotifications.pusher.com', sub: user }
  const all = Object.fromEntries(Object.entries({ ...right, ...claims }).filter(([, value]) => value !== undefined))
  return jwt.sign(all, secretKey, { noTimestamp: !('iat' in all) })
}

module.exports = { paths, web, emulated, send, publish, registrations, register, setUser, createToken }
