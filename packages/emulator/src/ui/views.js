import { byId, element, platformNames, redraw, table } from './elements.js'
import { createSequence, get } from './requests.js'
import { time } from './time.js'
import { drawWebhooks } from './webhooks.js'

const MAX_SHOWN_DEVICES = 500
const MAX_SHOWN_INTERESTS = 20
const REDRAW_INTERVAL = 250

/** The views besides the publishes: where their data is, and how it is drawn. */
const views = {
  devices: { path: 'emulator/devices', draw: drawDevices, begin: createSequence() },
  webhooks: {
    path: 'emulator/webhooks',
    draw: (webhooks) => redraw(byId('webhook-list'), ...drawWebhooks(webhooks)),
    begin: createSequence(),
  },
  api: { path: 'emulator/endpoints', draw: drawEndpoints, begin: createSequence() },
}

/** Loads a view, and draws it. Any other name is ignored. */
export async function showView(name) {
  if (!Object.hasOwn(views, name)) return
  const { path, draw, begin } = views[name]
  const isNewest = begin()
  const data = await get(path)
  if (data && isNewest()) draw(data)
}

function drawDevices(devices) {
  const row = ({ id, platform, userId, interests, registeredAt }) => [
    id,
    platformNames[platform],
    userId,
    formatInterests(interests),
    time(registeredAt),
  ]
  const newest = devices.slice(-MAX_SHOWN_DEVICES).toReversed().map(row)
  redraw(byId('device-list'), table('Devices', ['Device', 'Platform', 'User', 'Interests', 'Registered'], newest))
}

function drawEndpoints(endpoints) {
  byId('endpoint').textContent = location.origin
  const rows = endpoints.map(({ method, url, summary }) => [method, element('code', {}, `/emulator${url}`), summary])
  redraw(byId('endpoint-list'), table('Requests', ['Method', 'Path', 'What'], rows))
}

function formatInterests(interests) {
  const others = interests.length - MAX_SHOWN_INTERESTS
  return interests.slice(0, MAX_SHOWN_INTERESTS).join(', ') + (others > 0 ? ` +${others}` : '')
}

const scheduled = new Set()
/** Redraws a view if it is visible, and at most four times a second. */
export function refresh(name) {
  if (byId(name).hidden || scheduled.has(name)) return
  scheduled.add(name)
  setTimeout(() => {
    scheduled.delete(name)
    showView(name)
  }, REDRAW_INTERVAL)
}
