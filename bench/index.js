'use strict'

// Runs every measurement, the subjects in alternation, each in a process of its own, and writes results.md and
// results.svg. `--quick` runs each just once, to see that it runs; it writes nothing.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { execFile, spawn } = require('node:child_process')
const { once } = require('node:events')
const { promisify } = require('node:util')
const { makeAuthority, makeCertificate } = require('../__test__/helpers/certificates.js')
const packages = require('../__test__/helpers/packages.js')
const { render } = require('./report.js')

const quick = process.argv.includes('--quick')
const ROUNDS = quick ? 1 : 5
const root = path.join(__dirname, '..')
const program = (name) => path.join(root, 'target', quick ? 'debug' : 'release', name)
const run = promisify(execFile)

const scale = (count) => (quick ? Math.ceil(count / 50) : count)
const load = (inFlight, requests, more) => ({
  measure: 'publish',
  inFlight,
  warmUp: scale(requests / 2),
  requests: scale(requests),
  ...more,
})
const network = ['beams-native', 'official', 'undici', 'fetch']

/** The ways to use signals: none, one for all calls, and one for each. */
const signals = ['none', 'shared', 'controller', 'timeout']

const measurements = [
  { name: 'publish, 128 in flight', subjects: [...network, 'reqwest'], ...load(128, 20_000) },
  { name: 'publish, 1 in flight', subjects: [...network, 'reqwest'], ...load(1, 4_000) },
  { name: 'publish to 1 000 users, 16 in flight', subjects: network, ...load(16, 3_000, { kind: 'users' }) },
  { name: 'event-loop delay, 1 000 in flight, a server that takes 20 ms', subjects: network, server: 'slow', ...load(1000, 10_000, { measure: 'delay' }) }, // prettier-ignore
  { name: 'publish to a million users', subjects: ['beams-native', 'official'], measure: 'many', users: scale(1e6), inFlight: 16 }, // prettier-ignore
  {
    name: 'a million users at the default rate limit',
    subjects: ['beams-native'],
    measure: 'rateLimited',
    users: scale(1e6),
  },
  { name: 'memory of a million users', subjects: ['beams-native'], measure: 'growth', users: scale(1e6) },
  { name: 'memory of ten million users', subjects: ['beams-native'], measure: 'growth', users: scale(1e7) },
  ...signals.flatMap((signal) => [
    {
      name: `publish with signal: ${signal}`,
      subjects: ['beams-native', 'official'],
      ...load(128, 20_000, { signal }),
    },
    ...(signal === 'none'
      ? []
      : [
          {
            name: `publish beside a signal: ${signal}`,
            subjects: ['beams-native'],
            ...load(128, 20_000, { signal, isBeside: true }),
          },
        ]),
  ]),
  { name: 'publish over HTTP/2', subjects: ['beams-native'], server: 'http2', ...load(128, 20_000) },
  { name: 'publish with payload checks', subjects: ['beams-native'], ...load(128, 20_000, { payloadChecks: 'warn' }) },
  { name: 'generateToken', subjects: ['beams-native', 'official', 'fast-jwt'], measure: 'token', milliseconds: quick ? 100 : 2000 }, // prettier-ignore
  { name: 'require, cold process', subjects: ['beams-native', 'official'], measure: 'require' },
  { name: 'cold process', subjects: ['beams-native', 'official', 'node'], measure: 'cold' },
  { name: 'memory of require and one publish', subjects: ['beams-native', 'official'], measure: 'memory' },
]

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-bench-'))
  const servers = {}
  try {
    const given = { ...(await writeCertificates(folder)), installed: await install(folder) }
    servers.fast = await startServer(given, 0, 'http/1.1')
    servers.slow = await startServer(given, 20, 'http/1.1')
    servers.http2 = await startServer(given, 0, 'h2')
    const samples = measurements.map(({ subjects }) => Object.fromEntries(subjects.map((subject) => [subject, []])))
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, { subjects, server = 'fast', ...measurement }] of measurements.entries()) {
        for (const subject of subjects) {
          const { port } = servers[server]
          samples[index][subject].push(await measure({ ...measurement, subject, port, ...given }, folder))
        }
        console.error(`round ${round + 1} of ${ROUNDS}: ${measurement.name}`)
      }
    }
    const results = measurements.map(({ name }, index) => ({ name, subjects: samples[index] }))
    const { text, chart } = render(results, ROUNDS)
    console.log(text)
    if (quick) return
    fs.writeFileSync(path.join(__dirname, 'results.md'), text)
    fs.writeFileSync(path.join(__dirname, 'results.svg'), chart)
  } finally {
    for (const { child } of Object.values(servers)) child.kill()
    fs.rmSync(folder, { recursive: true })
  }
}

async function writeCertificates(folder) {
  const authority = await makeAuthority()
  const { cert, key } = await makeCertificate(authority)
  const write = (name, text) => {
    const file = path.join(folder, name)
    fs.writeFileSync(file, text)
    return file
  }
  return {
    authority: write('authority.pem', authority.cert),
    cert: write('cert.pem', cert),
    key: write('key.pem', key),
  }
}

/** A folder with what is compared, installed from packages as users have it: there, a require finds a binary elsewhere than here. */
async function install(folder) {
  const { beams, binding } = await packages.packAll(folder)
  const official = '@pusher/push-notifications-server'
  const { version } = require(`${official}/package.json`)
  const installed = path.join(folder, 'installed')
  fs.mkdirSync(installed)
  await packages.install(installed, beams.tarball, binding.tarball, `${official}@${version}`)
  return installed
}

async function startServer({ cert, key }, delay, protocol) {
  const child = spawn(program('server'), [cert, key, String(delay), protocol], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await once(child.stdout, 'data')
  return { child, port: Number(port) }
}

async function measure(given, folder) {
  if (given.subject === 'reqwest') return measureReqwest(given, folder)
  // It is so much slower that fewer requests tell as much.
  if (given.subject === 'fetch') given = { ...given, warmUp: given.warmUp / 5, requests: given.requests / 5 }
  // Only for the memory: with a flag that it was not built with, Node.js compiles its own modules anew.
  const flags = ['memory', 'growth'].includes(given.measure) ? ['--expose-gc'] : []
  const args = [...flags, path.join(__dirname, 'subjects', 'measure.js'), JSON.stringify(given)]
  const env = { ...process.env, NODE_ENV: 'production', NODE_EXTRA_CA_CERTS: given.authority }
  const start = performance.now()
  const { stdout } = await run(process.execPath, args, { env, cwd: root })
  return { processMilliseconds: performance.now() - start, ...JSON.parse(stdout) }
}

async function measureReqwest({ port, authority, inFlight, warmUp, requests }, folder) {
  const body = path.join(folder, 'body.json')
  const text = 'Hello, world! This is a notification of ordinary length.'
  const notification = { title: 'Hello', body: text }
  fs.writeFileSync(
    body,
    JSON.stringify({
      apns: { aps: { alert: notification } },
      fcm: { notification },
      web: { notification },
      interests: ['hello', 'donuts'],
    }),
  )
  const { stdout } = await run(program('pure-client'), [port, authority, body, inFlight, warmUp, requests].map(String))
  const [cpu, wall] = stdout.trim().split(' ').map(Number)
  return { wholeMicroseconds: cpu / requests, perSecond: requests / (wall / 1e6) }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
