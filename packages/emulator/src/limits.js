'use strict'

/** The limits that the service documents. https://pusher.com/docs/beams/reference/publish-api */
module.exports = {
  MAX_INTERESTS: 100,
  MAX_USERS: 1000,
  MAX_INTEREST_LENGTH: 164,
  MAX_USER_ID_LENGTH: 164,
  MAX_DEVICES_OF_USER: 100,
  MAX_INTERESTS_OF_DEVICE: 5000,
  MAX_REQUESTS_PER_SECOND: 100,
  MAX_TIME_TO_LIVE: 2_419_200,
  MAX_INTERESTS_BODY: 10 * 1024,
  MAX_USERS_BODY: 200 * 1024,
  INTEREST_PATTERN: '^[A-Za-z0-9_\\-=@,.;]+$',
  INSTANCE_ID_PATTERN: '^[A-Za-z0-9-]{1,63}$',
}
