import { byId, element, platformNames, redraw, table } from './elements.js'
import { get } from './requests.js'
import { time } from './time.js'
import { drawWebhooks } from './webhooks.js'

const MAX_SHOWN_DEVICES = 500
const MAX_SHOWN_INTERESTS = 20
const REDRAW_INTERVAL = 250

/** The views besides the publishes. Each draws itself. */
export const views = {
  async devices() {
    const devices = await get('emulator/devices')
    if (!devices) return
    const row = ({ id, platform, userId, interests, registeredAt }) => [
      id,
      platformNames[platform],
      userId,
      formatInterests(interests),
      time(registeredAt),
    ]
    const newest = devices.slice(-MAX_SHOWN_DEVICES).toReversed().map(row)
    redraw(byId('device-list'), table('Devices', ['Device', 'Platform', 'User', 'Interests', 'Registered'], newest))
  },
  async webhooks() {
    const webhooks = await get('emulator/webhooks')
    if (!webhooks) return
    redraw(byId('webhook-list'), ...drawWebhooks(webhooks))
  },
  async api() {
    const endpoints = await get('emulator/endpoints')
    if (!endpoints) return
    byId('endpoint').textContent = location.origin
    redraw(
      byId('endpoint-list'),
      table(
        'Requests',
        ['Method', 'Path', 'What'],
        endpoints.map(({ method, url, summary }) => [method, element('code', {}, `/emulator${url}`), summary]),
      ),
    )
  },
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
    views[name]()
  }, REDRAW_INTERVAL)
}
