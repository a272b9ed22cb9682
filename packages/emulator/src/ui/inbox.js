import { byId } from './elements.js'
import { registerClear } from './clear.js'
import { markCurrent, showDetail } from './detail.js'
import { arrive, change, filterQuery, reload, showOlder } from './list.js'
import { refresh, views } from './views.js'

const TYPING_PAUSE = 150

const list = byId('list')
const filters = byId('filters')
let events

function listen() {
  events?.close()
  events = new EventSource(`emulator/events?${filterQuery()}`)
  const on = (name, act) => events.addEventListener(name, ({ data }) => act(JSON.parse(data)))
  events.addEventListener('open', () => {
    byId('connection').textContent = 'live'
    reload()
  })
  events.addEventListener('error', () => (byId('connection').textContent = 'not connected'))
  on('publish', arrive)
  on('change', change)
  on('reset', () => {
    reload()
    route()
  })
  on('devices', () => refresh('devices'))
  on('webhooks', () => refresh('webhooks'))
}

/** Shows the view that the address names. */
async function route() {
  const [, view = 'publishes', publishId] = location.hash.split('/')
  for (const name of ['publishes', 'devices', 'webhooks']) byId(name).hidden = name !== view
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#/${view}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  document.body.classList.toggle('reading', publishId !== undefined)
  for (const row of list.children) markCurrent(row)
  if (publishId !== undefined) return showDetail(publishId)
  byId('detail').hidden = true
  return views[view]?.()
}

function onKey(event) {
  if (byId('confirm').open) return undefined
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
  const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key]
  if (!next) return undefined
  event.preventDefault()
  return next.firstElementChild.focus()
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
window.addEventListener('hashchange', route)
document.addEventListener('keydown', onKey)
registerClear()
listen()
route()
