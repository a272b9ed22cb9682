'use strict'

// The way of a call from here to the socket and back is drawn in CONTRIBUTING.md.

const { BeamsError } = require('./lib/errors.js')
const { PushNotifications } = require('./lib/push-notifications.js')
const { signWebhook, verifyWebhook } = require('./lib/webhook.js')

module.exports = { PushNotifications, BeamsError, signWebhook, verifyWebhook }
