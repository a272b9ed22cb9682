'use strict'

const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')

const program = `
  const { PushNotifications } = require('beams-native')
  Promise.all(JSON.parse(process.argv[1]).map(async (options) => {
    const beams = new PushNotifications({ instanceId: 'i', secretKey: 'k', maxRetries: 0, ...options })
    return beams.deleteUser('u').then(() => 'deleted', ({ message, code, delivery, attempts, cause }) => ({ message, code, delivery, attempts, cause: cause?.code }))
  })).then((outcomes) => console.log(JSON.stringify(outcomes)))`

/**
 * What comes of deleting a user, in a process of its own with these variables and no others that matter: `'deleted'`, or what
 * its error says. With several clients' options, a list of that.
 */
async function deletionWith(variables, options) {
  const matter = /^(ssl_cert|node_extra|(https?|all|no)_proxy|request_method)/i
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !matter.test(name)))
  const args = ['-e', program, JSON.stringify([options].flat())]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: path.join(__dirname, '..'),
    env: { ...env, ...variables },
  })
  const outcomes = JSON.parse(stdout)
  return Array.isArray(options) ? outcomes : outcomes[0]
}

module.exports = { deletionWith }
