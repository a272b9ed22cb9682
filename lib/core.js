'use strict'

// The only module of the client that the entries and the endpoints require. A release bundles it with its dependencies
// (.ci/pack.js), because Node.js takes longer to find and read twenty files than to run them. It binds no names: the bundler
// would rename classes and functions of the same name, and users would see `BeamsError2`.

module.exports = {
  native: require('./load.js'),
  ...require('./campaign-journal.js'),
  ...require('./checks.js'),
  ...require('./errors.js'),
  ...require('./message.js'),
  ...require('./options.js'),
  ...require('./push-notifications.js'),
  ...require('./webhook.js'),
}
