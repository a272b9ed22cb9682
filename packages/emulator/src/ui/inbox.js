import { byId } from './elements.js'
import { registerClear } from './clear.js'
import { deleteItem, showDetail } from './detail.js'
import { arrive, change, evict, filterQuery, markCurrent, markRead, reload, showOlder } from './list.js'
import { send } from './requests.js'
import { drawStart } from './start.js'
import { registerTestForms } from './test-forms.js'
import { startClock } from './time.js'
import { refresh, showView } from './views.js'

const TYPING_PAUSE = 150
const VIEWS = ['publishes', 'devices', 'webhooks', 'api']

const list = byId('list')
const filters = byId('filters')
let events

function listen() {
  events?.close()
  events = new EventSource(`emulator/events?${filterQuery()}`)
  const on = (name, act) => events.addEventListener(name, ({ data }) => act(JSON.parse(data)))
  // The page lacks the events from before the stream was open.
  events.addEventListener('open', () => {
    byId('connection').textContent = 'live'
    reload()
    route()
  })
  events.addEventListener('error', () => (byId('connection').textContent = 'not connected'))
  on('publish', arrive)
  on('deletion', arrive)
  on('failure', arrive)
  on('evict', evict)
  on('change', (summary) => {
    change(summary)
    if (location.hash === `#/publishes/${summary.id}`) showDetail(summary.id)
  })
  on('read', markRead)
  on('reset', () => {
    reload()
    route()
  })
  on('devices', () => refresh('devices'))
  on('webhooks', () => refresh('webhooks'))
}

/** Shows the view that the address names. */
async function route() {
  const [, view = 'publishes', id] = location.hash.split('/')
  for (const name of VIEWS) byId(name).hidden = name !== view
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#/${view}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  document.body.classList.toggle('reading', id !== undefined)
  for (const row of list.children) markCurrent(row)
  if (id !== undefined) return showDetail(id)
  byId('detail').hidden = true
  return showView(view)
}

function onKey(event) {
  if (document.querySelector('dialog[open]')) return undefined
  const isTyping = event.target.matches('input, select')
  if (event.key === '/' && !isTyping) {
    event.preventDefault()
    return filters.elements.search.focus()
  }
  if (event.key === 'Escape') {
    const current = list.querySelector('[aria-current]') ?? list.querySelector('a')
    location.hash = '#/publishes'
    return current?.focus()
  }
  const row = document.activeElement.closest('#list li')
  if (row && event.key === 'Delete') return deleteRow(row)
  const next = findNext(event, row, isTyping)
  if (!next) return undefined
  event.preventDefault()
  return next.firstElementChild.focus()
}

/** The row that an arrow key, or j or k, leads to. The letters also work before a row has the focus. */
function findNext({ key, target, ctrlKey, metaKey, altKey }, row, isTyping) {
  if (ctrlKey || metaKey || altKey) return undefined
  const isLetter = !isTyping && (key === 'j' || key === 'k')
  if (isLetter && !row) return list.querySelector('li:has([aria-current])') ?? list.firstElementChild
  if (key === 'ArrowDown' && target === filters.elements.search) return list.firstElementChild
  if (key === 'ArrowDown' || (isLetter && key === 'j')) return row?.nextElementSibling
  return key === 'ArrowUp' || isLetter ? row?.previousElementSibling : undefined
}

function deleteRow(row) {
  const neighbour = row.nextElementSibling ?? row.previousElementSibling
  neighbour?.firstElementChild.focus()
  return deleteItem(row.dataset.id)
}

let typing
filters.addEventListener('input', () => {
  clearTimeout(typing)
  typing = setTimeout(listen, TYPING_PAUSE)
})
filters.addEventListener('submit', (event) => event.preventDefault())
byId('unfilter').addEventListener('click', () => {
  filters.reset()
  listen()
  filters.elements.search.focus()
})
byId('older').addEventListener('click', showOlder)
byId('read-all').addEventListener('click', () => send('POST', `emulator/inbox/read?${filterQuery()}`))
window.addEventListener('hashchange', route)
document.addEventListener('keydown', onKey)
registerClear()
registerTestForms()
drawStart()
startClock()
listen()
route()
