'use strict'

/** How many letters may differ for a name to be taken for a misspelling of another. */
const MAX_DISTANCE = 2

/** The name that a misspelt one was probably meant to be, or `undefined`. */
function findNearestName(misspelt, names) {
  const byDistance = names
    .map((name) => ({ name, distance: name.startsWith(misspelt) ? 0 : measureDistance(misspelt, name) }))
    .filter(({ name, distance }) => distance <= Math.min(MAX_DISTANCE, name.length - 1))
    .sort((one, other) => one.distance - other.distance)
  return byDistance[0]?.name
}

/** The Levenshtein distance: how many letters must be changed, added or removed. */
function measureDistance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= to.length; column++) {
      const changed = row[column - 1] + (to[column - 1] === letter ? 0 : 1)
      next.push(Math.min(changed, row[column] + 1, next[column - 1] + 1))
    }
    row = next
  }
  return row[to.length]
}

module.exports = { findNearestName }
