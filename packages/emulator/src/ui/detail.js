import { byId, button, element, json, redraw, time } from './elements.js'
import { drawDevices } from './devices-of-publish.js'
import { findNeighbour } from './list.js'
import { drawPreviews } from './previews.js'
import { get, itemPath, send } from './requests.js'
import { formatFailure, formatOperation, formatTitle } from './rows.js'
import { drawWebhookRequest } from './webhook-request.js'
import { drawFindings, drawMisses } from './why.js'

const MAX_SHOWN_TARGETS = 50

const detail = byId('detail')
const contents = { publish: drawPublish, 'failed-request': drawFailedRequest, webhook: drawWebhook }

/** Shows one item in full, and marks it as read. */
export async function showDetail(id) {
  const shown = await get(itemPath(id))
  // Another item was chosen meanwhile.
  if (location.hash !== `#/publishes/${id}`) return
  detail.hidden = false
  if (!shown) {
    redraw(detail, element('p', {}, 'This publish was deleted, or replaced by newer ones.'))
    return
  }
  redraw(
    detail,
    element(
      'div',
      { class: 'actions' },
      element('a', { href: '#/publishes', class: 'back', 'data-key': 'back' }, 'Back to all publishes'),
      button('Delete', () => deleteItem(id)),
    ),
    ...contents[shown.type](shown).filter(Boolean),
  )
  if (!shown.isRead) send('POST', `${itemPath(id)}/read`)
}

/** Deletes an item, and shows its neighbour. */
export async function deleteItem(id) {
  const isShown = location.hash === `#/publishes/${id}`
  const neighbour = findNeighbour(id)
  await send('DELETE', itemPath(id))
  if (isShown) location.hash = byId('list').checkVisibility() ? neighbour : '#/publishes'
}

function drawPublish(shown) {
  const { publish, kind, instanceId, publishId, fault } = shown
  return [
    element('h2', {}, formatTitle(shown)),
    element('p', { class: 'quiet' }, time(shown.receivedAt), ` · instance ${instanceId} · ${publishId}`),
    element('p', {}, `To ${kind}: ${formatTargets(publish[kind])}`),
    fault && element('p', { class: 'notice bad' }, `Its sender met a planned fault: ${fault}.`),
    drawMisses(shown),
    drawFindings(shown),
    element('div', { class: 'previews' }, ...drawPreviews(publish)),
    ...drawDevices(shown),
    json('Request', publish),
  ]
}

const advice = {
  401: 'The emulator was started with a secret key, and accepts no other.',
  404: 'The emulator was started with an instance id, or the path of the request is wrong.',
  429: 'The emulator was started with a rate limit, like that of the service.',
}

function drawFailedRequest(shown) {
  const { receivedAt, instanceId, method, path, status, description, fault, publish, source, kind } = shown
  return [
    element('h2', {}, publish ? formatTitle(shown) : formatOperation(shown)),
    element('p', { class: 'quiet' }, time(receivedAt), instanceId ? ` · instance ${instanceId}` : ''),
    element('p', { class: 'quiet' }, `${method} ${path}`),
    shown.targetCount > 0 && element('p', {}, `To ${kind}: ${formatTargets(publish?.[kind] ?? shown.targets)}`),
    element(
      'div',
      { class: 'notice bad', role: 'group', 'aria-label': 'Reason' },
      element('strong', {}, formatFailure(shown)),
      element('p', {}, fault ? `${description}: ${fault}.` : description),
      fault || !advice[status] ? undefined : element('p', {}, advice[status]),
    ),
    drawFindings(shown),
    publish && element('div', { class: 'previews' }, ...drawPreviews(publish)),
    source && json('Request', publish ?? source),
  ]
}

function drawWebhook({ request, eventType, receivedAt }) {
  return [
    element('h2', {}, `Webhook ${eventType}`),
    element('p', { class: 'quiet' }, time(receivedAt)),
    ...drawWebhookRequest(request),
  ]
}

function formatTargets(targets) {
  if (!Array.isArray(targets)) return JSON.stringify(targets)
  const others = targets.length > MAX_SHOWN_TARGETS ? ` and ${targets.length - MAX_SHOWN_TARGETS} more` : ''
  return targets.slice(0, MAX_SHOWN_TARGETS).join(', ') + others
}
