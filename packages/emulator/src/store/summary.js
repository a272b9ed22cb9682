'use strict'

const { listPlatforms } = require('../platforms.js')

const MAX_SHOWN_TARGETS = 3
const MAX_SHOWN_TEXT = 500

/** What lists show of a publish, so that they need not parse it again. */
function summarize(kind, body) {
  const targets = body[kind]
  return {
    targets: targets.slice(0, MAX_SHOWN_TARGETS),
    targetCount: targets.length,
    platforms: listPlatforms(body),
    ...readTexts(body),
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
    title: first('title', 'title-loc-key', 'title_loc_key').slice(0, MAX_SHOWN_TEXT),
    text: first('body', 'loc-key', 'body_loc_key').slice(0, MAX_SHOWN_TEXT),
    isDataOnly: notifications.every((notification) => !notification),
  }
}

/** `"a", "b", "c" and 4 more` */
function formatTargets({ targets, targetCount }) {
  const shown = targets.map((target) => JSON.stringify(target)).join(', ')
  return targetCount > targets.length ? `${shown} and ${targetCount - targets.length} more` : shown
}

module.exports = { summarize, formatTargets }
