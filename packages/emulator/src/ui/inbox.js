import { element, json, table, time } from './elements.js'
import { previewsOf } from './previews.js'

const MOST_ROWS = 300
const platformNames = { apns: 'iOS', fcm: 'Android', web: 'Web' }
const byId = (id) => document.getElementById(id)
const get = async (path) => {
  const response = await fetch(path)
  return response.ok ? response.json() : undefined
}

const list = byId('list')
const filters = byId('filters')
let total = 0
let events

// Publishes

function query(more) {
  const fields = [...new FormData(filters), ...Object.entries(more ?? {})]
  return new URLSearchParams(fields.filter(([, value]) => value !== ''))
}

function rowOf(summary) {
  const { publishId, kind, targets, targetCount, platforms, title, body, receivedAt, delivered, opened } = summary
  const others = targetCount > targets.length ? ` +${targetCount - targets.length}` : ''
  const row = element(
    'li',
    { 'data-id': publishId },
    element(
      'a',
      { href: `#/publishes/${publishId}` },
      element('strong', {}, title || body || '(data only)'),
      element('span', { class: 'body' }, title ? body : ''),
      element(
        'span',
        { class: 'to' },
        `${kind === 'users' ? 'to users' : 'to interests'} ${targets.join(', ')}${others}`,
      ),
      element('span', { class: 'outcome' }, outcomeOf(delivered, opened)),
      element('span', { class: 'platforms' }, ...platforms.map((name) => element('span', {}, platformNames[name]))),
      time(receivedAt),
    ),
  )
  markCurrent(row)
  return row
}

function outcomeOf(delivered, opened) {
  const devices = `${delivered} ${delivered === 1 ? 'device' : 'devices'}`
  return opened ? `${devices}, ${opened} opened` : devices
}

function markCurrent(row) {
  const link = row.firstElementChild
  if (link.hash === location.hash) link.setAttribute('aria-current', 'true')
  else link.removeAttribute('aria-current')
}

function showTotal() {
  byId('total').textContent = total
  byId('none').hidden = total > 0
  byId('older').hidden = list.children.length >= total
}

// The number of the latest publish when the list was loaded.
let latest = 0
let isLoading = false
async function reload() {
  isLoading = true
  const page = await get(`emulator/inbox?${query()}`)
  isLoading = false
  total = page.total
  latest = page.count
  list.replaceChildren(...page.publishes.map(rowOf))
  drawArrived()
}

async function showOlder() {
  const before = list.lastElementChild?.dataset.id
  if (!before) return
  const page = await get(`emulator/inbox?${query({ before })}`)
  list.append(...page.publishes.map(rowOf))
  showTotal()
}

// A burst of publishes is drawn once a frame, and only as far as somebody could look at it. While a page is loading they wait:
// it may hold some of them.
let arrived = []
function arrive(summary) {
  if (arrived.push(summary) === 1) requestAnimationFrame(drawArrived)
}

function drawArrived() {
  if (isLoading) return
  const isAtTop = list.scrollTop < 10
  const unseen = arrived.filter(({ number }) => number > latest)
  arrived = []
  total += unseen.length
  list.prepend(...unseen.slice(-MOST_ROWS).toReversed().map(rowOf))
  if (isAtTop) for (const row of [...list.children].slice(MOST_ROWS)) row.remove()
  showTotal()
}

function rowWith(publishId) {
  return list.querySelector(`[data-id="${CSS.escape(publishId)}"]`)
}

function change(summary) {
  rowWith(summary.publishId)?.replaceWith(rowOf(summary))
  if (location.hash === `#/publishes/${summary.publishId}`) showDetail(summary.publishId)
}

