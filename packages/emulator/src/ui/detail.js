import { byId, element, get, json, platformNames, table, time } from './elements.js'
import { previewsOf } from './previews.js'

const MAX_SHOWN_TARGETS = 50

/** Marks the row of the publish that is shown. */
export function markCurrent(row) {
  const link = row.firstElementChild
  if (link.hash === location.hash) link.setAttribute('aria-current', 'true')
  else link.removeAttribute('aria-current')
}

/** Shows one publish: its notifications, its devices, and why others got nothing. */
export async function showDetail(publishId) {
  const shown = await get(`emulator/inbox/${encodeURIComponent(publishId)}`)
  const detail = byId('detail')
  detail.hidden = false
  if (!shown) {
    return detail.replaceChildren(
      element('p', {}, 'This publish is gone: it was cleared, or newer ones took its place.'),
    )
  }
  const { publish, kind, deliveries, deliveryCount, instanceId } = shown
  const hidden = deliveryCount - deliveries.length
  const content = element(
    'div',
    {},
    element('a', { href: '#/publishes', class: 'back' }, 'Back to all publishes'),
    element('h2', {}, shown.title || shown.text || (shown.isDataOnly ? 'Data only' : 'No text')),
    element('p', { class: 'quiet' }, time(shown.receivedAt), ` · instance ${instanceId} · ${publishId}`),
    element('p', {}, `To ${kind}: ${formatList(publish[kind])}`),
    element('div', { class: 'previews' }, ...previewsOf(publish)),
    element('h3', {}, 'Devices'),
    table(
      'Deliveries',
      ['Device', 'Platform', 'User', 'Gateway', 'Delivered', 'Opened'],
      deliveries.map((delivery) => deliveryRow(shown, delivery)),
    ),
    hidden > 0 ? element('p', { class: 'quiet' }, `and ${hidden} more`) : undefined,
    unreachedList(shown),
    json('Request', publish),
  )
  detail.replaceChildren(content)
  return undefined
}

function formatList(targets) {
  const others = targets.length > MAX_SHOWN_TARGETS ? ` and ${targets.length - MAX_SHOWN_TARGETS} more` : ''
  return targets.slice(0, MAX_SHOWN_TARGETS).join(', ') + others
}

/** Why targets were not reached. */
function unreachedList({ kind, unreached, unreachedCount }) {
  if (unreachedCount === 0) return undefined
  const hidden = unreachedCount - unreached.length
  return element(
    'section',
    { 'aria-label': 'Not reached', class: 'unreached' },
    element('h3', {}, 'Not reached'),
    element(
      'ul',
      {},
      ...unreached.map((one) => element('li', {}, `${one.target}: ${describeReason(kind, one)}`)),
      hidden > 0 ? element('li', { class: 'quiet' }, `and ${hidden} more`) : undefined,
    ),
  )
}

function describeReason(kind, { reason, similar }) {
  if (reason === 'no-payload') return 'no payload for the platforms of the devices'
  if (kind === 'users') return 'no device'
  return similar === undefined ? 'no subscriber' : `no subscriber; there are subscribers to ${similar}`
}

function deliveryRow(shown, delivery) {
  const { deviceId, platform, userId, outcome, acknowledgedAt, openedAt } = delivery
  const report = (event, name) =>
    element(
      'button',
      { type: 'button', onclick: () => sendEvent(event, shown, delivery), 'aria-label': `${name} on ${deviceId}` },
      name,
    )
  const isAccepted = outcome === 'accepted'
  return [
    deviceId,
    platformNames[platform],
    userId,
    isAccepted ? outcome : 'refused',
    acknowledgedAt ? time(acknowledgedAt) : isAccepted && report('delivery', 'Deliver'),
    openedAt ? time(openedAt) : isAccepted && report('open', 'Open'),
  ].map((cell) => cell || '')
}

/** Does what the client SDK does when a notification arrives or is tapped. */
function sendEvent(event, { instanceId, publishId }, { deviceId, userId }) {
  const timestampSecs = Math.floor(Date.now() / 1000)
  return fetch(`reporting_api/v2/instances/${encodeURIComponent(instanceId)}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ event, publishId, deviceId, userId, timestampSecs }),
  })
}
