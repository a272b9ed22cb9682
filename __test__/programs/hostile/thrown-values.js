'use strict'

// What a caller's code may throw, each made anew. Nothing here relies on descriptors that inherit from Object.prototype,
// which some of the tests pollute.

const vm = require('node:vm')
const { BeamsError } = require('../../..')

function raise(value) {
  return () => {
    throw value
  }
}

const traps = Object.getOwnPropertyNames(Reflect).filter((name) => typeof Reflect[name] === 'function')

/** A proxy whose traps all do the same. */
function trapped(target, trap) {
  const handler = { __proto__: null }
  for (const name of traps) handler[name] = trap
  return new Proxy(target, handler)
}

function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function overflow() {
  const recurse = () => recurse() + 1
  try {
    return recurse()
  } catch (error) {
    return error
  }
}

const thrownValues = {
  __proto__: null,
  'an Error': () => new Error('oops'),
  'an error that causes itself': () => {
    const error = new Error('cyclic', { cause: 0 })
    error.cause = error
    return error
  },
  'two errors that cause each other': () => {
    const error = new Error('one', { cause: 0 })
    error.cause = new Error('other', { cause: error })
    return error
  },
  'an object whose toString throws itself': () => ({
    toString() {
      throw this
    },
  }),
  'an object with a message that throws': () => ({
    get message() {
      throw this
    },
  }),
  'an object whose message changes': () => {
    let reads = 0
    return {
      get message() {
        return reads++ === 0 ? 'text' : Symbol('not text')
      },
    }
  },
  'a revoked proxy': () => revoked({}),
  'a revoked function proxy': () => revoked(() => {}),
  'a proxy whose traps throw': () => trapped({}, raise('trap')),
  'a symbol': () => Symbol('thrown'),
  undefined: () => undefined,
  null: () => null,
  'a string': () => 'oops',
  'a JSON string': () => '{"message":"forged","code":"ERR_BEAMS_CLOSED","delivery":"unknown","attempts":7}',
  'a function': () => () => {},
  'a frozen error': () => Object.freeze(new Error('frozen')),
  'an error of another realm': () => vm.runInNewContext('new TypeError("elsewhere")'),
  'a stack overflow': overflow,
  'a BeamsError': () =>
    new BeamsError('mine', { __proto__: null, code: 'ERR_BEAMS_SERVER', delivery: 'unknown', attempts: 1 }),
}

module.exports = { raise, revoked, thrownValues, trapped }
