'use strict'

/** The maximum edit distance of a misspelling. */
const MAX_DISTANCE = 2

/** The most similar of some names, or `undefined` if none is similar. A prefix counts as similar. */
function findNearestName(misspelt, names) {
  const byDistance = names
    .map((name) => ({ name, distance: name.startsWith(misspelt) ? 0 : measureDistance(misspelt, name) }))
    .filter(({ name, distance }) => distance <= Math.min(MAX_DISTANCE, name.length - 1))
    .sort((one, other) => one.distance - other.distance)
  return byDistance[0]?.name
}

/** The Levenshtein distance: how many characters must be replaced, inserted or deleted. */
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
