'use strict'

// The only module of the client that the entries and the endpoints require. A release bundles it with its dependencies
// (.ci/pack.js), because Node.js takes longer to find and read twenty files than to run them.

const native = require('./load.js')
const { readCampaignJournal } = require('./campaign-journal.js')
const { checkPublishRequest } = require('./checks.js')
const { BeamsError, callNative, createArgumentError, isBeamsError, toArgumentError } = require('./errors.js')
const { toPublishRequest } = require('./message.js')
const {
  CALL_OPTIONS,
  checkOptionNames,
  checkOptions,
  pickOptions,
  readFunction,
  readNumber,
  readOption,
  readString,
} = require('./options.js')
const { COMPAT, PushNotifications, deleteUserForBody } = require('./push-notifications.js')
const { signWebhook, verifyWebhook } = require('./webhook.js')

module.exports = {
  native,
  // Public.
  BeamsError,
  PushNotifications,
  checkPublishRequest,
  readCampaignJournal,
  signWebhook,
  toPublishRequest,
  verifyWebhook,
  // Errors.
  callNative,
  createArgumentError,
  isBeamsError,
  toArgumentError,
  // Options.
  CALL_OPTIONS,
  checkOptionNames,
  checkOptions,
  pickOptions,
  readFunction,
  readNumber,
  readOption,
  readString,
  // For `beams-native/compat`.
  COMPAT,
  deleteUserForBody,
}
