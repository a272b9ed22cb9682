import { element } from './elements.js'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const TICK = 1000

/** How long ago something was; with the date and time as its tooltip. */
export function time(iso) {
  return create(iso, 'past')
}

/** How long it is until something happens; `now` if that is overdue. */
export function timeUntil(iso) {
  return create(iso, 'future')
}

/** The date and time of something, for where there is no tooltip. */
export function formatDate(iso) {
  return new Date(iso).toLocaleString()
}

// Off in live regions, where it would be read out every second.
function create(iso, tense) {
  const properties = { datetime: iso, title: formatDate(iso), 'data-tense': tense, 'aria-live': 'off' }
  return element('time', properties, formatDistance(iso, tense))
}

/** `12 s ago`, `in 3 min`, or the date if that is further away than a day. */
function formatDistance(iso, tense) {
  const isFuture = tense === 'future'
  const distance = Math.floor((isFuture ? new Date(iso) - Date.now() : Date.now() - new Date(iso)) / 1000)
  if (distance < 1) return 'now'
  if (distance >= DAY) return new Date(iso).toLocaleDateString()
  const text = formatDuration(distance)
  return isFuture ? `in ${text}` : `${text} ago`
}

function formatDuration(seconds) {
  if (seconds < MINUTE) return `${seconds} s`
  return seconds < HOUR ? `${Math.floor(seconds / MINUTE)} min` : `${Math.floor(seconds / HOUR)} h`
}

/** Keeps the times on the page up to date. */
export function startClock() {
  setInterval(() => {
    for (const node of document.querySelectorAll('time')) {
      const text = formatDistance(node.dateTime, node.dataset.tense)
      if (node.textContent !== text) node.textContent = text
    }
  }, TICK)
}
