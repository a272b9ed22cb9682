import { byId, redraw } from './elements.js'
import { createSequence, get } from './requests.js'
import { createRow, markRowRead } from './rows.js'

const MAX_ROWS = 300

const list = byId('list')
const filters = byId('filters')
let total = 0
let kept = 0
let unread = 0

/** The filters in use as a query. */
export function filterQuery(more) {
  const fields = [...new FormData(filters), ...Object.entries(more ?? {})]
  return new URLSearchParams(fields.filter(([, value]) => value !== ''))
}

export const isFiltered = () => filterQuery().size > 0

const findRow = (id) => list.querySelector(`[data-id="${CSS.escape(id)}"]`)

function drawRow(summary) {
  const row = createRow(summary)
  markCurrent(row)
  return row
}

/** Marks the row of the item that is shown. */
export function markCurrent(row) {
  const link = row.firstElementChild
  if (link.hash === location.hash) link.setAttribute('aria-current', 'true')
  else link.removeAttribute('aria-current')
}

function showCounts() {
  byId('total').textContent = total
  const isEmpty = kept === 0 && !isFiltered()
  document.body.classList.toggle('empty', isEmpty)
  byId('none').hidden = total > 0
  byId('none-text').textContent = total === 0 ? describeNothing(isEmpty) : ''
  byId('unfilter').hidden = isEmpty
  byId('older').hidden = list.children.length >= total
  byId('unread').hidden = unread === 0
  byId('unread-count').textContent = `${unread} unread`
  document.title = `${unread > 0 ? `(${unread}) ` : ''}Beams inbox`
}

function describeNothing(isEmpty) {
  // How many items there are is not known: those that do not match arrive unseen.
  return isEmpty ? 'Nothing here yet. Publish something, and it shows up at once.' : 'No item matches the filter.'
}

// The number of the latest item when the list was loaded.
let latest = 0
let isLoading = false
let loads = 0
const beginLoading = createSequence()
export async function reload() {
  const isNewest = beginLoading()
  isLoading = true
  const page = await get(`emulator/inbox?${filterQuery()}`)
  if (!isNewest()) return
  isLoading = false
  if (!page) return drawArrived()
  loads++
  ;({ total, kept, unread, latest } = page)
  redraw(list, ...page.items.map(drawRow))
  openFirst(['', '#', '#/'])
  drawArrived()
}

export async function showOlder() {
  const before = list.lastElementChild?.dataset.id
  if (!before) return
  const loadsBefore = loads
  const page = await get(`emulator/inbox?${filterQuery({ before })}`)
  // A list that was loaded anew may be that of another filter.
  if (!page || loads !== loadsBefore) return
  list.append(...page.items.map(drawRow))
  showCounts()
}

// A burst of publishes is drawn once a frame, and only as many rows as somebody could look at. While a page is loading they
// wait: it may hold some of them.
let arrived = []
export function arrive(summary) {
  if (arrived.push(summary) === 1) requestAnimationFrame(drawArrived)
}

// Publishes that made room for newer ones.
let evicted = []
export function evict(eviction) {
  if (evicted.push(eviction) === 1) requestAnimationFrame(drawArrived)
}

function removeEvicted() {
  // Those from before the list was loaded were not in it.
  const missing = evicted.filter(({ by }) => by > latest)
  evicted = []
  total -= missing.length
  kept -= missing.length
  unread -= missing.filter(({ isRead }) => !isRead).length
  for (const { id } of missing) findRow(id)?.remove()
}

function drawArrived() {
  if (isLoading) return
  const isAtTop = list.scrollTop < 10
  const wasEmpty = list.children.length === 0
  const unseen = arrived.filter(({ number }) => number > latest)
  arrived = []
  total += unseen.length
  kept += unseen.length
  unread += unseen.length
  list.prepend(...unseen.slice(-MAX_ROWS).toReversed().map(drawRow))
  removeEvicted()
  if (isAtTop) for (const row of [...list.children].slice(MAX_ROWS)) row.remove()
  showCounts()
  if (wasEmpty) openFirst(['', '#', '#/', '#/publishes'])
}

/** Opens the first publish if there is room beside the list and no other view was chosen. */
function openFirst(hashes) {
  const first = list.querySelector('li:not(.webhook, .deletion) a')
  const isWide = matchMedia('(min-width: 50.01rem)').matches
  if (first && isWide && hashes.includes(location.hash)) location.replace(first.hash)
}

export function change(summary) {
  const row = findRow(summary.id)
  if (row) {
    const isFocused = row.contains(document.activeElement)
    const changed = drawRow(summary)
    row.replaceWith(changed)
    if (isFocused) changed.firstElementChild.focus()
  }
}

/** Marks some rows as read, or all. */
export async function markRead({ ids }) {
  const rows = ids ? ids.map(findRow) : [...list.children]
  for (const row of rows) if (row) markRowRead(row)
  const loadsBefore = loads
  const counts = await get(`emulator/inbox?${filterQuery({ limit: 0 })}`)
  if (!counts || loads !== loadsBefore) return
  ;({ unread } = counts)
  showCounts()
}

/** The hash of the row below the given one, or above it if it is the last. */
export function findNeighbour(id) {
  const row = findRow(id)
  const neighbour = row?.nextElementSibling ?? row?.previousElementSibling
  return neighbour?.firstElementChild.hash ?? '#/publishes'
}
