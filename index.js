'use strict'

// CONTRIBUTING.md describes the path of a call from here to the socket and back.

const {
  PushNotifications,
  BeamsError,
  checkPublishRequest,
  isWebhookEventType,
  readCampaignJournal,
  signWebhook,
  toPublishRequest,
  verifyWebhook,
} = require('./lib/core.js')

module.exports = {
  PushNotifications,
  BeamsError,
  checkPublishRequest,
  isWebhookEventType,
  readCampaignJournal,
  signWebhook,
  toPublishRequest,
  verifyWebhook,
}
