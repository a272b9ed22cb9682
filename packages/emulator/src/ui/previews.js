import { element } from './elements.js'

/** The notification as each platform would show it. */
export function previewsOf({ apns, fcm, web }) {
  return [
    apns && preview('iOS', 'apns', apple(apns), factsOfApple(apns)),
    fcm && preview('Android', 'fcm', android(fcm), factsOfAndroid(fcm)),
    web && preview('Web', 'web', browser(web), factsOfWeb(web)),
  ].filter(Boolean)
}

function preview(name, platform, notification, facts) {
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null)
  return element(
    'section',
    { class: 'preview', 'aria-label': `As ${name} shows it` },
    element('h3', {}, name),
    notification
      ? element('div', { class: `notification ${platform}` }, ...notification)
      : element('p', { class: 'quiet' }, 'Data only: nothing is shown.'),
    element('dl', {}, ...shown.flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, text(value))])),
  )
}

function apple({ aps = {} }) {
  const alert = typeof aps.alert === 'string' ? { body: aps.alert } : aps.alert
  if (!alert) return undefined
  return [
    element('span', { class: 'app', 'aria-hidden': 'true' }, aps.badge === undefined ? '' : badge(aps.badge)),
    words(
      alert.title ?? localized(alert['title-loc-key'], alert['title-loc-args']),
      alert.body ?? localized(alert['loc-key'], alert['loc-args']),
      alert.subtitle ?? localized(alert['subtitle-loc-key'], alert['subtitle-loc-args']),
    ),
    element('span', { class: 'when' }, 'now'),
  ]
}

function badge(count) {
  return element('span', { class: 'badge' }, text(count))
}

function factsOfApple({ aps = {}, collapse_id, priority, expiration }) {
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

function android({ notification }) {
  if (!notification) return undefined
  const { color } = notification
  const title = notification.title ?? localized(notification.title_loc_key, notification.title_loc_args)
  const body = notification.body ?? localized(notification.body_loc_key, notification.body_loc_args)
  const icon = element('span', { class: 'app', 'aria-hidden': 'true' })
  if (typeof color === 'string' && CSS.supports('color', color)) icon.style.backgroundColor = color
  return [icon, words(title, body), element('span', { class: 'when' }, 'now')]
}

function factsOfAndroid({ notification = {}, collapse_key, priority, time_to_live }) {
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

function browser({ notification }) {
  if (!notification) return undefined
  const icon = isImage(notification.icon)
    ? element('img', { class: 'app', src: notification.icon, alt: '', referrerpolicy: 'no-referrer' })
    : element('span', { class: 'app', 'aria-hidden': 'true' })
  return [icon, words(notification.title, notification.body), element('span', { class: 'when' }, 'your site')]
}

function isImage(url) {
  return typeof url === 'string' && /^(https?:|data:image\/)/i.test(url)
}

function factsOfWeb({ notification = {}, time_to_live }) {
  return {
    'Deep link': notification.deep_link,
    Icon: isImage(notification.icon) ? undefined : notification.icon,
    'Hidden on focus': notification.hide_notification_if_site_has_focus,
    'Time to live': time_to_live,
  }
}

/** A text that the app has in its user's language: its key, with what is filled in. */
function localized(key, parameters) {
  if (key === undefined || !Array.isArray(parameters)) return key
  return `${text(key)} (${parameters.map(text).join(', ')})`
}

function words(title, body, subtitle) {
  return element(
    'div',
    { class: 'words' },
    title === undefined ? undefined : element('strong', {}, text(title)),
    subtitle === undefined ? undefined : element('span', {}, text(subtitle)),
    body === undefined ? undefined : element('span', {}, text(body)),
  )
}

function text(value) {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
