import { element } from './elements.js'
import { formatValue } from './texts.js'
import { time } from './time.js'

/** The notification as each platform would show it. The parts of a refused publish may be of any type. */
export function drawPreviews(publish, receivedAt) {
  const [apns, fcm, web] = [
    readPart(publish.apns, 'aps', {}),
    readPart(publish.fcm, 'notification'),
    readPart(publish.web, 'notification'),
  ]
  return [
    apns && drawPreview('iOS', 'apns', drawApple(apns), receivedAt, listAppleFacts(apns)),
    fcm && drawPreview('Android', 'fcm', drawAndroid(fcm), receivedAt, listAndroidFacts(fcm)),
    web && drawPreview('Web', 'web', drawBrowser(web), receivedAt, listWebFacts(web)),
  ].filter(Boolean)
}

function readPart(payload, name, absent) {
  if (!isObject(payload)) return undefined
  return { ...payload, [name]: isObject(payload[name]) ? payload[name] : absent }
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)

function drawPreview(name, platform, notification, receivedAt, facts) {
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null)
  return element(
    'section',
    { class: 'preview', 'aria-label': `As ${name} shows it` },
    element('h3', {}, name),
    notification
      ? element(
          'div',
          { class: `notification ${platform}` },
          ...notification,
          element('span', { class: 'when' }, time(receivedAt)),
        )
      : element('p', { class: 'quiet' }, 'Data only: nothing is shown.'),
    element(
      'dl',
      {},
      ...shown.flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, formatValue(value))]),
    ),
  )
}

function drawApple({ aps }) {
  const alert = typeof aps.alert === 'string' ? { body: aps.alert } : aps.alert
  if (!alert) return undefined
  return [
    element('span', { class: 'app', 'aria-hidden': 'true' }, aps.badge === undefined ? '' : drawBadge(aps.badge)),
    drawWords(
      alert.title ?? formatLocalized(alert['title-loc-key'], alert['title-loc-args']),
      alert.body ?? formatLocalized(alert['loc-key'], alert['loc-args']),
      alert.subtitle ?? formatLocalized(alert['subtitle-loc-key'], alert['subtitle-loc-args']),
    ),
  ]
}

function drawBadge(count) {
  return element('span', { class: 'badge' }, formatValue(count))
}

function listAppleFacts({ aps, collapse_id, priority, expiration }) {
  return {
    Badge: aps.badge,
    Sound: aps.sound,
    Category: aps.category,
    Thread: aps['thread-id'],
    Interruption: aps['interruption-level'],
    'Collapse id': collapse_id,
    Priority: priority,
    Expires: expiration,
  }
}

function drawAndroid({ notification }) {
  if (!notification) return undefined
  const { color } = notification
  const title = notification.title ?? formatLocalized(notification.title_loc_key, notification.title_loc_args)
  const body = notification.body ?? formatLocalized(notification.body_loc_key, notification.body_loc_args)
  const icon = element('span', { class: 'app', 'aria-hidden': 'true' })
  if (typeof color === 'string' && CSS.supports('color', color)) icon.style.backgroundColor = color
  return [icon, drawWords(title, body)]
}

function listAndroidFacts({ notification = {}, collapse_key, priority, time_to_live }) {
  return {
    Icon: notification.icon,
    Sound: notification.sound,
    Channel: notification.android_channel_id,
    Tag: notification.tag,
    'On click': notification.click_action,
    'Collapse key': collapse_key,
    Priority: priority,
    'Time to live': time_to_live,
  }
}

function drawBrowser({ notification }) {
  if (!notification) return undefined
  const icon = isImage(notification.icon)
    ? element('img', { class: 'app', src: notification.icon, alt: '', referrerpolicy: 'no-referrer' })
    : element('span', { class: 'app', 'aria-hidden': 'true' })
  const words = drawWords(notification.title, notification.body)
  words.append(element('span', { class: 'when' }, 'from your site'))
  return [icon, words]
}

function isImage(url) {
  return typeof url === 'string' && /^(https?:|data:image\/)/i.test(url)
}

function listWebFacts({ notification = {}, time_to_live }) {
  return {
    'Deep link': notification.deep_link,
    Icon: isImage(notification.icon) ? undefined : notification.icon,
    'Hidden on focus': notification.hide_notification_if_site_has_focus,
    'Time to live': time_to_live,
  }
}

/** A text that the app has in its user's language: its key, with what is filled in. */
function formatLocalized(key, parameters) {
  if (key === undefined || !Array.isArray(parameters)) return key
  return `${formatValue(key)} (${parameters.map(formatValue).join(', ')})`
}

function drawWords(title, body, subtitle) {
  return element(
    'div',
    { class: 'words', dir: 'auto' },
    title === undefined ? undefined : element('strong', {}, formatValue(title)),
    subtitle === undefined ? undefined : element('span', {}, formatValue(subtitle)),
    body === undefined ? undefined : element('span', {}, formatValue(body)),
  )
}
