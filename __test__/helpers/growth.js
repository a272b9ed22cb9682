'use strict'

/**
 * By what factor a measured quantity has grown between the first and the last third of its samples. The garbage collector
 * keeps memory or returns it as it likes, and only ever adds to what is needed: so the least of each third counts.
 */
function measureGrowth(samples) {
  const third = Math.floor(samples.length / 3)
  return Math.min(...samples.slice(-third)) / Math.min(...samples.slice(0, third))
}

module.exports = { measureGrowth }
