'use strict'

const { Inject } = require('@nestjs/common')
const { PushNotifications } = require('beams-native')

/** Nest shows a token in its errors, so that of a named client reads like the class of the other. */
function getBeamsToken(name) {
  return name === undefined ? PushNotifications : `PushNotifications(${name})`
}

const InjectBeams = (name) => Inject(getBeamsToken(name))

module.exports = { InjectBeams, getBeamsToken }
