'use strict'

// The part of a call to many users that only JavaScript can do: to read them, wherever they come from, and to hand them to
// the native side in blocks, since a native call for each would cost more than all the rest.

const native = require('./load.js')

// How many users are handed over at once. A wait between two users, as only an async iterable has, should not hold up a
// request that could be made; a hand-over wakes both threads, so fewer are better.
const BLOCK = { async: 1000, sync: 4000 }
const LONGEST = 164

/** Settles when the native side has accounted for every user. */
async function publishToManyUsers(users, { call, signal, onProgress }, record) {
  const reader = new Reader(call, users)
  const progress = onProgress && follow(call, onProgress)
  let thrown

  const reading = signal?.aborted ? Promise.reject(signal.reason) : reader.read().then(() => progress)
  try {
    await Promise.race([native.stopped(call, signal), reading, progress].filter(Boolean))
  } catch (error) {
    thrown = { error }
  }

  // Whatever has ended the call has been told; what fails on the way out has nothing to add to it.
  const report = native.report(call, ...reader.take(), thrown !== undefined, record)
  await Promise.allSettled([report, progress])
  return report.catch((error) => {
    if (thrown) Object.defineProperty(error, 'cause', { value: thrown.error, configurable: true, writable: true })
    throw error
  })
}

const isId = (user) => typeof user === 'string' && user.length <= LONGEST

async function follow(call, onProgress) {
  for (let progress; (progress = await native.progress(call)) !== undefined;) onProgress(progress)
}

class Reader {
  #call
  #users
  #most
  #text = ''
  #lengths
  #valid = 0
  #read = 0
  #isOver = false

  constructor(call, users) {
    this.#call = call
    this.#users = users
    this.#most = users[Symbol.asyncIterator] ? BLOCK.async : BLOCK.sync
    this.#lengths = new Uint8Array(this.#most)
  }

  async read() {
    if (this.#users[Symbol.asyncIterator]) {
      for await (const user of this.#users) if (this.#add(user) && !(await this.#feed())) return
    } else {
      const iterator = this.#users[Symbol.iterator]()
      while (this.#fill(iterator)) if (!(await this.#feed())) return iterator.return?.()
    }
    await native.finish(this.#call, ...this.#block())
  }

  /** Reads a block, and whether there may be more. The loop is one that waits for nothing: others take longer. */
  #fill(iterator) {
    let [text, valid] = ['', 0]
    try {
      for (let read = 0; read < this.#most; read++) {
        const { done, value } = iterator.next()
        if (done) return false
        if (isId(value)) {
          text += value
          this.#lengths[valid++] = value.length
        } else {
          native.refuse(this.#call, value)
        }
      }
      return true
    } finally {
      ;[this.#text, this.#valid] = [text, valid]
    }
  }

  /** What was read and not handed over. Nothing more is taken in. */
  take() {
    this.#isOver = true
    return this.#block()
  }

  /** Whether it is time to hand the users over. What is read when the call is over comes too late to be accounted for. */
  #add(user) {
    if (this.#isOver) return true
    if (isId(user)) {
      this.#text += user
      this.#lengths[this.#valid++] = user.length
    } else {
      native.refuse(this.#call, user)
    }
    return ++this.#read === this.#most
  }

  #feed() {
    return this.#isOver ? false : native.feed(this.#call, ...this.#block())
  }

  #block() {
    const block = [this.#text, this.#lengths.subarray(0, this.#valid)]
    this.#text = ''
    this.#lengths = new Uint8Array(this.#most)
    this.#valid = 0
    this.#read = 0
    return block
  }
}

module.exports = { publishToManyUsers }
