import { element } from './elements.js'
import { formatTargets, formatValue } from './texts.js'

const MAX_UNFOLDED = 5
const MAX_SUMMARIZED = 3
const MAX_LISTED = 100

/** The targets of a publish, or of a request to publish, whose `targets` may be of any type. Many are folded. */
export function drawTargets(kind, targets) {
  if (!Array.isArray(targets)) return element('p', {}, `To ${kind}: ${formatValue(targets)}`)
  const count = targets.length
  if (count <= MAX_UNFOLDED) return element('p', {}, `To ${formatTargets(kind, targets, count)}`)
  const hidden = count - MAX_LISTED
  const summary = `To ${formatTargets(kind, targets.slice(0, MAX_SUMMARIZED), count)}`
  return element(
    'details',
    { class: 'targets', 'data-key': 'targets' },
    element('summary', { 'data-key': 'summary targets' }, summary),
    element('p', {}, targets.slice(0, MAX_LISTED).map(formatValue).join(', ')),
    hidden > 0 ? element('p', { class: 'quiet' }, `and ${hidden} more, all in the request below`) : undefined,
  )
}
