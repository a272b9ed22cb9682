'use strict'

// Whole processes: they live as long as a call is in flight and no longer, and nothing crashes them.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { recordingServer, socketServer } = require('./helpers/servers.js')

/** Well below a client's `timeout` and what a pooled connection is kept for, well above what a process needs to end. */
const SOON = 15_000

const client = (port) =>
  `new (require('beams-native').PushNotifications)({ instanceId: 'i', secretKey: 'k', endpoint: '127.0.0.1', port: ${port} })`
const publish = `publishToUsers(['u'], { web: { notification: { title: 'Hello' } } })`

/** Runs a program to its end, and says how it ended. */
function run(program, ...flags) {
  return waitForEnd(start(program, flags))
}

/**
 * Runs a program that makes a call to the port of a server without a response. Once the request has arrived, calls `interrupt` with
 * the process. Says how it ended.
 */
async function runInterrupted(t, createProgram, interrupt) {
  const { port } = await socketServer(t, () => interrupt(child))
  const child = start(createProgram(port), [], ['pipe', 'pipe', 'pipe', 'ipc'])
  return waitForEnd(child)
}

/** A process that takes too long ends with SIGKILL, which no test expects. */
function start(program, flags, stdio = 'pipe') {
  const options = { cwd: __dirname, stdio, timeout: SOON, killSignal: 'SIGKILL' }
  return spawn(process.execPath, [...flags, '-e', program], options)
}

async function waitForEnd(child) {
  const read = async (stream) => (await stream.setEncoding('utf8').toArray()).join('')
  const [stdout, stderr, [code, signal]] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    once(child, 'close'),
  ])
  return { stdout, stderr, code, signal }
}

const ended = (stdout) => ({ stdout, stderr: '', code: 0, signal: null })

describe('a process', () => {
  test('exits at once after only creating a client', async () => {
    assert.deepEqual(await run(client(1)), ended(''))
  })

  test('lives while a call is in flight, and exits when none is, despite pooled connections', async (t) => {
    const { port } = await recordingServer(t)
    const program = `${client(port)}.${publish}.then(({ publishId }) => console.log(publishId))`
    assert.deepEqual(await run(program), ended('pubid-1\n'))
  })

  test('may exit during a call', async (t) => {
    const program = (port) => `process.once('message', () => process.exit(7)); ${client(port)}.${publish}`
    const { code, stderr } = await runInterrupted(t, program, (child) => child.send('exit'))
    assert.deepEqual([code, stderr], [7, ''])
  })

  test('may exit in the callback of a call', async (t) => {
    const { port } = await recordingServer(t)
    const program = `
      const beams = ${client(port)}
      for (let i = 0; i < 50; i++) beams.${publish}.then(() => process.exit(7))`
    assert.equal((await run(program)).code, 7)
  })

  test('may be terminated by a signal during a call', async (t) => {
    const program = (port) => `${client(port)}.${publish}`
    const { signal, stderr } = await runInterrupted(t, program, (child) => child.kill('SIGTERM'))
    assert.deepEqual([signal, stderr], ['SIGTERM', ''])
  })

  test('can close its client on a signal, and completes the calls in flight first', async (t) => {
    const { port } = await recordingServer(t)
    const program = `
      const beams = ${client(port)}
      process.on('SIGTERM', async () => {
        await beams.close()
        console.log('closed')
        process.exit(0)
      })
      setInterval(() => {}, 1000)
      beams.${publish}.then(({ publishId }) => console.log(publishId))
      process.kill(process.pid, 'SIGTERM')`
    assert.deepEqual(await run(program), ended('pubid-1\nclosed\n'))
  })

  test('exits with an error after an unhandled rejection', async (t) => {
    const { port } = await recordingServer(t, () => ({ status: 401 }))
    const { code, stderr } = await run(`${client(port)}.${publish}`)
    assert.equal(code, 1)
    assert.match(stderr, /BeamsError: 401 - the response had no body\]? \{/)
  })

  test('may have frozen intrinsics', async (t) => {
    const { port } = await recordingServer(t, (_request, number) => (number === 1 ? undefined : { status: 404 }))
    const program = `
      const beams = ${client(port)}
      beams.${publish}.then(() => beams.${publish}).catch((error) => console.log(error.code))`
    const { stdout, code } = await run(program, '--frozen-intrinsics', '--no-warnings')
    assert.deepEqual([stdout, code], ['ERR_BEAMS_NOT_FOUND\n', 0])
  })

  test('may be forked into a cluster', async (t) => {
    const { port, requests } = await recordingServer(t)
    const program = `
      const cluster = require('node:cluster')
      cluster.setupPrimary({ exec: require.resolve('./programs/publisher.js'), args: ['${port}'], execArgv: [] })
      for (let i = 0; i < 3; i++) cluster.fork()
      cluster.on('exit', (_worker, code) => console.log(code))`
    assert.deepEqual(await run(program), ended('0\n0\n0\n'))
    assert.equal(requests.length, 3)
  })
})

