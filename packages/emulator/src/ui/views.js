import { byId, element, get, json, platformNames, table, time } from './elements.js'

const MAX_SHOWN_DEVICES = 500
const MAX_SHOWN_REQUESTS = 100
const MAX_SHOWN_INTERESTS = 20
const REDRAW_INTERVAL = 250

/** The views besides the publishes. Each draws itself. */
export const views = {
  async devices() {
    const devices = await get('emulator/devices')
    const row = ({ id, platform, userId, interests, registeredAt }) => [
      id,
      platformNames[platform],
      userId,
      formatInterests(interests),
      time(registeredAt),
    ]
    const newest = devices.slice(-MAX_SHOWN_DEVICES).toReversed().map(row)
    byId('device-list').replaceChildren(
      table('Devices', ['Device', 'Platform', 'User', 'Interests', 'Registered'], newest),
    )
  },
  async webhooks() {
    const { configured, requests } = await get('emulator/webhooks')
    const hooks = configured.map(({ id, url, events }) => [url, events.join(', '), id])
    byId('webhook-list').replaceChildren(
      table('Webhooks', ['Target', 'Events', 'Id'], hooks),
      element('h3', {}, 'Requests'),
      ...(requests.length === 0 ? [element('p', { class: 'quiet' }, 'No requests.')] : []),
      ...requests.slice(-MAX_SHOWN_REQUESTS).toReversed().map(requestOf),
    )
  },
}

function formatInterests(interests) {
  const others = interests.length - MAX_SHOWN_INTERESTS
  return interests.slice(0, MAX_SHOWN_INTERESTS).join(', ') + (others > 0 ? ` +${others}` : '')
}

function requestOf({ eventType, url, state, attempts, headers, body }) {
  const rows = attempts.map(({ at, status, error }) => [time(at), status === undefined ? error : String(status)])
  return element(
    'details',
    {},
    element('summary', {}, `${eventType} to ${url}: `, element('strong', {}, state)),
    table('Attempts', ['At', 'Response'], rows),
    json('Headers', headers),
    json('Body', JSON.stringify(JSON.parse(body), null, 2)),
  )
}

const scheduled = new Set()
/** Redraws a view if it is visible, and at most four times a second. */
export function refresh(name) {
  if (byId(name).hidden || scheduled.has(name)) return
  scheduled.add(name)
  setTimeout(() => {
    scheduled.delete(name)
    views[name]()
  }, REDRAW_INTERVAL)
}
