'use strict'

/** The rate is that of the latest seconds: an average over all would stay high long after a campaign has stalled. */
const WINDOW_MS = 5000

/** How fast a count grows. */
class Rate {
  #samples = []

  /** Notes a count at a time in milliseconds. */
  add(now, count) {
    this.#samples.push({ now, count })
    while (this.#samples.length > 2 && now - this.#samples[1].now >= WINDOW_MS) this.#samples.shift()
  }

  /** How much it grows in a second; `undefined` until that is known. */
  perSecond(now) {
    const [first] = this.#samples
    const elapsed = first === undefined ? 0 : now - first.now
    return elapsed > 0 ? ((this.#samples.at(-1).count - first.count) / elapsed) * 1000 : undefined
  }
}

module.exports = { Rate, WINDOW_MS }