describe('worker threads', () => {
  const workers = (count, body, main) => `
    const { Worker } = require('node:worker_threads')
    const body = ${JSON.stringify(body)}
    const workers = Array.from({ length: ${count} }, () => new Worker(body, { eval: true }))
    const { once } = require('node:events')
    ${main}`

  test('publish concurrently, although the main thread never loads the addon', async (t) => {
    const { port, requests } = await recordingServer(t)
    const body = `
      const beams = ${client(port)}
      Promise.all(Array.from({ length: 20 }, () => beams.${publish})).then(() => process.exit(0))`
    const main = `Promise.all(workers.map((worker) => once(worker, 'exit'))).then((codes) => console.log(String(codes)))`
    assert.deepEqual(await run(workers(4, body, main)), ended('0,0,0,0\n'))
    assert.equal(requests.length, 80)
  })

  test('may be terminated during their calls, repeatedly', async (t) => {
    const { port } = await socketServer(t, () => {})
    const body = `
      const beams = ${client(port)}
      for (let i = 0; i < 20; i++) beams.${publish}.catch(() => {})
      require('node:worker_threads').parentPort.postMessage('calling')`
    const main = `
      async function main() {
        for (let round = 0; round < 5; round++) {
          const more = Array.from({ length: 3 }, () => new Worker(body, { eval: true }))
          await Promise.all(more.map((worker) => once(worker, 'message')))
          await Promise.all(more.map((worker) => worker.terminate()))
        }
        console.log('alive')
      }
      main()`
    assert.deepEqual(await run(workers(0, body, main)), ended('alive\n'))
  })

  test('may be terminated while their calls are being settled', async (t) => {
    const { port } = await recordingServer(t)
    const body = `
      const beams = ${client(port)}
      const { parentPort } = require('node:worker_threads')
      const again = () => beams.${publish}.then(again, again)
      for (let i = 0; i < 50; i++) again()
      beams.${publish}.then(() => parentPort.postMessage('settling'))`
    const main = `
      const { PushNotifications } = require('beams-native')
      async function main() {
        for (let round = 0; round < 5; round++) {
          const worker = new Worker(body, { eval: true })
          await once(worker, 'message')
          await worker.terminate()
        }
        console.log('alive')
      }
      main()`
    assert.deepEqual(await run(workers(0, body, main)), ended('alive\n'))
  })

  test('do not affect the clients of other threads when they exit', async (t) => {
    const { port } = await recordingServer(t)
    const main = `
      const beams = ${client(port)}
      async function main() {
        await beams.${publish}
        await Promise.all(workers.map((worker) => once(worker, 'exit')))
        console.log((await beams.${publish}).publishId)
      }
      main()`
    assert.deepEqual(await run(workers(2, `${client(port)}.${publish}`, main)), ended('pubid-1\n'))
  })
})
