'use strict'

// Evaluates the package's JavaScript again and again in one process, and prints what came of it.
// Arguments: port, how it is evaluated. Run with --expose-gc.

const fs = require('node:fs')
const path = require('node:path')
const vm = require('node:vm')
const { tracingChannel } = require('node:diagnostics_channel')

const [port, way] = process.argv.slice(2)
const checkout = path.join(__dirname, '..', '..')
const EVALUATIONS = 30
const payload = { web: { notification: { title: 'Hello' } } }

/** Evaluates the modules of the package in a realm of their own, as test runners do. The binary is loaded once. */
function evaluateInContext() {
  const context = vm.createContext({
    Buffer,
    process,
    DOMException,
    AbortController,
    AbortSignal,
    setTimeout,
    clearTimeout,
  })
  const modules = new Map()
  const load = (file) => {
    if (modules.has(file)) return modules.get(file).exports
    const module = { exports: {} }
    modules.set(file, module)
    const source = `(function (module, exports, require, __dirname) {${fs.readFileSync(file, 'utf8')}\n})`
    const evaluate = vm.runInContext(source, context, { filename: file })
    const requireFrom = (name) => {
      const found = require.resolve(name, { paths: [path.dirname(file)] })
      return path.isAbsolute(found) && found.endsWith('.js') ? load(found) : require(found)
    }
    evaluate(module, module.exports, requireFrom, path.dirname(file))
    return module.exports
  }
  return load(path.join(checkout, 'index.js'))
}

const ways = {
  'a cleared cache': () => {
    const isOurs = (file) => file.startsWith(checkout) && !file.endsWith('.node') && !file.startsWith(__dirname)
    for (const file of Object.keys(require.cache).filter(isOurs)) delete require.cache[file]
    // What has required it would hold it.
    module.children.length = 0
    return require(checkout)
  },
  'a context': evaluateInContext,
}

function connect({ PushNotifications }) {
  return new PushNotifications({ instanceId: 'i', secretKey: 'k', endpoint: '127.0.0.1', port })
}

function begin(beams) {
  return [
    beams.publishToInterests(['i'], payload),
    beams.publishToUsers(['u'], payload, { signal: new AbortController().signal }),
    beams.publishToManyUsers(['u', 'v'], payload, { onProgress() {} }),
    beams.deleteUser('u'),
  ]
}

/** Evaluates the package, leaves calls in flight while it is evaluated again, and lets go of it. */
async function evaluateOnce() {
  const old = ways[way]()
  const beams = connect(old)
  const calls = begin(beams)
  const fresh = ways[way]()
  if (fresh.PushNotifications === old.PushNotifications) throw new Error('the same evaluation')
  const outcomes = await Promise.all([...calls, ...begin(connect(fresh)), ...begin(beams)])
  const error = await beams.publishToInterests(['|'], payload).catch((thrown) => thrown)
  const isOwn = error instanceof old.BeamsError && !(error instanceof fresh.BeamsError)
  await beams.close()
  if (outcomes.length !== 12 || !isOwn) throw new Error(`${outcomes.length} outcomes, ${error}`)
  return [old.BeamsError, old.PushNotifications, beams, error].map((object) => new WeakRef(object))
}

async function main() {
  const events = []
  const channel = tracingChannel('beams-native:request')
  channel.subscribe({ start: () => events.push('start'), asyncEnd: () => events.push('asyncEnd') })
  const references = []
  for (let evaluation = 0; evaluation < EVALUATIONS; evaluation++) references.push(await evaluateOnce())
  const starts = events.filter((event) => event === 'start').length

  // A finalizer may hold something until the next turn, so several are needed.
  for (let turn = 0; turn < 10; turn++) {
    globalThis.gc()
    await new Promise(setImmediate)
  }
  const held = references.filter((some) => some.some((reference) => reference.deref() !== undefined)).length
  console.log(JSON.stringify({ calls: starts / EVALUATIONS, ends: events.length / starts, held }))
}

main()
