'use strict'

const PLATFORMS = ['apns', 'fcm', 'web']

/** The platforms that a publish has a payload for. */
function listPlatforms(publish) {
  return PLATFORMS.filter((platform) => Object.hasOwn(publish, platform))
}

module.exports = { PLATFORMS, listPlatforms }
