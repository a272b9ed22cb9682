import { byId, button, element, json, redraw } from './elements.js'
import { drawDevices } from './devices-of-publish.js'
import { drawFindings } from './findings.js'
import { findNeighbour } from './list.js'
import { drawPreviews } from './previews.js'
import { createSequence, get, itemPath, send } from './requests.js'
import { formatDeletion, formatFailure, formatOperation, formatRemoved, formatTitle } from './rows.js'
import { drawTargets } from './targets.js'
import { formatCode } from './texts.js'
import { formatDate, time } from './time.js'
import { drawWebhookRequest } from './webhook-request.js'
import { drawMisses } from './why.js'

const detail = byId('detail')
const contents = {
  publish: drawPublish,
  deletion: drawDeletion,
  'failed-request': drawFailedRequest,
  webhook: drawWebhook,
}

const begin = createSequence()

/** Shows one item in full, and marks it as read. */
export async function showDetail(id) {
  const isNewest = begin()
  const shown = await get(itemPath(id))
  const wasLeft = location.hash !== `#/publishes/${id}`
  if (wasLeft || !isNewest()) return
  detail.hidden = false
  if (!shown) {
    redraw(detail, element('p', {}, 'This item was deleted, or replaced by newer ones.'))
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
  const { publish, kind, publishId, fault, receivedAt } = shown
  return [
    element('h2', { dir: 'auto' }, formatTitle(shown)),
    drawOrigin(shown, publishId),
    drawTargets(kind, publish[kind]),
    fault && drawFault(fault),
    element('div', { class: 'previews' }, ...drawPreviews(publish, receivedAt)),
    drawMisses(shown),
    drawFindings(shown),
    ...drawDevices(shown),
    json('Request', publish),
  ]
}

function drawDeletion(shown) {
  return [
    element('h2', {}, formatDeletion(shown)),
    drawOrigin(shown),
    element('p', {}, `${formatRemoved(shown)}.`),
    shown.fault && drawFault(shown.fault),
  ]
}

/** When an item came, and where to: `12 s ago, 11/27/2026, 5:58:35 AM · instance my-instance`. */
function drawOrigin({ receivedAt, instanceId }, ...others) {
  const parts = [formatDate(receivedAt), instanceId && `instance ${instanceId}`, ...others].filter(Boolean)
  return element('p', { class: 'quiet' }, time(receivedAt), ', ', parts.join(' · '))
}

const drawFault = (fault) => element('p', { class: 'notice bad' }, `The response had a planned fault: ${fault}.`)

const advice = {
  401: 'The emulator was started with a secret key, and accepts no other.',
  404: 'The emulator was started with an instance id, or the path of the request is wrong.',
  429: 'The emulator was started with a rate limit, like that of the service.',
}

function drawFailedRequest(shown) {
  const { method, path, title, status, description, fault, publish, source, kind, receivedAt } = shown
  const refusal = `Refused with ${status}: ${description}`
  return [
    element(
      'div',
      { class: 'notice bad', role: 'group', 'aria-label': 'Reason' },
      element('h2', {}, ...formatCode(fault ? `Failed as planned: ${formatFailure(shown)}` : refusal)),
      fault ? element('p', {}, `${description}: ${fault}.`) : undefined,
      fault || !advice[status] ? undefined : element('p', {}, advice[status]),
    ),
    title && element('p', {}, element('strong', { dir: 'auto' }, title)),
    element('p', {}, formatOperation(shown)),
    drawOrigin(shown, `${method} ${path}`),
    shown.targetCount > 0 && drawTargets(kind, publish?.[kind] ?? shown.targets),
    publish && element('div', { class: 'previews' }, ...drawPreviews(publish, receivedAt)),
    drawFindings(shown),
    source && json('Request', publish ?? source),
  ]
}

function drawWebhook(shown) {
  return [element('h2', {}, `Webhook ${shown.eventType}`), drawOrigin(shown), ...drawWebhookRequest(shown.request)]
}
