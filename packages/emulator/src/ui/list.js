import { byId, element, get, platformNames, time } from './elements.js'
import { markCurrent, showDetail } from './detail.js'

const MAX_ROWS = 300

const list = byId('list')
const filters = byId('filters')
let total = 0
let kept = 0

/** The filters in use as a query. */
export function filterQuery(more) {
  const fields = [...new FormData(filters), ...Object.entries(more ?? {})]
  return new URLSearchParams(fields.filter(([, value]) => value !== ''))
}

export const isFiltered = () => filterQuery().size > 0

/** How many publishes match the filters. */
export const countMatches = () => total

function rowOf(summary) {
  const { publishId, kind, targets, targetCount, platforms, title, text, isDataOnly, receivedAt } = summary
  const others = targetCount > targets.length ? ` +${targetCount - targets.length}` : ''
  const row = element(
    'li',
    { 'data-id': publishId },
    element(
      'a',
      { href: `#/publishes/${publishId}` },
      element('strong', {}, title || text || (isDataOnly ? '(data only)' : '(no text)')),
      element('span', { class: 'body' }, title ? text : ''),
      element('span', { class: 'to' }, `to ${kind} ${targets.join(', ')}${others}`),
      element('span', { class: 'outcome' }, formatOutcome(summary)),
      element('span', { class: 'platforms' }, ...platforms.map((name) => element('span', {}, platformNames[name]))),
      time(receivedAt),
    ),
  )
  markCurrent(row)
  return row
}

function formatOutcome({ delivered, failed, opened }) {
  const devices = `${delivered} ${delivered === 1 ? 'device' : 'devices'}`
  return [devices, failed && `${failed} failed`, opened && `${opened} opened`].filter(Boolean).join(', ')
}

function showTotal() {
  byId('total').textContent = total
  byId('none').hidden = total > 0
  byId('none-text').textContent = total === 0 ? describeNothing() : ''
  byId('unfilter').hidden = kept === 0
  byId('older').hidden = list.children.length >= total
}

function describeNothing() {
  if (kept === 0) return 'Nothing here yet. Publish something, and it shows up at once.'
  return `${kept === 1 ? 'The one publish here does' : `The ${kept} publishes here do`} not match the filter.`
}

// The number of the latest publish when the list was loaded.
let latest = 0
let isLoading = false
export async function reload() {
  isLoading = true
  const page = await get(`emulator/inbox?${filterQuery()}`)
  isLoading = false
  if (!page) return
  ;({ total, kept, latest } = page)
  list.replaceChildren(...page.publishes.map(rowOf))
  drawArrived()
}

export async function showOlder() {
  const before = list.lastElementChild?.dataset.id
  if (!before) return
  const page = await get(`emulator/inbox?${filterQuery({ before })}`)
  list.append(...page.publishes.map(rowOf))
  showTotal()
}

// A burst of publishes is drawn once a frame, and only as many rows as somebody could look at. While a page is loading they
// wait: it may hold some of them.
let arrived = []
export function arrive(summary) {
  if (arrived.push(summary) === 1) requestAnimationFrame(drawArrived)
}

function drawArrived() {
  if (isLoading) return
  const isAtTop = list.scrollTop < 10
  const unseen = arrived.filter(({ number }) => number > latest)
  arrived = []
  total += unseen.length
  kept += unseen.length
  list.prepend(...unseen.slice(-MAX_ROWS).toReversed().map(rowOf))
  if (isAtTop) for (const row of [...list.children].slice(MAX_ROWS)) row.remove()
  showTotal()
}

export function change(summary) {
  list.querySelector(`[data-id="${CSS.escape(summary.publishId)}"]`)?.replaceWith(rowOf(summary))
  if (location.hash === `#/publishes/${summary.publishId}`) showDetail(summary.publishId)
}
