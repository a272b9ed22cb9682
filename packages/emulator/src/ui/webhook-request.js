import { button, element, json, table } from './elements.js'
import { send } from './requests.js'
import { formatCount } from './texts.js'
import { time, timeUntil } from './time.js'

/** What has become of a request to the target of a webhook: the last response, or else the state. */
export function describeRequest({ state, lastAttempt }) {
  if (state === 'delivered') return { text: formatAttempt(lastAttempt), severity: 'good' }
  if (lastAttempt) return { text: formatAttempt(lastAttempt), severity: 'bad' }
  return state === 'waiting' ? { text: 'no response yet', severity: '' } : { text: 'never sent', severity: 'bad' }
}

/** `1 attempt, next in 10 s` */
export function drawProgress({ state, attemptCount, nextAttemptAt }) {
  const attempts = formatCount(attemptCount, 'attempt')
  if (nextAttemptAt !== undefined) return [`${attempts}, next `, timeUntil(nextAttemptAt)]
  if (state === 'dropped') return [attemptCount === 0 ? 'too many were waiting' : `${attempts}, no more follow`]
  if (state === 'delivered') return [attempts]
  return [attemptCount === 0 ? 'being sent' : `${attempts}, being sent again`]
}

function formatAttempt({ status, error }) {
  return status === undefined ? error : String(status)
}

const summarize = (request) => ({
  ...request,
  attemptCount: request.attempts.length,
  lastAttempt: request.attempts.at(-1),
})

/** A request to the target of a webhook, in full. */
export function drawWebhookRequest(request) {
  const { text, severity } = describeRequest(summarize(request))
  return [
    element('p', {}, `To ${request.url}`),
    element('p', {}, element('strong', { class: severity }, text), ' · ', ...drawProgress(summarize(request))),
    drawResend(request),
    ...drawParts(request),
  ]
}

function drawResend({ id, eventType }) {
  const resend = () => send('POST', `emulator/webhooks/requests/${id}/resend`)
  return button('Send again', resend, `Send again: ${eventType} ${id}`)
}

function drawParts({ attempts, headers, body }) {
  const rows = attempts.map((attempt) => [time(attempt.at), formatAttempt(attempt)])
  return [
    table('Attempts', ['At', 'Response'], rows),
    json('Headers', headers),
    json('Body', JSON.stringify(JSON.parse(body), null, 2)),
  ]
}

/** The same in one line, with the parts folded. */
export function drawFoldedRequest(request) {
  const { id, eventType, url, createdAt } = request
  const { text, severity } = describeRequest(summarize(request))
  return element(
    'li',
    {},
    element(
      'details',
      { 'data-key': id },
      element(
        'summary',
        { 'data-key': `summary ${id}` },
        time(createdAt),
        element('span', { class: 'event' }, element('strong', {}, eventType), element('span', {}, url)),
        element('span', {}, element('span', { class: `tag ${severity}` }, text)),
        element('span', { class: 'progress' }, ...drawProgress(summarize(request))),
      ),
      ...drawParts(request),
    ),
    drawResend(request),
  )
}
