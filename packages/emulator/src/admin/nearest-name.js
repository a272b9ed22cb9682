'use strict'

const MAX_COMPARED = 1000
const MAX_COMPARED_LENGTH = 40
const MAX_EDITS = 2

/** The one of `others` that `name` may be a misspelling of. */
function findNearestName(name, others) {
  if (name.length > MAX_COMPARED_LENGTH) return undefined
  let nearest
  let fewest = Math.min(MAX_EDITS, Math.floor(name.length / 3)) + 1
  let compared = 0
  for (const other of others) {
    if (++compared > MAX_COMPARED) break
    const edits = countEdits(name.toLowerCase(), other.toLowerCase(), fewest)
    // The name itself may have been added since. Names with different digits are meant to differ.
    if (edits >= fewest || other === name || listDigits(other) !== listDigits(name)) continue
    nearest = other
    fewest = edits
  }
  return nearest
}

function listDigits(name) {
  return name.replaceAll(/\D/g, '')
}

/** The Levenshtein distance, or `limit` where the lengths differ by as much. */
function countEdits(one, other, limit) {
  if (Math.abs(one.length - other.length) >= limit) return limit
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const substitution = previous[column - 1] + (one[row - 1] === other[column - 1] ? 0 : 1)
      current.push(Math.min(substitution, previous[column] + 1, current[column - 1] + 1))
    }
    previous = current
  }
  return previous[other.length]
}

module.exports = { findNearestName }
