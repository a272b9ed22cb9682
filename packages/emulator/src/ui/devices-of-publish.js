import { button, element, platformNames, table } from './elements.js'
import { send } from './requests.js'
import { time } from './time.js'

/** The devices that received a publish, with buttons that simulate the client SDK. */
export function drawDevices(shown) {
  const { deliveries, deliveryCount } = shown
  const hidden = deliveryCount - deliveries.length
  return [
    element('h3', {}, 'Devices'),
    table(
      'Deliveries',
      ['Device', 'Platform', 'User', 'Gateway', 'Delivered', 'Opened'],
      deliveries.map((delivery) => createRow(shown, delivery)),
    ),
    hidden > 0 ? element('p', { class: 'quiet' }, `and ${hidden} more`) : undefined,
  ]
}

function createRow(shown, delivery) {
  const { deviceId, platform, userId, outcome, acknowledgedAt, openedAt } = delivery
  const report = (event, name) => button(name, () => sendEvent(event, shown, delivery), `${name} on ${deviceId}`)
  const isAccepted = outcome === 'accepted'
  return [
    deviceId,
    platformNames[platform],
    userId,
    isAccepted ? outcome : 'refused',
    acknowledgedAt ? time(acknowledgedAt) : isAccepted && report('delivery', 'Deliver'),
    openedAt ? time(openedAt) : isAccepted && report('open', 'Open'),
  ].map((cell) => cell || '')
}

/** Does what the client SDK does when a notification arrives or is tapped. */
function sendEvent(event, { instanceId, publishId }, { deviceId, userId }) {
  const timestampSecs = Math.floor(Date.now() / 1000)
  const path = `reporting_api/v2/instances/${encodeURIComponent(instanceId)}/events`
  return send('POST', path, { event, publishId, deviceId, userId, timestampSecs })
}
