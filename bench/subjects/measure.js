'use strict'

// Measures one subject in a process of its own, and prints what it cost. Arguments: a JSON object
// { measure, subject, port, authority, installed, inFlight, warmUp, requests, kind, signal, isBeside, payloadChecks, milliseconds,
// users, rateLimited }.

const { setMaxListeners } = require('node:events')
const fs = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const { monitorEventLoopDelay, performance } = require('node:perf_hooks')
const { coldSubjects, instanceId, secretKey, subjects, toManyUsers } = require('./clients.js')

const given = JSON.parse(process.argv[2])

/** Requires packages from the folder where they are installed, as users have them; a checkout finds its binary elsewhere. */
const requireAsUser = createRequire(path.join(given.installed, 'program.js'))

const request = {
  apns: { aps: { alert: { title: 'Hello', body: 'Hello, world! This is a notification of ordinary length.' } } },
  fcm: { notification: { title: 'Hello', body: 'Hello, world! This is a notification of ordinary length.' } },
  web: { notification: { title: 'Hello', body: 'Hello, world! This is a notification of ordinary length.' } },
}
const targets = { interests: ['hello', 'donuts'] }
if (given.kind === 'users') {
  const users = Array.from({ length: 1000 }, (_, index) => `user-${String(index).padStart(20, '0')}`)
  // In one piece, as they come from a database. V8 keeps what it has put together as pieces, until somebody needs it whole.
  targets.users = JSON.parse(JSON.stringify(users))
}

const makeUser = (index) => `user-${String(index).padStart(15, '0')}`
const makeUsers = (count) => Array.from({ length: count }, (_, index) => makeUser(index))

/** Nanoseconds on a CPU, from the system's own account of each thread. */
function measureCpu(tasks) {
  const time = (task) => Number(fs.readFileSync(`/proc/self/task/${task}/schedstat`, 'utf8').split(' ')[0])
  return tasks.reduce((total, task) => total + time(task), 0)
}
const mainThread = () => measureCpu([process.pid])
const wholeProcess = () => measureCpu(fs.readdirSync('/proc/self/task'))

