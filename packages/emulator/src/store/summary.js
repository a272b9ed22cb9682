'use strict'

const { listPlatforms } = require('../platforms.js')

const MAX_SHOWN_TARGETS = 3
const MAX_SHOWN_TEXT = 500

/**
 * The summary of a publish for lists, so that they need not parse it again. `body` may be any value, because refused publishes
 * are listed, too.
 */
function summarize(kind, body) {
  const object = isObject(body) ? body : {}
  const targets = Array.isArray(object[kind]) ? object[kind] : []
  return {
    targets: targets.slice(0, MAX_SHOWN_TARGETS).map((target) => cut(String(target))),
    targetCount: targets.length,
    platforms: listPlatforms(object),
    ...readTexts(object),
  }
}

/** The texts of a notification, from whichever platform has them: as they are, or else the keys of localized ones. */
function readTexts({ apns, fcm, web }) {
  const alert = apns?.aps?.alert
  const notifications = [web?.notification, fcm?.notification, typeof alert === 'string' ? { body: alert } : alert]
  const isText = (value) => typeof value === 'string' && value !== ''
  const first = (...keys) =>
    keys.flatMap((key) => notifications.map((notification) => notification?.[key])).find(isText) ?? ''
  return {
    title: cut(first('title', 'title-loc-key', 'title_loc_key')),
    text: cut(first('body', 'loc-key', 'body_loc_key')),
    isDataOnly: notifications.every((notification) => !notification),
  }
}

/** The beginning of a text. It is copied, because a slice would keep the entire text in memory. */
function cut(text, length = MAX_SHOWN_TEXT) {
  return text.length > length ? Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le') : text
}

function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** `"a", "b", "c" and 4 more` */
function formatTargets({ targets, targetCount }) {
  const shown = targets.map((target) => JSON.stringify(target)).join(', ')
  return targetCount > targets.length ? `${shown} and ${targetCount - targets.length} more` : shown
}

module.exports = { summarize, formatTargets, cut, isObject }
