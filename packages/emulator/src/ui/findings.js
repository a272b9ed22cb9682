import { element } from './elements.js'
import { formatCode } from './texts.js'

const severities = {
  refused: 'Beams refuses it',
  dropped: 'would not show',
  degraded: 'no effect',
  hint: 'hint',
}

/** The findings for the payload, the worst first. */
export function drawFindings({ findings, checksUnavailable }) {
  if (checksUnavailable !== undefined) return element('p', { class: 'quiet checks' }, `${checksUnavailable}.`)
  if (findings.length === 0) return undefined
  const worst = findings[0].severity
  return element(
    'section',
    { 'aria-label': 'Findings', class: `notice ${worst === 'hint' ? '' : formatClass(worst)}` },
    element('h3', {}, 'Findings'),
    element('ul', {}, ...findings.map(drawFinding)),
  )
}

function drawFinding({ severity, path, message, suggestion, documentation, rule }) {
  return element(
    'li',
    {},
    element('span', { class: `tag ${formatClass(severity)}` }, severities[severity] ?? severity),
    ' ',
    element('code', {}, path || 'the whole payload'),
    element('p', {}, ...formatCode(message)),
    suggestion === undefined ? undefined : element('p', {}, 'Write ', element('code', {}, suggestion)),
    element(
      'p',
      { class: 'quiet' },
      `${rule} · `,
      element('a', { href: documentation, target: '_blank', rel: 'noreferrer' }, 'documentation'),
    ),
  )
}

const formatClass = (severity) => ({ refused: 'bad', dropped: 'bad', degraded: 'warning' })[severity] ?? 'hint'
