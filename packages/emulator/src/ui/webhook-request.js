import { button, element, json, table, time } from './elements.js'
import { send } from './requests.js'
import { formatAttempt } from './rows.js'

/** A request to the target of a webhook, in full. */
export function drawWebhookRequest({ id, eventType, url, state, attempts, headers, body }) {
  const rows = attempts.map((attempt) => [time(attempt.at), formatAttempt(attempt)])
  return [
    element('p', {}, `To ${url}: `, element('strong', {}, state)),
    button(
      'Send again',
      () => send('POST', `emulator/webhooks/requests/${id}/resend`),
      `Send again: ${eventType} ${id}`,
    ),
    table('Attempts', ['At', 'Response'], rows),
    json('Headers', headers),
    json('Body', JSON.stringify(JSON.parse(body), null, 2)),
  ]
}

/** The same, collapsed to one line. */
export function drawFoldedRequest(request) {
  const { id, eventType, url, state, attempts, createdAt } = request
  const last = attempts.at(-1)
  return element(
    'details',
    { 'data-key': id },
    element(
      'summary',
      { 'data-key': `summary ${id}` },
      time(createdAt),
      element('span', {}, `${eventType} to ${url}: `, element('strong', {}, state)),
      element(
        'span',
        { class: `tag ${state === 'delivered' ? 'good' : 'bad'}` },
        last ? formatAttempt(last) : 'not sent yet',
      ),
    ),
    ...drawWebhookRequest(request),
  )
}
