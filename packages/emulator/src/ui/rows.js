import { element, platformNames } from './elements.js'
import { formatCode, formatCount, formatTargets } from './texts.js'
import { time } from './time.js'
import { describeRequest, drawProgress } from './webhook-request.js'

const rows = {
  publish: describePublish,
  deletion: describeDeletion,
  'failed-request': describeFailedRequest,
  webhook: describeWebhook,
}

/** A row of the list. */
export function createRow(summary) {
  const { id, type, isRead, receivedAt } = summary
  const { title, body = [], to = [], outcome, isBad, platforms = [], tags = [] } = rows[type](summary)
  const row = element(
    'li',
    { 'data-id': id, class: type },
    element(
      'a',
      { href: `#/publishes/${id}`, 'data-key': id },
      element('strong', { dir: 'auto' }, title),
      element('span', { class: 'body', dir: 'auto' }, ...body),
      element('span', { class: 'to' }, ...to),
      outcome && element('span', { class: `outcome${isBad ? ' bad' : ''}` }, outcome),
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

/** The title of a publish. */
export function formatTitle({ title, text, isDataOnly }) {
  return title || text || (isDataOnly ? 'Data only' : 'No text')
}

function describePublish(summary) {
  const { platforms, title, text, findingCounts, fault, delivered, failed, hadDevices } = summary
  const { refused, dropped, degraded } = findingCounts
  return {
    title: title || text || `(${formatTitle(summary).toLowerCase()})`,
    body: title ? [text] : [],
    to: [`to ${formatSummary(summary)}`],
    outcome: formatOutcome(summary),
    // Nothing is wrong with a publish before the first device.
    isBad: delivered === 0 && (hadDevices || failed > 0),
    platforms,
    tags: [
      tag('bad', refused + dropped, 'would not show'),
      tag('warning', degraded, degraded === 1 ? 'part without effect' : 'parts without effect'),
      fault && plannedFault(),
    ].filter(Boolean),
  }
}

function tag(severity, count, text) {
  return count > 0 ? element('span', { class: `tag ${severity}` }, `${count} ${text}`) : undefined
}

const plannedFault = () => element('span', { class: 'tag bad' }, 'planned fault')

function formatOutcome({ delivered, failed, opened }) {
  return [formatCount(delivered, 'device'), failed && `${failed} failed`, opened && `${opened} opened`]
    .filter(Boolean)
    .join(', ')
}

/** `User ada deleted` */
export function formatDeletion({ targets: [userId] }) {
  return `User ${userId} deleted`
}

export function formatRemoved({ deviceCount }) {
  return `${formatCount(deviceCount, 'device')} removed`
}

function describeDeletion(summary) {
  return {
    title: formatDeletion(summary),
    body: [formatRemoved(summary)],
    tags: summary.fault === undefined ? [] : [plannedFault()],
  }
}

function describeFailedRequest(summary) {
  const { platforms, title, text, description, fault, targetCount } = summary
  return {
    title: title || text || formatOperation(summary),
    body: fault === undefined ? formatCode(description) : [fault],
    to: [targetCount > 0 ? `to ${formatSummary(summary)}` : formatOperation(summary)],
    outcome: fault === undefined ? formatFailure(summary) : `${formatFailure(summary)}, planned`,
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
export function formatFailure({ status, error }) {
  if (status === undefined) return 'connection reset'
  return `${status} ${error === '404 page not found' ? 'no such path' : error}`
}

function describeWebhook(summary) {
  const { text, severity } = describeRequest(summary)
  return {
    title: `Webhook ${summary.eventType}`,
    body: [summary.url],
    to: [element('span', { class: severity }, text), ' · ', ...drawProgress(summary)],
  }
}

const formatSummary = ({ kind, targets, targetCount }) => formatTargets(kind, targets, targetCount)
