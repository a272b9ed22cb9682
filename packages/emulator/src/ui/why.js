import { button, element } from './elements.js'
import { send } from './requests.js'

/** The reasons why targets received nothing, or not on all of their devices. */
export function drawMisses({ kind, instanceId, platforms, missed, missedCount, delivered }) {
  if (missedCount === 0) return undefined
  const heading = delivered === 0 ? 'Why nothing came' : 'Not reached'
  const hidden = missedCount - missed.length
  const addDevice = ({ target }) =>
    send('POST', 'emulator/devices', {
      platform: platforms[0] ?? 'web',
      instanceId,
      ...(kind === 'users' ? { userId: target } : { interests: [target] }),
    })
  const hasDevice = ({ reason }) => reason === 'no-payload' || reason === 'gateway-refused'
  const remedy = (miss) => {
    const add = button(
      'Add a test device',
      () => replaceByAdded(add, addDevice(miss)),
      `Add a test device for ${miss.target}`,
    )
    return hasDevice(miss) ? undefined : add
  }
  return element(
    'section',
    { 'aria-label': heading, class: 'notice bad' },
    element('h3', {}, heading),
    element(
      'ul',
      {},
      ...missed.map((miss) =>
        element('li', { class: miss.reason }, element('span', {}, ...formatCode(miss.message)), remedy(miss)),
      ),
      hidden > 0 ? element('li', { class: 'quiet' }, `and ${hidden} more`) : undefined,
    ),
  )
}

async function replaceByAdded(add, added) {
  await added
  add.replaceWith(element('span', { class: 'quiet', role: 'status' }, 'Added: publish again.'))
}

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

/** A text whose parts in backticks are code. */
function formatCode(text) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? element('code', {}, part) : part))
}