function percentile(values, share) {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

/** Makes the signal of a call. No timeout is ever reached. */
const signalMakers = {
  none: () => undefined,
  shared: () => sharedSignal,
  controller: () => new AbortController().signal,
  timeout: () => AbortSignal.timeout(60_000),
}
const sharedSignal = new AbortController().signal
// Node.js warns of many listeners of one signal. This package adds one, others as many as there are calls.
setMaxListeners(0, sharedSignal)

/** Adds a listener to a signal beside a publish, as an SDK would, and removes it afterwards. */
async function publishBeside(signal, publish) {
  const onAbort = () => {}
  signal.addEventListener('abort', onAbort)
  await publish()
  signal.removeEventListener('abort', onAbort)
}

async function publishMany(publish, load, latencies) {
  const { inFlight, requests, kind = 'interests', signal = 'none', isBeside = false } = load
  const makeSignal = signalMakers[signal]
  let left = requests
  const lane = async () => {
    while (left-- > 0) {
      const start = performance.now()
      const made = makeSignal()
      if (isBeside) await publishBeside(made, () => publish(kind, targets[kind], request))
      else await publish(kind, targets[kind], request, made && { signal: made })
      latencies?.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}

const measures = {
  async publish() {
    const publish = subjects[given.subject](given)
    await publishMany(publish, { ...given, requests: given.warmUp })
    const latencies = []
    const before = { main: mainThread(), whole: wholeProcess(), wall: performance.now() }
    await publishMany(publish, given, latencies)
    const seconds = (performance.now() - before.wall) / 1000
    return {
      mainMicroseconds: (mainThread() - before.main) / 1000 / given.requests,
      wholeMicroseconds: (wholeProcess() - before.whole) / 1000 / given.requests,
      perSecond: given.requests / seconds,
      p99Milliseconds: percentile(latencies, 0.99),
    }
  },

  async delay() {
    const publish = subjects[given.subject](given)
    await publishMany(publish, { ...given, requests: given.warmUp })
    const histogram = monitorEventLoopDelay({ resolution: 1 })
    histogram.enable()
    await publishMany(publish, given)
    histogram.disable()
    return { delayMilliseconds: histogram.percentile(99) / 1e6 }
  },

  async many() {
    const publish = toManyUsers(given)
    const users = makeUsers(given.users)
    const options = { concurrency: given.inFlight }
    await publish(users.slice(0, given.users / 10), request, options)
    const before = { main: mainThread(), wall: performance.now() }
    await publish(users, request, options)
    return {
      mainMicroseconds: (mainThread() - before.main) / given.users,
      perSecond: (given.users / (performance.now() - before.wall)) * 1000,
    }
  },

  async rateLimited() {
    const publish = toManyUsers({ ...given, rateLimited: true })
    const users = makeUsers(given.users)
    const start = performance.now()
    await publish(users, request)
    return { seconds: (performance.now() - start) / 1000 }
  },

  /** How much more memory there is at any time of a call than it takes to read the users and do nothing with them. */
  async growth() {
    const publish = toManyUsers(given)
    const users = async function* (count) {
      for (let index = 0; index < count; index++) yield makeUser(index)
    }
    await publish(users(1000), request)
    for await (const user of users(1e6)) if (user.endsWith('000')) await new Promise(setImmediate)
    globalThis.gc()
    const before = process.memoryUsage.rss()
    let most = before
    const onProgress = () => (most = Math.max(most, process.memoryUsage.rss()))
    await publish(users(given.users), request, { onProgress })
    return { megabytes: (most - before) / 1024 / 1024 }
  },

  async token() {
    const sign = {
      'beams-native'() {
        const { PushNotifications } = require('beams-native')
        const beams = new PushNotifications({ instanceId, secretKey })
        return (user) => beams.generateToken(user)
      },
      official() {
        const Official = require('@pusher/push-notifications-server')
        const beams = new Official({ instanceId, secretKey })
        return (user) => beams.generateToken(user)
      },
      'fast-jwt'() {
        const { createSigner } = require('fast-jwt')
        const signer = createSigner({ key: secretKey, algorithm: 'HS256', expiresIn: 24 * 60 * 60 * 1000 })
        const iss = `https://${instanceId}.pushnotifications.pusher.com`
        return (sub) => signer({ iss, sub })
      },
    }[given.subject]()
    // The system's account moves on by milliseconds, so a fast signer has to sign for long.
    const signFor = (milliseconds) => {
      const end = performance.now() + milliseconds
      let count = 0
      for (; performance.now() < end; count += 10) for (let number = 0; number < 10; number++) sign(`user-${number}`)
      return count
    }
    signFor(given.milliseconds / 4)
    const before = mainThread()
    const count = signFor(given.milliseconds)
    return { mainMicroseconds: (mainThread() - before) / 1000 / count }
  },

  async require() {
    const modules = { 'beams-native': 'beams-native', official: '@pusher/push-notifications-server' }
    const start = performance.now()
    requireAsUser(modules[given.subject])
    return { milliseconds: performance.now() - start }
  },

  /** One publish of a program that does nothing else; its whole process is timed. */
  async cold() {
    if (given.subject === 'node') return {}
    await coldSubjects[given.subject](requireAsUser, given)('interests', targets.interests, request)
    return {}
  },

  async memory() {
    globalThis.gc()
    const before = process.memoryUsage.rss()
    await coldSubjects[given.subject](requireAsUser, given)('interests', targets.interests, request)
    globalThis.gc()
    return { megabytes: (process.memoryUsage.rss() - before) / 1024 / 1024 }
  },
}

measures[given.measure]().then((result) => {
  process.stdout.write(JSON.stringify(result))
  // Pools of some subjects would keep the process alive.
  process.exit(0)
})
