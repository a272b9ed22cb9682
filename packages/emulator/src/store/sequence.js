'use strict'

/** Numbers the items of the inbox in chronological order. */
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
