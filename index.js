'use strict'

// CONTRIBUTING.md describes the path of a call from here to the socket and back.

const { readCampaignJournal } = require('./lib/campaign-journal.js')
const { checkPublishRequest } = require('./lib/checks.js')
const { BeamsError } = require('./lib/errors.js')
const { toPublishRequest } = require('./lib/message.js')
const { PushNotifications } = require('./lib/push-notifications.js')
const { signWebhook, verifyWebhook } = require('./lib/webhook.js')

module.exports = {
  PushNotifications,
  BeamsError,
  checkPublishRequest,
  readCampaignJournal,
  signWebhook,
  toPublishRequest,
  verifyWebhook,
}
