'use strict'

// Makes every kind of thrown value come from the places of one group, against the server at a port, and prints each outcome
// that was not expected. Arguments: entry, port, group, names of which Object.prototype gets setters that throw.

const { writeSync } = require('node:fs')
const {
  BeamsError,
  payload,
  places: argumentPlaces,
  thrownValues,
} = require('../../fixtures/hostile/argument-places.js')
const { places: callbackPlaces } = require('../../fixtures/hostile/callback-places.js')

const [entry, port, group, ...polluted] = process.argv.slice(2)
const { PushNotifications } = require(`../../../${entry}`)
const beams = new PushNotifications({
  instanceId: 'i',
  secretKey: 'k',
  endpoint: '127.0.0.1',
  port,
  maxRetries: 0,
  maxRequestsPerSecond: Infinity,
})

const uncaught = []
process.on('uncaughtException', (error) => uncaught.push(error))
process.on('unhandledRejection', () => uncaught.push('unhandledRejection'))

/** Whether an error is a BeamsError with this code, and with this cause if one is given. */
function isError(error, code, ...cause) {
  if (!isBeamsError(error) || error.code !== code) return false
  return cause.length === 0 ? !Object.hasOwn(error, 'cause') : Object.is(error.cause, cause[0])
}

function isBeamsError(error) {
  try {
    return error instanceof BeamsError
  } catch {
    return false
  }
}

/** What a place may come to: `outcome` is `{ value }` or `{ error }`. */
const expectations = {
  // A BeamsError of this package may be what an argument throws.
  argument: (outcome, value) =>
    isError(outcome.error, 'ERR_BEAMS_INVALID_ARGUMENT', value) ||
    (isBeamsError(value) && Object.is(outcome.error, value)),
  refused: (outcome) => isError(outcome.error, 'ERR_BEAMS_INVALID_ARGUMENT'),
  stopped: (outcome, value) => isError(outcome.error, 'ERR_BEAMS_INTERRUPTED', value),
  'stopped by stop': (outcome) => isError(outcome.error, 'ERR_BEAMS_INTERRUPTED', 'stop'),
  itself: (outcome, value) => Object.hasOwn(outcome, 'error') && Object.is(outcome.error, value),
  // AbortSignal.abort(undefined) has a reason of its own.
  reason: (outcome, value) =>
    Object.hasOwn(outcome, 'error') && (value === undefined || Object.is(outcome.error, value)),
  'abort error': (outcome) => outcome.error instanceof DOMException && outcome.error.name === 'AbortError',
  resolved: (outcome) => Object.hasOwn(outcome, 'value'),
  uncaught: (outcome, value) => {
    const thrown = uncaught.splice(0)
    return Object.hasOwn(outcome, 'value') && thrown.length > 0 && thrown.every((each) => Object.is(each, value))
  },
  settled: (outcome) => Object.hasOwn(outcome, 'value') || isBeamsError(outcome.error),
}

/** What a place of the table comes to with this entry. */
function adjustToEntry(name, expected) {
  if (entry !== 'compat.js') return expected
  // It reads some options only when a method is called.
  if (name.startsWith('constructor: ')) return 'settled'
  // It ignores a token's options, and does not check payloads.
  if (/^generateToken: options,|: a subscriber of findings$/.test(name)) return 'resolved'
  return expected
}

/** Calls, and tells how it ended; an asynchronous method that throws has ended wrongly, whatever it throws. */
async function settle(call, isSynchronous) {
  let returned
  try {
    returned = call()
  } catch (error) {
    return isSynchronous ? { error } : { thrown: error }
  }
  if (isSynchronous) return { value: 0 }
  return returned.then(
    () => ({ value: 0 }),
    (error) => ({ error }),
  )
}

function show(outcome) {
  const [kind] = Object.keys(outcome)
  try {
    return `${kind} ${outcome[kind]} ${outcome[kind]?.code} ${outcome[kind]?.stack}`
  } catch {
    return kind
  }
}

async function check(name, { expected, call, isSynchronous = false }, kind) {
  const value = thrownValues[kind]()
  const adjusted = adjustToEntry(name, expected)
  const made = expected === 'settled' ? call(beams, value) : [() => call(beams, value)]
  for (const each of made) {
    const outcome = await settle(each, isSynchronous)
    // A round trip later, whatever else was thrown has come up; and the client goes on working.
    const { publishId } = await beams.publishToUsers(['u'], payload)
    const isExpected = expectations[adjusted](outcome, value) && publishId === 'pubid-1' && uncaught.length === 0
    if (!isExpected)
      writeSync(1, `${name}, ${kind}: not ${adjusted}, but ${show(outcome)}, ${uncaught.length} uncaught\n`)
    uncaught.length = 0
  }
}

async function main() {
  // Node loads it when it is first used, which would fail from now on.
  void process.stderr
  for (const name of polluted) {
    const set = () => {
      throw new Error(`the setter of ${name}`)
    }
    // oxlint-disable-next-line no-extend-native -- it is what this is about
    Object.defineProperty(Object.prototype, name, { __proto__: null, configurable: true, set })
  }
  const places = Object.entries({ ...argumentPlaces, ...callbackPlaces }).filter(([name]) =>
    name.startsWith(`${group}:`),
  )
  let cases = 0
  for (const [name, place] of places) {
    for (const kind of Object.keys(thrownValues)) {
      await check(name, place, kind)
      cases++
    }
  }
  await beams.close?.()
  writeSync(1, `${cases} cases\n`)
}

main()
