'use strict'

const { fail, ok, warn } = require('./diagnosis.js')
const { engines, version } = require('../../../package.json')

/** Checks that there is a binary for this platform, and that it loads. */
function checkInstallation() {
  const name = 'platform'
  const platform = `${process.platform} ${process.arch}, Node.js ${process.versions.node}, beams-native ${version}`
  const problem = findProblem()
  if (problem !== undefined) return fail(name, `${platform}: ${problem}`, 'install the package again, on this machine')
  return isOlder(process.versions.node, engines.node.replace('>=', ''))
    ? warn(name, platform, `install Node.js ${engines.node}: older versions are not supported`)
    : ok(name, platform)
}

/** The error of loading the binary, if there is one. */
function findProblem() {
  try {
    return require('../../..') && undefined
  } catch (error) {
    return error.message
  }
}

function isOlder(installed, minimum) {
  const [have, need] = [installed, minimum].map((text) => text.split('.').map(Number))
  return have[0] < need[0] || (have[0] === need[0] && have[1] < need[1])
}

module.exports = { checkInstallation }
