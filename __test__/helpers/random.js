'use strict'

/** Numbers from 0 to 1 that are the same for the same seed (Mulberry32). */
function createRandom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Runs `task` for every item, at most `limit` of them at a time. */
async function each(items, limit, task) {
  const rest = items[Symbol.iterator]()
  const lane = async () => {
    for (const item of rest) await task(item)
  }
  await Promise.all(Array.from({ length: limit }, lane))
}

module.exports = { createRandom, each }
