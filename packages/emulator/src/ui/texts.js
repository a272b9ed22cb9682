import { element } from './elements.js'

/** `1 device`, `2 devices`. The plural of `noun` ends in s. */
export function formatCount(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** `2 users: ada, grace`, of a list that may be cut off and hold any values; `kind` is 'interests' or 'users'. */
export function formatTargets(kind, targets, count) {
  const others = count > targets.length ? ` and ${count - targets.length} more` : ''
  return `${formatCount(count, kind.slice(0, -1))}: ${targets.map(formatValue).join(', ')}${others}`
}

/** A text as it is, and any other value as JSON. */
export function formatValue(value) {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A text whose parts in backticks are code. */
export function formatCode(text) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? element('code', {}, part) : part))
}
