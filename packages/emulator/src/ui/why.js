import { button, element } from './elements.js'
import { send } from './requests.js'
import { formatCode, formatCount } from './texts.js'

// More misses with the same reason are folded into one line.
const MAX_UNFOLDED = 3
const MAX_LISTED = 50

const reasons = {
  'no-user': 'without a device',
  'no-device': 'whose devices are all gone',
  'no-subscription': 'that nobody is subscribed to',
  'no-payload': 'with devices on platforms that have no payload',
  'gateway-refused': 'with devices that the gateway refused',
}

/** The reasons why targets received nothing, or not on all of their devices. */
export function drawMisses(shown) {
  const { missed, missedCount, missedCounts, delivered, hadDevices } = shown
  if (missedCount === 0) return undefined
  const heading = delivered === 0 ? 'Why nothing came' : 'Not reached'
  const severity = delivered === 0 ? 'bad' : 'warning'
  const groups = Object.entries(missedCounts).flatMap(([reason, count]) => {
    const listed = missed.filter((miss) => miss.reason === reason)
    return drawGroup(shown, { reason, listed, count })
  })
  return element(
    'section',
    { 'aria-label': heading, class: `notice ${hadDevices ? severity : ''}` },
    element('h3', {}, heading),
    hadDevices ? undefined : element('p', {}, 'This instance has no devices yet, so there is nobody to deliver to.'),
    element('ul', {}, ...groups),
  )
}

/** The misses with one reason: one by one if there are few, else those with a suggestion and then all, folded. */
function drawGroup(shown, { reason, listed, count }) {
  const draw = (miss) => drawMiss(shown, miss)
  if (count <= MAX_UNFOLDED && listed.length === count) return listed.map(draw)
  const suggested = listed.filter(({ similar }) => similar !== undefined).slice(0, MAX_UNFOLDED)
  const text = `${formatCount(count, shown.kind.slice(0, -1))} ${reasons[reason]}`
  return [...suggested.map(draw), drawFolded(reason, text, listed.slice(0, MAX_LISTED).map(draw), count)]
}

function drawFolded(reason, text, rows, count) {
  if (rows.length === 0) return element('li', {}, text)
  const hidden = count - rows.length
  const list = element(
    'ul',
    { class: 'folded', tabindex: '0', 'aria-label': text },
    ...rows,
    hidden > 0 ? element('li', { class: 'quiet' }, `and ${hidden} more`) : undefined,
  )
  const summary = element('summary', { 'data-key': `summary ${reason}` }, text)
  return element('li', {}, element('details', { 'data-key': reason }, summary, list))
}

function drawMiss({ kind, instanceId, platforms }, { target, reason, message }) {
  const row = element('li', { class: reason }, element('span', {}, ...formatCode(message)))
  if (reason === 'no-payload' || reason === 'gateway-refused') return row
  const addDevice = () =>
    send('POST', 'emulator/devices', {
      platform: platforms[0] ?? 'web',
      instanceId,
      ...(kind === 'users' ? { userId: target } : { interests: [target] }),
    })
  const add = button('Add a test device', () => replaceByAdded(add, addDevice()), `Add a test device for ${target}`)
  row.append(add)
  return row
}

async function replaceByAdded(add, added) {
  await added
  add.replaceWith(element('span', { class: 'quiet', role: 'status' }, 'Added: publish again.'))
}
