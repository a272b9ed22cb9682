'use strict'

const { fail, ok, warn } = require('./diagnosis.js')
const { engines, version } = require('../../../package.json')

/** Whether there is a binary for this platform, and whether it loads. */
function checkInstallation() {
  const name = 'platform'
  const platform = `${process.platform} ${process.arch}, Node.js ${process.versions.node}, beams-native ${version}`
  const problem = findProblem()
  if (problem !== undefined) return fail(name, `${platform}: ${problem}`, 'install it again, on this machine')
  return isOlder(process.versions.node, engines.node.replace('>=', ''))
    ? warn(name, platform, `install Node.js ${engines.node}: no other is tested`)
    : ok(name, platform)
}

/** Why the binary does not load, if it does not. */
function findProblem() {
  try {
    return require('../../load.js') && undefined
  } catch (error) {
    return error.message
  }
}

function isOlder(installed, minimum) {
  const [have, need] = [installed, minimum].map((text) => text.split('.').map(Number))
  return have[0] < need[0] || (have[0] === need[0] && have[1] < need[1])
}

module.exports = { checkInstallation }