function listen() {
  events?.close()
  events = new EventSource(`emulator/events?${query()}`)
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

// One publish

async function showDetail(publishId) {
  const shown = await get(`emulator/inbox/${encodeURIComponent(publishId)}`)
  const detail = byId('detail')
  detail.hidden = false
  if (!shown)
    return detail.replaceChildren(
      element('p', {}, 'This publish is gone: newer ones took its place, or it was cleared.'),
    )
  const { publish, deliveries, instanceId } = shown
  const targets = publish.interests ?? publish.users
  detail.replaceChildren(
    element('a', { href: '#/publishes', class: 'back' }, 'Back to all publishes'),
    element('h2', {}, shown.title || shown.body || 'Data only'),
    element('p', { class: 'quiet' }, time(shown.receivedAt), ` · instance ${instanceId} · ${publishId}`),
    element(
      'p',
      {},
      `To ${shown.kind}: ${targets.slice(0, 50).join(', ')}${targets.length > 50 ? ` and ${targets.length - 50} more` : ''}`,
    ),
    element('div', { class: 'previews' }, ...previewsOf(publish)),
    element('h3', {}, 'Devices'),
    table(
      'Deliveries',
      ['Device', 'Platform', 'User', 'Gateway', 'Delivered', 'Opened'],
      deliveries.slice(0, 200).map(deliveryRow),
    ),
    json('Request', publish),
  )
  return undefined
}

function deliveryRow(delivery) {
  const { deviceId, platform, userId, outcome, acknowledgedAt, openedAt } = delivery
  const report = (event, name) =>
    element(
      'button',
      { type: 'button', onclick: () => sendEvent(event, delivery), 'aria-label': `${name} on ${deviceId}` },
      name,
    )
  return [
    deviceId,
    platformNames[platform],
    userId,
    outcome,
    acknowledgedAt ? time(acknowledgedAt) : report('delivery', 'Deliver'),
    openedAt ? time(openedAt) : report('open', 'Open'),
  ]
}

/** Does what the client SDK does when a notification comes or is tapped. */
function sendEvent(event, { instanceId, publishId, deviceId, userId }) {
  const timestampSecs = Math.floor(Date.now() / 1000)
  return fetch(`reporting_api/v2/instances/${encodeURIComponent(instanceId)}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ event, publishId, deviceId, userId, timestampSecs }),
  })
}

// Devices and webhooks

const views = {
  async devices() {
    const devices = await get('emulator/devices')
    const row = ({ id, platform, userId, interests, registeredAt }) => [
      id,
      platformNames[platform],
      userId,
      interests.slice(0, 20).join(', ') + (interests.length > 20 ? ` +${interests.length - 20}` : ''),
      time(registeredAt),
    ]
    const newest = devices.slice(-500).toReversed().map(row)
    byId('device-list').replaceChildren(
      table('Devices', ['Device', 'Platform', 'User', 'Interests', 'Registered'], newest),
    )
  },
  async webhooks() {
    const { configured, requests } = await get('emulator/webhooks')
    const hooks = configured.map(({ id, url, events: types }) => [url, types.join(', '), id])
    byId('webhook-list').replaceChildren(
      table('Webhooks', ['Target', 'Events', 'Id'], hooks),
      element('h3', {}, 'Requests'),
      ...(requests.length === 0 ? [element('p', { class: 'quiet' }, 'No requests.')] : []),
      ...requests.slice(-100).toReversed().map(requestOf),
    )
  },
}

function requestOf({ eventType, url, state, attempts, headers, body }) {
  const rows = attempts.map(({ at, status, error }) => [time(at), status === undefined ? error : String(status)])
  return element(
    'details',
    {},
    element('summary', {}, `${eventType} to ${url}: `, element('strong', {}, state)),
    table('Attempts', ['At', 'Answer'], rows),
    json('Headers', headers),
    json('Body', JSON.stringify(JSON.parse(body), null, 2)),
  )
}

const due = new Set()
/** Draws a view again if it is looked at, and at most four times a second. */
function refresh(name) {
  if (byId(name).hidden || due.has(name)) return
  due.add(name)
  setTimeout(() => {
    due.delete(name)
    views[name]()
  }, 250)
}

// Where one is

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
  typing = setTimeout(listen, 150)
})
filters.addEventListener('submit', (event) => event.preventDefault())
byId('older').addEventListener('click', showOlder)
byId('clear').addEventListener('click', () => fetch('emulator/publishes', { method: 'DELETE' }))
window.addEventListener('hashchange', route)
document.addEventListener('keydown', onKey)
listen()
route()
