'use strict'

const { isIP } = require('node:net')
const { createSecureContext } = require('node:tls')
const { isOrigin } = require('../access/access.js')
const { webhookMembers } = require('../delivery/webhooks.js')
const { checkOptions, isBoolean, isIntegerFrom, isObject, isText, kinds } = require('./check-options.js')

const emulatorMembers = {
  port: { isValid: isIntegerFrom(0, 65535), expected: 'an integer from 0 to 65535' },
  host: { isValid: isText, expected: 'an IP address or host name of this machine' },
  instanceId: kinds.instanceId,
  secretKey: { isValid: isText, expected: 'a string that is not blank', isSecret: true },
  strict: kinds.boolean,
  rateLimit: kinds.boolean,
  allowedHosts: kinds.arrayOf('host names', {
    isValid: isHostName,
    expected: 'a host name, such as beams.example.com or .example.com',
  }),
  allowedOrigins: kinds.arrayOf('origins', { isValid: isOrigin, expected: 'an origin, such as http://localhost:3000' }),
  tls: { isValid: isTls, expected: 'true, false or an object with cert and key' },
  webhooks: kinds.arrayOf('objects with url and secret', {
    isValid: isObject,
    expected: 'an object with url and secret',
  }),
  webhookRetryDelays: kinds.arrayOf('milliseconds', kinds.millisecondsFrom(0)),
  webhookTimeout: kinds.millisecondsFrom(1),
  maxPublishes: kinds.integerFrom(1),
  log: kinds.function,
}

const tlsMembers = {
  cert: { isValid: isCertificate, expected: 'a certificate in PEM', isRequired: true, isSecret: true },
  key: { isValid: isPrivateKey, expected: 'an unencrypted private key in PEM', isRequired: true, isSecret: true },
}

/**
 * Checks the options of `startEmulator`.
 *
 * @param options the caller's options
 * @param formatName what an option is called: on the command line, by its flag
 */
function checkEmulatorOptions(options, formatName = (name) => name) {
  checkOptions(options, emulatorMembers, { subject: 'the options of startEmulator', formatName })
  if (isObject(options.tls)) checkCertificate(options.tls, formatName)
  for (const [index, webhook] of (options.webhooks ?? []).entries()) {
    checkOptions(webhook, webhookMembers, { formatName: (name) => formatName(`webhooks[${index}].${name}`) })
  }
}

function checkCertificate(tls, formatName) {
  checkOptions(tls, tlsMembers, { formatName: (name) => formatName(`tls.${name}`) })
  if (canServe(tls)) return
  throw new TypeError(`${formatName('tls.key')} is not the private key of ${formatName('tls.cert')}`)
}

function isTls(value) {
  return isBoolean(value) || isObject(value)
}

/** An entry such as `.example.com` stands for every name below it. */
function isHostName(value) {
  if (typeof value !== 'string') return false
  const name = value.replace(/^\./, '').toLowerCase()
  return isIP(name) !== 0 || (URL.canParse(`http://${name}`) && new URL(`http://${name}`).hostname === name)
}

function isCertificate(cert) {
  return isPem(cert) && canServe({ cert })
}

function isPrivateKey(key) {
  return isPem(key) && canServe({ key })
}

function isPem(value) {
  return typeof value === 'string' ? value !== '' : value instanceof Uint8Array
}

function canServe(tls) {
  try {
    createSecureContext(tls)
    return true
  } catch {
    return false
  }
}

module.exports = { checkEmulatorOptions }
