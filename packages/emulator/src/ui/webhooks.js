import { element, snippet } from './elements.js'
import { drawFoldedRequest } from './webhook-request.js'

const MAX_SHOWN_REQUESTS = 100

/** The configured webhooks, or how to configure one, and the requests to their targets. */
export function drawWebhooks({ configured, requests }) {
  const isEmpty = configured.length === 0
  return [
    ...(isEmpty ? drawHint() : [element('ul', { class: 'hooks' }, ...configured.map(drawWebhook))]),
    ...(isEmpty && requests.length === 0 ? [] : drawRequests(requests)),
  ]
}

function drawWebhook({ id, url, events }) {
  return element(
    'li',
    {},
    element('strong', {}, url),
    element('span', {}, ...events.flatMap((event, index) => [index > 0 ? ', ' : '', event])),
    element('span', { class: 'quiet' }, 'id ', element('code', {}, id)),
  )
}

function drawHint() {
  const target = 'http://localhost:3000/webhooks/beams'
  const body = JSON.stringify({ url: target, secret: 'any-secret' })
  return [
    element(
      'p',
      {},
      'No webhook is set up. A webhook tells your server what became of a publish to users, and when a notification was delivered or opened. On the dashboard of Beams it has a URL and a secret; here too:',
    ),
    snippet(
      'In this emulator',
      `curl -H 'Content-Type: application/json' -d '${body}' ${location.origin}/emulator/webhooks`,
    ),
    snippet('When it starts', `npx beams-emulator --webhook-url ${target} --webhook-secret any-secret`),
    snippet('In a test', `await startEmulator({ webhooks: [{ url: '${target}', secret: 'any-secret' }] })`),
  ]
}

function drawRequests(requests) {
  const hidden = requests.length - MAX_SHOWN_REQUESTS
  if (requests.length === 0) {
    return [
      element('h3', {}, 'Requests'),
      element('p', { class: 'quiet' }, 'No requests yet. Publish to users, or open a notification under Publishes.'),
    ]
  }
  return [
    element('h3', {}, 'Requests'),
    element(
      'p',
      { class: 'columns', 'aria-hidden': 'true' },
      ...['Time', 'Event', 'Response', 'Attempts'].map((name) => element('span', {}, name)),
    ),
    element('ol', { class: 'requests' }, ...requests.slice(-MAX_SHOWN_REQUESTS).toReversed().map(drawFoldedRequest)),
    ...(hidden > 0 ? [element('p', { class: 'quiet' }, `and ${hidden} more`)] : []),
  ]
}
