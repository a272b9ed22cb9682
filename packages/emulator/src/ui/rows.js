import { element, platformNames, time } from './elements.js'

const rows = { publish: describePublish, 'failed-request': describeFailedRequest, webhook: describeWebhook }

/** A row of the list. */
export function createRow(summary) {
  const { id, type, isRead, receivedAt } = summary
  const { title, body, to, outcome, isBad, platforms = [], tags = [] } = rows[type](summary)
  const row = element(
    'li',
    { 'data-id': id, class: type },
    element(
      'a',
      { href: `#/publishes/${id}`, 'data-key': id },
      element('strong', {}, title),
      element('span', { class: 'body' }, body),
      element('span', { class: 'to' }, to),
      element('span', { class: `outcome${isBad ? ' bad' : ''}` }, outcome),
      element('span', { class: 'platforms' }, ...platforms.map((name) => element('span', {}, platformNames[name]))),
      time(receivedAt),
      tags.length > 0 ? element('span', { class: 'tags' }, ...tags) : undefined,
    ),
  )
  if (!isRead) {
    row.classList.add('unread')
    row.firstElementChild.append(element('span', { class: 'unseen' }, 'unread'))
  }
  return row
}

export function markRowRead(row) {
  row.classList.remove('unread')
  row.querySelector('.unseen')?.remove()
}

/** The title of a publish, or of a request to publish. */
export function formatTitle({ title, text, isDataOnly }) {
  return title || text || (isDataOnly ? 'Data only' : 'No text')
}

function describePublish(summary) {
  const { kind, platforms, title, text, findingCounts, fault, delivered } = summary
  const { refused, dropped, degraded } = findingCounts
  return {
    title: title || text || `(${formatTitle(summary).toLowerCase()})`,
    body: title ? text : '',
    to: `to ${kind} ${formatTargets(summary)}`,
    outcome: formatOutcome(summary),
    isBad: delivered === 0,
    platforms,
    tags: [
      tag('bad', refused + dropped, 'would not show'),
      tag('warning', degraded, degraded === 1 ? 'part without effect' : 'parts without effect'),
      fault && element('span', { class: 'tag bad' }, 'planned fault'),
    ].filter(Boolean),
  }
}

function tag(severity, count, text) {
  return count > 0 ? element('span', { class: `tag ${severity}` }, `${count} ${text}`) : undefined
}

function formatOutcome({ delivered, failed, opened }) {
  const devices = `${delivered} ${delivered === 1 ? 'device' : 'devices'}`
  return [devices, failed && `${failed} failed`, opened && `${opened} opened`].filter(Boolean).join(', ')
}

function describeFailedRequest(summary) {
  const { kind, platforms, title, text, description, fault, targetCount } = summary
  return {
    title: title || text || formatOperation(summary),
    body: fault ?? description,
    to: targetCount > 0 ? `to ${kind} ${formatTargets(summary)}` : formatOperation(summary),
    outcome: formatFailure(summary),
    isBad: true,
    platforms,
  }
}

const OPERATION_NAMES = {
  publishToInterests: 'Publish to interests',
  publishToUsers: 'Publish to users',
  deleteUser: 'Delete a user',
}

export function formatOperation({ operation, method, path }) {
  return OPERATION_NAMES[operation] ?? operation ?? `${method} ${path}`
}

/** `401 Unauthorized`, or `connection reset`. */
export function formatFailure({ status, error, fault }) {
  const text =
    status === undefined ? 'connection reset' : `${status} ${error === '404 page not found' ? 'no such path' : error}`
  return fault === undefined ? text : `${text}, planned`
}

function describeWebhook({ eventType, url, state, attemptCount, lastAttempt }) {
  return {
    title: `Webhook ${eventType}`,
    body: url,
    to: `${attemptCount} ${attemptCount === 1 ? 'attempt' : 'attempts'}, ${state}`,
    outcome: lastAttempt ? formatAttempt(lastAttempt) : 'not sent',
    isBad: state !== 'delivered',
  }
}

export function formatAttempt({ status, error }) {
  return status === undefined ? error : String(status)
}

function formatTargets({ targets, targetCount }) {
  return targets.join(', ') + (targetCount > targets.length ? ` +${targetCount - targets.length}` : '')
}
