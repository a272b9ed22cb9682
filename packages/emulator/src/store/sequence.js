'use strict'

/** Numbers what the inbox lists, in the order in which it happened. */
class Sequence {
  #last = 0

  next() {
    return ++this.#last
  }

  get last() {
    return this.#last
  }
}

module.exports = { Sequence }
