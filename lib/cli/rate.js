'use strict'

/** The rate is that of the last seconds, because a total average would stay high after a campaign has stalled. */
const WINDOW_MS = 5000

/** Measures how fast a count increases. */
class Rate {
  #samples = []

  /** Adds a sample: the count at a time in milliseconds. */
  add(now, count) {
    this.#samples.push({ now, count })
    while (this.#samples.length > 2 && now - this.#samples[1].now >= WINDOW_MS) this.#samples.shift()
  }

  /** The increase per second; `undefined` before there is one. */
  perSecond(now) {
    const [first] = this.#samples
    const elapsed = first === undefined ? 0 : now - first.now
    return elapsed > 0 ? ((this.#samples.at(-1).count - first.count) / elapsed) * 1000 : undefined
  }
}

module.exports = { Rate, WINDOW_MS }
