'use strict'

const MAX_COMPARED = 1000
const MAX_COMPARED_LENGTH = 40
const MAX_EDITS = 2

/** The interest with subscribers that `interest` may be a misspelling of. */
function nearestInterest(interest, devices) {
  if (interest.length > MAX_COMPARED_LENGTH) return undefined
  let nearest
  let fewest = Math.min(MAX_EDITS, Math.floor(interest.length / 3)) + 1
  let compared = 0
  for (const other of devices.interests()) {
    if (++compared > MAX_COMPARED) break
    const edits = countEdits(interest.toLowerCase(), other.toLowerCase(), fewest)
    if (edits >= fewest) continue
    nearest = other
    fewest = edits
  }
  return nearest
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

module.exports = { nearestInterest }
