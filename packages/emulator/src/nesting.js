'use strict'

// No notification needs more levels, and recursion over deeper values would overflow the stack.
const MAX_DEPTH = 64

/** Whether a value is nested deeper than `MAX_DEPTH` levels. */
function isTooDeep(value, levels = MAX_DEPTH) {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((one) => isTooDeep(one, levels - 1))
}

module.exports = { MAX_DEPTH, isTooDeep }
